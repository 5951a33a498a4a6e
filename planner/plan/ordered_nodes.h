#pragma once
// Nodes for which the order of rows counts: Top-N, OVER, MATCH_RECOGNIZE. Part of logical.h.
#include <optional>
#include <string>
#include <vector>

#include "catalog/expr/expr.h"
#include "planner/plan/plan.h"

namespace sluice::planner {

// ROW_NUMBER() OVER (PARTITION BY keys ORDER BY order) BETWEEN first AND last. Output: the input's columns, then, where
// `number` is a name, the number.
struct Rank {
  static constexpr uint32_t kNoColumn = UINT32_MAX;
  Plan input;
  std::vector<uint32_t> keys;
  std::vector<SortKey> order;
  int64_t first = 1;
  int64_t last = 1;
  uint32_t last_column = kNoColumn;  // The end of the range is this column's value, in place of `last`.
  std::string number;
  std::vector<uint32_t> window;  // Bounds of a window, besides `keys`: rows are sent when the window ends.
  bool mini_batch = false;       // As in Deduplicate.
  SourceSpan span;

  bool is_top_1() const { return first == 1 && last == 1 && last_column == kNoColumn && number.empty(); }
  static void fields(auto& self, auto&& v) {
    v("input", self.input), v("keys", self.keys), v("order", self.order), v("first", self.first);
    v("last", self.last), v("last_column", self.last_column), v("number", self.number), v("window", self.window);
  }
  bool operator==(const Rank& other) const {
    return input == other.input && keys == other.keys && order == other.order && first == other.first &&
           last == other.last && last_column == other.last_column && number == other.number && window == other.window &&
           mini_batch == other.mini_batch;
  }
};

// Calls OVER one window of rows. Output: the input's columns, then the results. Functions of `calls` are aggregates and
// ROW_NUMBER, RANK, LAG and their like; their arguments are input columns.
struct Over {
  // Rows from `preceding` rows, or as many of the order's units, before the current row up to it.
  struct Frame {
    bool rows = false;
    std::optional<int64_t> preceding;  // Nothing: from the first row.
    bool operator==(const Frame&) const = default;
  };
  Plan input;
  std::vector<uint32_t> keys;
  std::vector<SortKey> order;
  Frame frame;
  std::vector<AggregateCall> calls;
  std::vector<std::string> names;  // Of the results.
  SourceSpan span;                 // Of the first call.

  bool is_by_time() const;  // Ordered by a time attribute.
  static void fields(auto& self, auto&& v) {
    v("input", self.input), v("keys", self.keys), v("order", self.order), v("frame", self.frame);
    v("calls", self.calls), v("names", self.names);
  }
  bool operator==(const Over& other) const {
    return input == other.input && keys == other.keys && order == other.order && frame == other.frame &&
           calls == other.calls && names == other.names;
  }
};

// MATCH_RECOGNIZE with ONE ROW PER MATCH. Output: the keys, then the measures. In `defines` and `measures` a column of
// a variable's rows is a call of kOfVariable; the first variable is the one a match begins with.
struct Match {
  // $OF(column of the input, variable): its value in the last row of the variable so far.
  static constexpr const char* kOfVariable = "$OF";
  enum class Skip : uint8_t { PastLastRow, NextRow, ToFirst, ToLast };
  struct Step {
    std::string variable;
    uint32_t min = 1;
    std::optional<uint32_t> max = 1;  // Nothing: without bound.
    bool reluctant = false;
    bool operator==(const Step&) const = default;
  };
  Plan input;
  std::vector<uint32_t> keys;
  std::vector<SortKey> order;
  std::vector<Step> pattern;
  std::vector<std::string> defined;  // The variables of `defines`.
  std::vector<Expr> defines;
  std::vector<Expr> measures;
  std::vector<std::string> names;  // Of the measures.
  Skip skip = Skip::PastLastRow;
  std::string skip_to;
  std::optional<int64_t> within_ms;
  SourceSpan span;

  static void fields(auto& self, auto&& v) {
    v("input", self.input), v("keys", self.keys), v("order", self.order), v("pattern", self.pattern);
    v("defined", self.defined), v("defines", self.defines), v("measures", self.measures), v("names", self.names);
    v("skip", self.skip), v("skip_to", self.skip_to), v("within", self.within_ms);
  }
  bool operator==(const Match& other) const {
    return input == other.input && keys == other.keys && order == other.order && pattern == other.pattern &&
           defined == other.defined && defines == other.defines && measures == other.measures && names == other.names &&
           skip == other.skip && skip_to == other.skip_to && within_ms == other.within_ms;
  }
};

}  // namespace sluice::planner
