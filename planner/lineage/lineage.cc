#include "planner/lineage/lineage.h"

#include <algorithm>

#include "planner/plan/traits.h"

namespace sluice::planner {
namespace {

enum class Reason : uint8_t { Identity, Transformation, Aggregation, Filter, Join, Group, Window, Order, Condition };

constexpr const char* kReasons[] = {"identity", "transformation", "aggregation", "filter",   "join",
                                    "group",    "window",         "order",       "condition"};

bool is_direct(Reason reason) { return reason <= Reason::Aggregation; }

struct Influence {
  std::string table, column;
  Reason reason = Reason::Identity;
  SourceSpan span;

  bool is_same(const Influence& other) const {
    return table == other.table && column == other.column && reason == other.reason;
  }
};
using Influences = std::vector<Influence>;

void add(Influences& to, const Influence& influence) {
  auto same = [&](const Influence& known) { return known.is_same(influence); };
  if (std::ranges::none_of(to, same)) to.push_back(influence);
}

void add_all(Influences& to, const Influences& from) {
  for (const Influence& influence : from) add(to, influence);
}

// What the plan's columns come from, and what its rows depend on as a whole.
struct Origins {
  std::vector<Influences> columns;
  Influences rows;
};

// What became of a value on its way: the strongest of the direct reasons.
void add_through(Influences& to, const Influences& from, Reason step, SourceSpan span) {
  for (Influence influence : from) {
    if (is_direct(influence.reason)) influence.reason = std::max(influence.reason, step);
    if (span.end > span.begin) influence.span = span;
    add(to, influence);
  }
}

// Everything `from` names decides about rows or branches, whatever became of it before.
void add_indirect(Influences& to, const Influences& from, Reason reason, SourceSpan span) {
  for (Influence influence : from) {
    if (is_direct(influence.reason)) influence.reason = reason;
    if (span.end > span.begin) influence.span = span;
    add(to, influence);
  }
}

// `$2.price` over a column that is a column of a table.
bool extend_by_field(const Expr& expr, const Origins& input, Influences& out) {
  auto* field = expr.as<FieldRef>();
  if (field == nullptr) return false;
  Influences row;
  if (!extend_by_field(expr.args[0], input, row)) {
    auto* reference = expr.args[0].as<ColumnRef>();
    if (reference == nullptr) return false;
    row = input.columns[reference->index];
  }
  bool is_plain = row.size() == 1 && row[0].reason == Reason::Identity;
  if (!is_plain) return false;
  row[0].column += "." + expr.args[0].type.field_name(field->index);
  out = std::move(row);
  return true;
}

Influences origins_of(const Expr& expr, const Origins& input);

Influences origins_of_case(const Expr& expr, const Origins& input) {
  Influences out;
  for (size_t i = 0; i < expr.args.size(); ++i) {
    bool is_condition = i % 2 == 0 && i + 1 < expr.args.size();
    Influences part = origins_of(expr.args[i], input);
    if (is_condition) {
      add_indirect(out, part, Reason::Condition, expr.args[i].span);
    } else {
      add_through(out, part, Reason::Transformation, expr.args[i].span);
    }
  }
  return out;
}

Influences origins_of(const Expr& expr, const Origins& input) {
  Influences out;
  if (auto* reference = expr.as<ColumnRef>()) {
    add_through(out, input.columns[reference->index], Reason::Identity, expr.span);
    return out;
  }
  Influences field;
  if (extend_by_field(expr, input, field)) {
    add_through(out, field, Reason::Identity, expr.span);
    return out;
  }
  // Tells the type, whatever the value is.
  if (auto* call = expr.as<Call>(); call != nullptr && call->function == "TYPEOF") return out;
  auto* special = expr.as<Special>();
  if (special != nullptr && special->form == Form::Case) return origins_of_case(expr, input);
  for (const Expr& arg : expr.args) add_through(out, origins_of(arg, input), Reason::Transformation, expr.span);
  return out;
}

class Trace {
 public:
  Origins of(const Plan& plan) {
    return std::visit([&](const auto& node) { return trace(plan, node); }, plan->kind);
  }

 private:
  static Origins trace(const Plan&, const Scan& scan) {
    Origins out;
    for (const FieldPath& path : scan.paths) {
      std::string name = scan.table.columns[path[0]].name;
      const Type* type = &scan.table.columns[path[0]].type;
      for (size_t i = 1; i < path.size(); ++i) {
        name += "." + type->field_name(path[i]);
        type = &type->child(path[i]);
      }
      out.columns.push_back({{scan.table.path, std::move(name), Reason::Identity, {}}});
    }
    return out;
  }

  static Origins trace(const Plan& plan, const Values&) { return {std::vector<Influences>(plan->schema.size()), {}}; }

  Origins trace(const Plan&, const Filter& filter) {
    Origins out = of(filter.input);
    add_indirect(out.rows, origins_of(filter.predicate, out), Reason::Filter, filter.predicate.span);
    return out;
  }

  Origins trace(const Plan&, const Project& project) {
    Origins input = of(project.input);
    Origins out;
    out.rows = std::move(input.rows);
    for (const Expr& expr : project.exprs) out.columns.push_back(origins_of(expr, input));
    return out;
  }

  template <class A>
  Origins trace_groups(const A& aggregate, const Origins& input) {
    Origins out;
    out.rows = input.rows;
    for (uint32_t key : aggregate.keys) {
      out.columns.push_back(input.columns[key]);
      add_indirect(out.rows, input.columns[key], Reason::Group, {});
    }
    for (const AggregateCall& call : aggregate.calls) {
      Influences result;
      for (uint32_t argument : call.arguments) {
        add_through(result, input.columns[argument], Reason::Aggregation, {});
      }
      if (call.filter >= 0) {
        add_indirect(result, input.columns[static_cast<size_t>(call.filter)], Reason::Filter, {});
      }
      out.columns.push_back(std::move(result));
    }
    return out;
  }

  Origins trace(const Plan&, const Aggregate& aggregate) { return trace_groups(aggregate, of(aggregate.input)); }

  Origins trace(const Plan&, const WindowTvf& tvf) {
    Origins out = of(tvf.input);
    Influences bound;
    add_through(bound, out.columns[tvf.window.time], Reason::Transformation, {});
    for (uint32_t key : tvf.keys) {
      add_indirect(bound, out.columns[key], Reason::Window, {});
      add_indirect(out.rows, out.columns[key], Reason::Window, {});
    }
    for (int i = 0; i < 3; ++i) out.columns.push_back(bound);
    return out;
  }

  Origins trace(const Plan&, const WindowAggregate& aggregate) {
    Origins input = of(aggregate.input);
    Origins out = trace_groups(aggregate, input);
    const Influences& time = input.columns[aggregate.window.time];
    add_indirect(out.rows, time, Reason::Window, {});
    Influences bound;
    add_through(bound, time, Reason::Transformation, {});
    for (size_t i = 0; i < aggregate.properties.size(); ++i) out.columns.push_back(bound);
    return out;
  }

  Origins trace(const Plan&, const Deduplicate& deduplicate) {
    Origins out = of(deduplicate.input);
    for (uint32_t key : deduplicate.keys) add_indirect(out.rows, out.columns[key], Reason::Group, {});
    for (uint32_t bound : deduplicate.window) add_indirect(out.rows, out.columns[bound], Reason::Window, {});
    if (deduplicate.time != Deduplicate::kProcessingTime) {
      add_indirect(out.rows, out.columns[deduplicate.time], Reason::Order, {});
    }
    return out;
  }

  static void add_partition(Origins& out, const Origins& input, const std::vector<uint32_t>& keys,
                            const std::vector<SortKey>& order, Influences& to) {
    for (uint32_t key : keys) add_indirect(to, input.columns[key], Reason::Group, {});
    for (const SortKey& key : order) add_indirect(to, input.columns[key.column], Reason::Order, {});
    if (&to != &out.rows) add_indirect(to, input.rows, Reason::Filter, {});
  }

  Origins trace(const Plan&, const Rank& rank) {
    Origins input = of(rank.input);
    Origins out = input;
    if (!rank.number.empty()) {
      out.columns.emplace_back();
      add_partition(out, input, rank.keys, rank.order, out.columns.back());
    }
    add_partition(out, input, rank.keys, rank.order, out.rows);
    for (uint32_t bound : rank.window) add_indirect(out.rows, input.columns[bound], Reason::Window, {});
    if (rank.last_column != Rank::kNoColumn) {
      add_indirect(out.rows, input.columns[rank.last_column], Reason::Filter, {});
    }
    return out;
  }

  // A result depends on which rows its window holds, so on the keys and the order besides its arguments.
  Origins trace(const Plan&, const Over& over) {
    Origins input = of(over.input);
    Origins out = input;
    for (const AggregateCall& call : over.calls) {
      Influences result;
      for (uint32_t argument : call.arguments) add_through(result, input.columns[argument], Reason::Aggregation, {});
      add_partition(out, input, over.keys, over.order, result);
      out.columns.push_back(std::move(result));
    }
    return out;
  }

  // The time of a match is that of its last row.
  static bool tells_match_time(const Expr& expr) {
    return expr.is_call("MATCH_ROWTIME") || std::ranges::any_of(expr.args, tells_match_time);
  }

  Origins trace(const Plan&, const Match& match) {
    Origins input = of(match.input);
    Origins out;
    out.rows = input.rows;
    add_partition(out, input, match.keys, match.order, out.rows);
    for (const Expr& define : match.defines) {
      add_indirect(out.rows, origins_of(define, input), Reason::Condition, define.span);
    }
    for (uint32_t key : match.keys) out.columns.push_back(input.columns[key]);
    for (const Expr& measure : match.measures) {
      Influences result;
      add_through(result, origins_of(measure, input), Reason::Aggregation, measure.span);
      if (tells_match_time(measure)) {
        add_through(result, input.columns[match.order[0].column], Reason::Transformation, measure.span);
      }
      out.columns.push_back(std::move(result));
    }
    return out;
  }

  Origins trace(const Plan& plan, const Union& all) {
    Origins out{std::vector<Influences>(plan->schema.size()), {}};
    for (const Plan& input : all.inputs) {
      Origins part = of(input);
      for (size_t i = 0; i < out.columns.size(); ++i) add_all(out.columns[i], part.columns[i]);
      add_all(out.rows, part.rows);
    }
    return out;
  }

  Origins trace(const Plan&, const Join& join) {
    Origins both = of(join.left);
    size_t width = both.columns.size();
    Origins right = of(join.right);
    both.columns.insert(both.columns.end(), right.columns.begin(), right.columns.end());
    add_all(both.rows, right.rows);
    for (const Expr& condition : join.condition) {
      add_indirect(both.rows, origins_of(condition, both), Reason::Join, condition.span);
    }
    if (join.version_time) add_indirect(both.rows, both.columns[*join.version_time], Reason::Join, join.span);
    // Which version of a row is met depends on the time since when it holds.
    bool is_versioned = join.strategy == JoinStrategy::Temporal && join.version_time &&
                        join.left->times[*join.version_time] == TimeRole::Rowtime;
    if (is_versioned) {
      for (size_t i = 0; i < join.right->times.size(); ++i) {
        bool is_since = join.right->times[i] == TimeRole::Rowtime;
        if (is_since) add_indirect(both.rows, both.columns[width + i], Reason::Join, join.span);
      }
    }
    if (join.type == JoinType::Semi || join.type == JoinType::Anti) both.columns.resize(width);
    return both;
  }

  Origins trace(const Plan&, const Correlate& correlate) {
    Origins out = of(correlate.input);
    Influences made;
    for (const Expr& arg : correlate.args) {
      Influences from = origins_of(arg, out);
      add_through(made, from, Reason::Transformation, arg.span);
      add_indirect(out.rows, from, Reason::Join, arg.span);
    }
    for (size_t i = 0; i < correlate.columns.size(); ++i) out.columns.push_back(made);
    for (const Expr& condition : correlate.condition) {
      add_indirect(out.rows, origins_of(condition, out), Reason::Join, condition.span);
    }
    return out;
  }

  Origins trace(const Plan&, const Sort& sort) {
    Origins out = of(sort.input);
    for (const Sort::Key& key : sort.keys) add_indirect(out.rows, out.columns[key.column], Reason::Order, sort.span);
    return out;
  }

  Origins trace(const Plan&, const Expand& expand) {
    Origins out = of(expand.input);
    out.columns.emplace_back();
    return out;
  }

  // The kind of a change is made by the rows themselves, and makes them.
  Origins trace(const Plan&, const ChangelogCall& call) {
    Origins below = of(call.input), out;
    out.rows = below.rows;
    for (uint32_t i = 0; i <= call.columns.size(); ++i) {
      if (i == call.keys && !call.added.empty()) out.columns.emplace_back();
      if (i < call.columns.size()) out.columns.push_back(below.columns[call.columns[i]]);
    }
    if (call.read) add_indirect(out.rows, below.columns[*call.read], Reason::Filter, call.span);
    return out;
  }

  // What else the watermark is made of decides, with the time, which rows are late and when windows end.
  Origins trace(const Plan&, const WatermarkAssigner& assigner) {
    Origins out = of(assigner.input);
    if (!assigner.watermark) return out;
    Influences& time = out.columns[assigner.time];
    for (const Influence& from : origins_of(assigner.watermark->expression, out)) {
      auto is_known = [&](const Influence& known) { return known.table == from.table && known.column == from.column; };
      if (std::ranges::none_of(time, is_known)) add_indirect(time, {from}, Reason::Window, {});
    }
    return out;
  }

  Origins trace(const Plan&, const ChangelogNormalize& normalize) {
    Origins out = of(normalize.input);
    for (const Expr& condition : normalize.condition) {
      add_indirect(out.rows, origins_of(condition, out), Reason::Filter, condition.span);
    }
    return out;
  }

  // Rows of one key replace each other.
  Origins trace(const Plan&, const Sink& sink) {
    Origins out = of(sink.input);
    for (uint32_t key : sink.table.primary_key) add_indirect(out.rows, out.columns[key], Reason::Group, {});
    // The row of a key is the one that changed last, and what is written again without a change is none.
    if (needs_materialize(sink.input, sink.accepts, sink.table.primary_key, "AUTO")) {
      for (const Influences& column : out.columns) add_indirect(out.rows, column, Reason::Order, {});
    }
    if (sink.not_null == jobgraph::Sink::NotNull::Error) return out;
    for (size_t i = 0; i < sink.table.columns.size(); ++i) {
      bool drops = !sink.table.columns[i].type.nullable() && sink.input->schema[i].type.nullable();
      if (drops) add_indirect(out.rows, out.columns[i], Reason::Filter, {});
    }
    return out;
  }
};

}  // namespace

std::vector<jobgraph::LineageEdge> lineage_of(const std::vector<Plan>& sinks) {
  std::vector<jobgraph::LineageEdge> edges;
  for (const Plan& plan : sinks) {
    auto* sink = plan.as<Sink>();
    if (sink == nullptr) continue;
    Origins origins = Trace().of(plan);
    auto add_edges = [&](const std::string& column, Influences influences) {
      std::ranges::stable_sort(influences, {}, &Influence::reason);
      for (const Influence& from : influences) {
        edges.push_back({from.table, from.column, sink->table.path, column, is_direct(from.reason),
                         kReasons[static_cast<size_t>(from.reason)], from.span});
      }
    };
    for (size_t i = 0; i < origins.columns.size(); ++i) add_edges(sink->table.columns[i].name, origins.columns[i]);
    add_edges("*", origins.rows);
  }
  return edges;
}

}  // namespace sluice::planner
