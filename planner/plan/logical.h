#pragma once
// The logical plan: what the binder makes and rules rewrite. A closed set of node kinds, each described once by
// `fields`; a Plan is a handle on an immutable, shared node, and a rewrite keeps the subtrees that it did not touch.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/large_variant.h"
#include "base/row_kind.h"
#include "catalog/expr/expr.h"
#include "catalog/types/type.h"
#include "catalog/types/value.h"
#include "planner/jobgraph/jobgraph.h"
#include "planner/plan/changelog_nodes.h"
#include "planner/plan/ordered_nodes.h"
#include "planner/plan/plan.h"

namespace sluice::planner {

// Reads a table: physical and metadata columns as they come. The binder makes paths {0}, {1}, ...; projection push-down
// shortens and deepens them. Computed columns are a Project above, the watermark a WatermarkAssigner above that.
struct Scan {
  TableRef table;
  std::vector<FieldPath> paths;    // Output column i is the value at paths[i].
  std::vector<std::string> names;  // Of the output columns.
  std::vector<Expr> pushed_filters;
  std::optional<jobgraph::Watermark> watermark;  // Pushed down: over the output.
  std::optional<uint32_t> rowtime;               // Output column that the pushed-down watermark belongs to.
  ChangelogMode changelog = ChangelogMode::insert_only();
  Origin span;  // Where FROM names the table.

  static void fields(auto& self, auto&& v) {
    v("table", self.table), v("paths", self.paths), v("names", self.names), v("filters", self.pushed_filters);
    v("watermark", self.watermark), v("rowtime", self.rowtime), v("changelog", self.changelog);
  }
  bool operator==(const Scan&) const = default;
};

// Constant rows. SELECT without FROM is a Project over one row without columns.
struct Values {
  RowSchema columns;
  std::vector<ValueList> rows;

  static void fields(auto& self, auto&& v) { v("columns", self.columns), v("rows", self.rows); }
  bool operator==(const Values&) const = default;
};

struct Filter {
  Plan input;
  Expr predicate;  // BOOLEAN; rows pass when it is TRUE.

  static void fields(auto& self, auto&& v) { v("input", self.input), v("predicate", self.predicate); }
  bool operator==(const Filter&) const = default;
};

struct Project {
  Plan input;
  std::vector<Expr> exprs;
  std::vector<std::string> names;

  static void fields(auto& self, auto&& v) { v("input", self.input), v("exprs", self.exprs), v("names", self.names); }
  bool operator==(const Project&) const = default;
};

// Unbounded GROUP BY. Output: the keys, then the results of the calls. Arguments, filters and keys are input columns:
// the binder puts a Project below. Without calls it is DISTINCT. Without keys there is one group.
struct Aggregate {
  Plan input;
  std::vector<uint32_t> keys;
  std::vector<AggregateCall> calls;  // `retracts` is false here: the physical plan decides.
  std::vector<std::string> names;    // Of the results of the calls.
  Origin span;                       // Of GROUP BY, or of the query.
  std::optional<int64_t> ttl_ms;     // Of a hint; the job's otherwise.

  static void fields(auto& self, auto&& v) {
    v("input", self.input), v("keys", self.keys), v("calls", self.calls), v("names", self.names);
    v("ttl_ms", self.ttl_ms);
  }
  bool operator==(const Aggregate&) const = default;
};

// A window table function by itself: the input's columns, then window_start, window_end, window_time.
struct WindowTvf {
  Plan input;
  Window window;
  std::vector<uint32_t> keys;  // Of a session: PARTITION BY.

  static void fields(auto& self, auto&& v) { v("input", self.input), v("window", self.window), v("keys", self.keys); }
  bool operator==(const WindowTvf&) const = default;
};

// GROUP BY window_start, window_end [, keys] over a window table function, which is absorbed: `window.time` is a column
// of the input. Output: keys, results of the calls, then the properties.
struct WindowAggregate {
  using Property = jobgraph::WindowAggregate::Property;
  // GROUP BY TUMBLE(time, ..) and its like: the older windows, which know early and late results.
  enum class Legacy : uint8_t { No, Final, Updating };
  Plan input;
  Window window;
  std::vector<uint32_t> keys;
  std::vector<AggregateCall> calls;
  std::vector<Property> properties;
  std::vector<std::string> names;  // Of the results of the calls and the properties.
  Legacy legacy = Legacy::No;
  std::vector<uint32_t> bounds;  // Of an input whose rows are in windows already: its window_start and window_end.

  static void fields(auto& self, auto&& v) {
    v("input", self.input), v("window", self.window), v("keys", self.keys), v("calls", self.calls);
    v("properties", self.properties), v("names", self.names), v("legacy", self.legacy);
    v("bounds", self.bounds);
  }
  bool operator==(const WindowAggregate&) const = default;
};

// ROW_NUMBER() OVER (PARTITION BY keys ORDER BY a time attribute) = 1. Output: the input's columns.
struct Deduplicate {
  static constexpr uint32_t kProcessingTime = UINT32_MAX;
  Plan input;
  std::vector<uint32_t> keys;
  uint32_t time = 0;  // Rowtime or processing time column of the input; kProcessingTime once that column is pruned.
  bool keeps_last = false;
  bool mini_batch = false;       // table.exec.mini-batch.enabled: Flink then declares updates for the first row, too.
  std::vector<uint32_t> window;  // Bounds of a window, besides `keys`: one row per window, sent when it ends.
  SourceSpan span;

  static void fields(auto& self, auto&& v) {
    v("input", self.input), v("keys", self.keys), v("time", self.time), v("keeps_last", self.keeps_last);
    v("mini_batch", self.mini_batch), v("window", self.window);
  }
  bool operator==(const Deduplicate&) const = default;
};

// UNION ALL. Column names are the first input's; the binder has cast all inputs to one row type.
struct Union {
  std::vector<Plan> inputs;

  static void fields(auto& self, auto&& v) { v("inputs", self.inputs); }
  bool operator==(const Union&) const = default;
};

// Rows of two inputs side by side: the left columns, then the right ones; of Semi and Anti the left ones alone. The
// columns of a side that may be missing are nullable.
enum class JoinType : uint8_t { Inner, Left, Right, Full, Semi, Anti };
// How two rows meet. Interval: the condition bounds how far the time attributes of both sides are apart. Temporal: the
// version of the right row at the time of the left one. Lookup: the right table as it is when the left row comes.
// Window: both rows are in the same window, when it ends.
enum class JoinStrategy : uint8_t { Regular, Interval, Temporal, Lookup, Window };
struct Join {
  Plan left;
  Plan right;
  JoinType type = JoinType::Inner;
  JoinStrategy strategy = JoinStrategy::Regular;
  std::vector<Expr> condition;           // Empty or one, over the left and the right columns.
  std::optional<uint32_t> version_time;  // Of Temporal and Lookup: the left column of FOR SYSTEM_TIME AS OF.
  std::string hints;                     // As written, those that change what the join does: STATE_TTL, LOOKUP.
  SourceSpan span;

  static void fields(auto& self, auto&& v) {
    v("left", self.left), v("right", self.right), v("type", self.type), v("strategy", self.strategy);
    v("condition", self.condition), v("version_time", self.version_time), v("hints", self.hints);
  }
  bool operator==(const Join&) const = default;
};

// For every row of the input the rows that a table function makes of it: the input's columns, then the function's.
struct Correlate {
  Plan input;
  std::string function;
  std::vector<Expr> args;           // Over the input.
  RowSchema columns;                // Of the function.
  JoinType type = JoinType::Inner;  // Inner or Left.
  std::vector<Expr> condition;      // Empty or one, over the output.
  SourceSpan span;

  static void fields(auto& self, auto&& v) {
    v("input", self.input), v("function", self.function), v("args", self.args), v("columns", self.columns);
    v("type", self.type), v("condition", self.condition);
  }
  bool operator==(const Correlate&) const = default;
};

// ORDER BY, LIMIT and OFFSET of a query: by a rowtime or processing time a sort of rows in time, with a limit the first
// rows of all, without an order any rows.
struct Sort {
  using Key = SortKey;
  Plan input;
  std::vector<Key> keys;
  std::optional<uint64_t> limit;
  uint64_t offset = 0;
  SourceSpan span;

  bool is_bounded() const { return limit.has_value() || offset > 0; }
  static void fields(auto& self, auto&& v) {
    v("input", self.input), v("keys", self.keys), v("limit", self.limit), v("offset", self.offset);
  }
  bool operator==(const Sort&) const = default;
};

// GROUPING SETS: every row once per set, with the keys that the set does not hold NULL. Output: the input's columns,
// then the set's number, whose bit i from the left (of keys.size()) is 1 where keys[i] is not in the set.
struct Expand {
  Plan input;
  std::vector<uint32_t> keys;
  std::vector<uint64_t> sets;
  SourceSpan span;

  static void fields(auto& self, auto&& v) { v("input", self.input), v("keys", self.keys), v("sets", self.sets); }
  bool operator==(const Expand&) const = default;
};

// Makes `time` the rowtime attribute. Settings of the watermark (per_event, interval, idleness) come along, so that
// push-down moves it as a whole; `watermark.expression` is over the input. Once the source makes the watermark, the
// node stays to say which column is the rowtime, and without effect otherwise.
struct WatermarkAssigner {
  Plan input;
  uint32_t time = 0;
  std::optional<jobgraph::Watermark> watermark;  // Absent: pushed into the Scan below.

  static void fields(auto& self, auto&& v) {
    v("input", self.input), v("time", self.time), v("watermark", self.watermark);
  }
  bool operator==(const WatermarkAssigner&) const = default;
};

// Writes the input to a table: its columns are the table's written columns, in order and cast. `connector` of the table
// is "$collect" where rows go to the client.
struct Sink {
  Plan input;
  TableRef table;
  ChangelogMode accepts = ChangelogMode::insert_only();  // What the connector can take.
  jobgraph::Sink::NotNull not_null = jobgraph::Sink::NotNull::Error;
  jobgraph::Sink::Length length = jobgraph::Sink::Length::Ignore;
  // Present: the plan's upsert key is not the table's primary key (these columns), so that the changes of a key must be
  // put in order before they are written. See traits.h.
  std::optional<std::vector<uint32_t>> materialize_keys;
  std::string refused;  // What the INSERT asks for and is not run yet; empty for nothing.
  SourceSpan span;      // Of the INSERT's table, or of the SELECT.

  static void fields(auto& self, auto&& v) {
    v("input", self.input), v("table", self.table), v("accepts", self.accepts), v("not_null", self.not_null);
    v("length", self.length), v("materialize_keys", self.materialize_keys), v("refused", self.refused);
  }
  bool operator==(const Sink&) const = default;
};

struct NodeKind
    : std::variant<Scan, Values, Filter, Project, Aggregate, WindowTvf, WindowAggregate, Deduplicate, Rank, Over, Match,
                   Union, Join, Correlate, Sort, Expand, ChangelogCall, WatermarkAssigner, ChangelogNormalize, Sink> {
  SLUICE_COPIES_ELSEWHERE(NodeKind)
};

// What a column is beside its type. A time attribute stays one as long as it is passed on untouched.
enum class TimeRole : uint8_t { None, Rowtime, Proctime };

// The closed list: a kind added there makes every pass that has not decided about it fail to compile. All else follows
// from the kind and its inputs; make() computes it.
struct Node {
  NodeKind kind;
  RowSchema schema;
  std::vector<TimeRole> times;  // Per column of the schema.
  // Nodes of the plan written as a tree, a shared one as often as it is used; what passes over the plan cost.
  uint64_t tree_nodes = 1;

  bool operator==(const Node& other) const { return kind == other.kind; }
};

inline bool Plan::operator==(const Plan& other) const { return node_ == other.node_ || *node_ == *other.node_; }
template <class N>
const N* Plan::as() const {
  return std::get_if<N>(&node_->kind);
}

// A query whose plan has more is refused: WITH and views that are used twice, and that twice, double it each time.
inline constexpr uint64_t kTreeNodesMax = 10'000;

Plan make(NodeKind kind);

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};

// For passes that must decide about every kind: there is no default.
template <class... F>
decltype(auto) match(const Plan& plan, F&&... cases) {
  return std::visit(Overloaded<std::decay_t<F>...>{std::forward<F>(cases)...}, plan->kind);
}

// ---- Written once for all kinds, over `fields`.

template <class F>
void for_each_input(const Plan& plan, F&& visit) {
  auto field = [&](const char*, const auto& value) {
    using T = std::remove_cvref_t<decltype(value)>;
    if constexpr (std::is_same_v<T, Plan>) visit(value);
    if constexpr (std::is_same_v<T, std::vector<Plan>>) {
      for (const Plan& input : value) visit(input);
    }
  };
  std::visit([&]<class N>(const N& node) { N::fields(node, field); }, plan->kind);
}

// A node like `plan` whose inputs went through `change`; `plan` itself when none changed.
template <class F>
Plan map_inputs(const Plan& plan, F&& change) {
  bool changed = false;
  auto replace = [&](Plan& input) {
    Plan other = change(input);
    changed |= other.id() != input.id();
    input = std::move(other);
  };
  auto field = [&](const char*, auto& value) {
    using T = std::remove_cvref_t<decltype(value)>;
    if constexpr (std::is_same_v<T, Plan>) replace(value);
    if constexpr (std::is_same_v<T, std::vector<Plan>>) {
      for (Plan& input : value) replace(input);
    }
  };
  NodeKind copy = plan->kind;
  std::visit([&]<class N>(N& node) { N::fields(node, field); }, copy);
  return changed ? make(std::move(copy)) : plan;
}

// Every expression that stands directly in the node, in the order of its fields.
template <class F>
void for_each_expr(const Plan& plan, F&& visit) {
  auto field = [&](const char*, const auto& value) {
    using T = std::remove_cvref_t<decltype(value)>;
    if constexpr (std::is_same_v<T, Expr>) visit(value);
    if constexpr (std::is_same_v<T, std::vector<Expr>>) {
      for (const Expr& expr : value) visit(expr);
    }
    if constexpr (std::is_same_v<T, jobgraph::Watermark>) visit(value.expression);
    if constexpr (std::is_same_v<T, std::optional<jobgraph::Watermark>>) {
      if (value) visit(value->expression);
    }
  };
  std::visit([&]<class N>(const N& node) { N::fields(node, field); }, plan->kind);
}

// A node like `plan` whose expressions went through `change`; `plan` itself when none changed.
template <class F>
Plan map_exprs(const Plan& plan, F&& change) {
  bool changed = false;
  auto replace = [&](Expr& expr) {
    Expr other = change(std::as_const(expr));
    changed |= !(other == expr);
    expr = std::move(other);
  };
  auto field = [&](const char*, auto& value) {
    using T = std::remove_cvref_t<decltype(value)>;
    if constexpr (std::is_same_v<T, Expr>) replace(value);
    if constexpr (std::is_same_v<T, std::vector<Expr>>) {
      for (Expr& expr : value) replace(expr);
    }
    if constexpr (std::is_same_v<T, jobgraph::Watermark>) replace(value.expression);
    if constexpr (std::is_same_v<T, std::optional<jobgraph::Watermark>>) {
      if (value) replace(value->expression);
    }
  };
  NodeKind copy = plan->kind;
  std::visit([&]<class N>(N& node) { N::fields(node, field); }, copy);
  return changed ? make(std::move(copy)) : plan;
}

// Whether rows are only put in the order of time: by a time attribute, ascending, without a limit.
bool is_temporal(const Sort& sort);
// "TUMBLE", ...
const char* name_of(Window::Kind kind);

// "Scan", "Aggregate", ...
const char* name_of(const Plan& plan);

}  // namespace sluice::planner
