// Small plans and rewrites that several parts of the binder need.
#include "planner/bind/query_binder.h"

namespace sluice::planner {

BoundQuery broken_query() { return {make(Values{}), true}; }

Expr map_columns(const Expr& expr, const std::function<Expr(uint32_t, const Expr&)>& change) {
  if (auto* reference = expr.as<ColumnRef>()) return change(reference->index, expr);
  Expr copy = expr;
  for (Expr& arg : copy.args) arg = map_columns(arg, change);
  return copy;
}

Plan cast_columns(const Plan& plan, const std::vector<Type>& types, BindSession& session, SourceSpan span) {
  Project project{plan, {}, {}};
  bool changed = false;
  for (uint32_t i = 0; i < plan->schema.size(); ++i) {
    const RowField& field = plan->schema[i];
    Expr expr = column(i, field.type);
    expr.span = span;
    expr = cast_or_report(std::move(expr), types[i].with_nullability(field.type.nullable()), span, session);
    changed |= expr.as<ColumnRef>() == nullptr;
    project.exprs.push_back(std::move(expr));
    project.names.push_back(field.name);
  }
  return changed ? make(std::move(project)) : plan;
}

Plan rename_columns(const Plan& plan, const std::vector<std::string>& names) {
  Project project{plan, {}, names};
  bool changed = false;
  for (uint32_t i = 0; i < plan->schema.size(); ++i) {
    project.exprs.push_back(column(i, plan->schema[i].type));
    changed |= names[i] != plan->schema[i].name;
  }
  return changed ? make(std::move(project)) : plan;
}

}  // namespace sluice::planner
