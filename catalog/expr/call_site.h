#pragma once
// How RowError::call_site names a place in the expressions of one pass: all nodes are counted from 0, those of the
// condition first, arguments before what takes them.
#include <cstdint>
#include <vector>

#include "catalog/expr/expr.h"

namespace sluice {

uint32_t node_count(const Expr& expr);
uint32_t node_count(const std::vector<Expr>& exprs);
// Null for a number that is too large.
const Expr* node_at(const std::vector<Expr>& condition, const std::vector<Expr>& computed, uint32_t call_site);

}  // namespace sluice
