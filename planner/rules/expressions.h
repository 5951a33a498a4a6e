#pragma once
// What rules do with expressions: walk, substitute, split into conjuncts, ask whether they may be moved.
#include <set>
#include <vector>

#include "base/kernel_context.h"
#include "catalog/expr/expr.h"

namespace sluice::planner {

// A copy whose arguments, then itself, went through `change`.
template <class F>
Expr rewrite_bottom_up(Expr expr, const F& change) {
  for (Expr& arg : expr.args) arg = rewrite_bottom_up(std::move(arg), change);
  return change(std::move(expr));
}

// `expr` reads columns of a projection; the result reads columns of the projection's input.
Expr substitute(const Expr& expr, const std::vector<Expr>& projected);

// Column i becomes `positions[i]`.
Expr remap_columns(const Expr& expr, const std::vector<uint32_t>& positions);

void collect_columns(const Expr& expr, std::set<uint32_t>& columns);
std::set<uint32_t> columns_of(const Expr& expr);

// The same arguments always give the same value: no RAND(), no clock. Statement-time functions count as clocks, because
// in streaming they are evaluated per row.
bool is_pure(const Expr& expr);
// Evaluating it can fail the job.
bool can_fail(const Expr& expr);

// Nothing to compute: a column, a literal, a field of a column.
bool is_trivial(const Expr& expr);

bool is_true(const Expr& expr);           // The literal TRUE.
bool is_false_or_null(const Expr& expr);  // As a condition: no row passes.
bool is_null_literal(const Expr& expr);
Expr boolean_literal(bool value, SourceSpan span = {});

// self_comparison.cc: `e = e` and its like outside of filters.
Expr simplify_self_comparison(Expr expr);

// simplify_expressions.cc: without what is known already; a literal when everything is.
Expr simplify(const Expr& expr, const SessionContext& session);

// Operands of a conjunction; the expression itself when it is none.
std::vector<Expr> conjuncts_of(const Expr& expr);
// Of at least one condition; a single one is returned as it is.
Expr conjunction(std::vector<Expr> conditions);

}  // namespace sluice::planner
