#pragma once
// Nodes that make, read or complete kinds of change. Part of logical.h.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/row_kind.h"
#include "catalog/expr/expr.h"
#include "planner/plan/plan.h"

namespace sluice::planner {

// TO_CHANGELOG, by which changes become rows with a column that says their kind, and FROM_CHANGELOG, which goes back.
// Output: the keys of PARTITION BY, the kind where it is added, and the other columns.
struct ChangelogCall {
  Plan input;
  std::vector<uint32_t> columns;  // Of the input, in the order of the output.
  uint32_t keys = 0;              // How many of them are keys.
  std::string added;              // Name of the kind's column; empty in FROM_CHANGELOG.
  std::optional<uint32_t> read;   // FROM_CHANGELOG: the input's column that holds the kind.
  ChangelogMode mode;             // The kinds that are handed on.
  SourceSpan span;

  static void fields(auto& self, auto&& v) {
    v("input", self.input), v("columns", self.columns), v("keys", self.keys), v("added", self.added);
    v("read", self.read), v("mode", self.mode);
  }
  bool operator==(const ChangelogCall&) const = default;
};

// Above the Scan of an upsert source: a full changelog per primary key.
struct ChangelogNormalize {
  Plan input;
  std::vector<uint32_t> keys;
  std::vector<Expr> condition;  // Empty or one: a filter pushed into the operator.

  static void fields(auto& self, auto&& v) {
    v("input", self.input), v("keys", self.keys), v("condition", self.condition);
  }
  bool operator==(const ChangelogNormalize&) const = default;
};

}  // namespace sluice::planner
