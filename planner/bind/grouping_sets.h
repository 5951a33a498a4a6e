#pragma once
// GROUPING SETS, ROLLUP and CUBE: by which sets of expressions a query groups.
#include <optional>
#include <vector>

#include "planner/bind/query_binder.h"

namespace sluice::planner {

// One set after another; a GROUP BY of plain expressions has one. Nothing where there are more than 4,096.
std::optional<std::vector<std::vector<const ast::Expr*>>> grouping_sets(
    const std::vector<ast::GroupingElement>& elements);

// Keys and sets of a GROUP BY. A set is a number whose bit i from the left (of keys.size()) is 1 where the key is not
// in it, as GROUPING_ID has it.
struct Grouping {
  std::vector<Expr> keys;
  std::vector<std::string> names;
  std::vector<uint64_t> sets;

  bool has_sets() const { return sets.size() > 1 || (sets.size() == 1 && sets[0] != 0); }
  bool may_miss(size_t key) const;
  uint64_t bit_of(size_t key) const { return uint64_t{1} << (keys.size() - 1 - key); }
};

// Notes the sets, each of which is positions of keys; equal ones once if `distinct`, else they are an error. False
// where they cannot be; that is reported.
bool add_sets(const std::vector<std::vector<size_t>>& sets, bool distinct, SourceSpan span, Grouping& grouping,
              BindSession& session);

// The input once per set, with the keys and the number of the set as columns behind its own.
Plan expand_sets(const Plan& input, const Grouping& grouping, SourceSpan span);

// GROUPING(a, b) over the column that holds the set's number; `keys` are positions in the grouping.
Expr grouping_value(const Grouping& grouping, const std::vector<size_t>& keys, uint32_t set_column, SourceSpan span,
                    BindSession& session);
inline constexpr const char* kGrouping = "$GROUPING";

}  // namespace sluice::planner
