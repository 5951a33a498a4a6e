#pragma once
// Queries inside of expressions. While an expression is bound such a query stands in it as a call of kSubquery, whose
// version is its position in BindSession::subqueries; whoever puts the expression into a plan joins the query's rows.
#include <optional>
#include <vector>

#include "planner/bind/query_binder.h"

namespace sluice::planner {

// The plan, next to which the subqueries of an expression stand as columns or as conditions of joins; its first columns
// are the ones that it had.
class SubqueryJoins {
 public:
  SubqueryJoins(Plan plan, BindSession& session) : plan_(std::move(plan)), session_(session) {}

  // Keeps the rows for which the conjunct holds; EXISTS and IN become semi and anti joins.
  void filter(const Expr& conjunct);
  // The value with its subqueries replaced by columns.
  Expr value(const Expr& expr);
  const Plan& plan() const { return plan_; }

 private:
  bool join_rows(const Expr& marker, bool negated);
  Expr replace(const Expr& marker, bool is_condition);
  Expr replace_all(const Expr& expr, bool is_condition);
  Expr scalar(const Subquery& subquery, const Expr& marker);
  Expr exists(const Subquery& subquery, const Expr& marker);
  Expr in(const Subquery& subquery, const Expr& marker, bool is_condition);
  Expr compared(const Subquery& subquery, const Expr& marker);
  Plan extremes(const Subquery& subquery);
  // Joins the rows of `right` that meet the conditions, and gives the position of its first column.
  uint32_t join(JoinType type, Plan right, std::vector<Expr> conditions, SourceSpan span);
  struct Right;
  std::optional<Right> decorrelated(const Plan& query, const Expr& marker, const Subquery& subquery);

  Plan plan_;
  BindSession& session_;
};

bool has_subquery(const Expr& expr);

// ---- decorrelate.cc

// A query that reads columns of an outer one, as one that does not and the conditions that tie its rows to the outer
// ones. `outer` finds the columns of the row outside: a call of kOuter as an expression over the outer plan.
struct Decorrelated {
  Plan plan;                     // The columns of the query come first.
  std::vector<Expr> conditions;  // Over the plan's columns, with calls of kOuter in them.
};
std::optional<Decorrelated> decorrelate(const Plan& plan, uint32_t scope, const Plan& outer,
                                        const std::vector<Expr>& outer_columns, BindSession& session);
// What is told where decorrelate finds no way: Flink has none either through LIMIT.
Failure cannot_decorrelate(const Plan& plan, ErrorCode code, SourceSpan span);
bool reads_outer(const Expr& expr, uint32_t scope);
bool reads_outer(const Plan& plan, uint32_t scope);
// Conditions of decorrelate over a row of the outer columns (first) and the plan's (from `offset` on).
Expr over_join(const Expr& expr, uint32_t scope, const std::vector<Expr>& outer_columns, uint32_t offset);

}  // namespace sluice::planner
