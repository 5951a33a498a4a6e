#pragma once
// The equalities between both sides of a join's condition, by which its rows are distributed.
#include <cstdint>
#include <vector>

#include "planner/plan/logical.h"

namespace sluice::planner {

// left[i] = right[i], or IS NOT DISTINCT FROM; columns of the inputs, not of the join.
struct JoinKeys {
  std::vector<uint32_t> left;
  std::vector<uint32_t> right;
};
JoinKeys join_keys_of(const Join& join);

// The operands of a chain of ANDs, written as one or nested.
std::vector<Expr> operands_of_and(const Expr& expr);

}  // namespace sluice::planner
