// Subqueries of expressions: their types, and what they read of the query around them.
#include <algorithm>

#include "planner/bind/query_binder.h"
#include "planner/bind/subquery.h"

namespace sluice::planner {

namespace {

// value < ALL (q) is NOT (value >= SOME (q)).
std::string opposite(const std::string& comparison) {
  constexpr std::pair<const char*, const char*> kPairs[] = {{"=", "<>"}, {"<", ">="}, {">", "<="}};
  for (auto [one, other] : kPairs) {
    if (comparison == one) return other;
    if (comparison == other) return one;
  }
  return comparison;
}

}  // namespace

std::optional<Plan> ExprBinder::bind_inner(const ast::Query& query, SourceSpan span) {
  if (queries == nullptr) {
    session_.not_supported(span, "a subquery in {}", clause);
    return {};
  }
  BoundQuery bound = QueryBinder(session_, queries->with_, &scope_).bind(query);
  if (bound.open) return {};
  return bound.plan;
}

// The call that stands for the subquery: the values, then the columns of this scope that it reads.
Expr ExprBinder::bind_subquery(Subquery subquery, std::vector<Expr> values, Type result) {
  subquery.scope = scope_.number;
  subquery.values = values.size();
  SourceSpan span = subquery.span;
  values.insert(values.end(), scope_.read_by_inner.begin(), scope_.read_by_inner.end());
  auto index = static_cast<uint32_t>(session_.subqueries.size());
  session_.subqueries.push_back(std::move(subquery));
  return Expr{Call{kSubquery, index, nullptr}, std::move(result), std::move(values), span};
}

Expr ExprBinder::negate(Expr expr, SourceSpan span) {
  if (expr.type.is_invalid()) return expr;
  std::vector<Expr> args;
  args.push_back(std::move(expr));
  return call_or_report("NOT", std::move(args), span, session_);
}

namespace {

// Whether a query has rows depends neither on their order nor on a LIMIT of one or more.
Plan without_limit(const Plan& plan) {
  Plan at = plan;
  while (auto* project = at.as<Project>()) at = project->input;
  auto* sort = at.as<Sort>();
  bool may_drop_all = sort != nullptr && (sort->limit.value_or(1) == 0 || sort->offset > 0);
  return sort == nullptr || may_drop_all ? plan : without_limit(sort->input);
}

}  // namespace

Expr ExprBinder::bind_kind(const ast::Exists& exists, SourceSpan span) {
  scope_.read_by_inner.clear();
  auto plan = bind_inner(*exists.query, span);
  if (!plan) return invalid_expr(span);
  Subquery subquery{.kind = Subquery::Kind::Exists, .plan = without_limit(*plan), .span = span};
  return bind_subquery(std::move(subquery), {}, Type::boolean().not_null());
}

Expr ExprBinder::bind_kind(const ast::ScalarSubquery& scalar, SourceSpan span) {
  scope_.read_by_inner.clear();
  auto plan = bind_inner(*scalar.query, span);
  if (!plan) return invalid_expr(span);
  if ((*plan)->schema.size() != 1) {
    session_.report(fail(ErrorCode::ColumnCountMismatch, span, "a subquery that is a value has one column, and not {}",
                         (*plan)->schema.size())
                        .hint("Select one column, or join the query to read several of its columns."),
                    span);
    return invalid_expr(span);
  }
  Type type = (*plan)->schema[0].type.as_nullable();
  return bind_subquery({.kind = Subquery::Kind::Scalar, .plan = *plan, .span = span}, {}, type);
}

// `value <comparison> SOME (query)`; IN is `=`.
Expr ExprBinder::bind_in_query(const ast::Expr& value, const ast::Query& query, const char* comparison,
                               SourceSpan span) {
  std::vector<Expr> values;
  auto* row = std::get_if<ast::Call>(&value.kind);
  if (row != nullptr && row->form == ast::CallForm::Row) {
    values = bind_all(row->args);
  } else {
    values.push_back(bind(value));
  }
  scope_.read_by_inner.clear();
  auto plan = bind_inner(query, span);
  bool valid = std::ranges::none_of(values, [](const Expr& expr) { return expr.type.is_invalid(); });
  if (!plan || !valid) return invalid_expr(span);
  if ((*plan)->schema.size() != values.size()) {
    size_t columns = (*plan)->schema.size();
    session_.report(fail(ErrorCode::ColumnCountMismatch, span, "{} {} compared with {} column{}", values.size(),
                         values.size() == 1 ? "value is" : "values are", columns, columns == 1 ? "" : "s")
                        .hint(values.size() == 1 ? "Select the one column that is compared, or compare (a, b) IN (..)."
                                                 : "Select as many columns as there are values in front of IN."),
                    span);
    return invalid_expr(span);
  }
  bool nullable = false;
  for (uint32_t i = 0; i < values.size(); ++i) {
    const Type& type = (*plan)->schema[i].type;
    nullable |= type.nullable() || values[i].type.nullable();
    if (bind_comparison(comparison, values[i], column(i, type), span).type.is_invalid()) return invalid_expr(span);
  }
  bool is_in = std::string_view(comparison) == "=";
  if (!is_in && values.size() > 1) {
    session_.report(fail(ErrorCode::WrongArguments, span, "`{}` compares single values", comparison)
                        .hint("Compare the columns one by one, joined by AND."),
                    span);
    return invalid_expr(span);
  }
  Subquery subquery{.kind = is_in ? Subquery::Kind::In : Subquery::Kind::Compared,
                    .plan = *plan,
                    .comparison = comparison,
                    .span = span};
  return bind_subquery(std::move(subquery), std::move(values), Type::boolean().with_nullability(nullable));
}

Expr ExprBinder::bind_kind(const ast::QuantifiedComparison& comparison, SourceSpan span) {
  if (!comparison.query) return bind_quantified_list(comparison, span);
  bool all = comparison.quantifier == ast::Quantifier::All;
  std::string op = all ? opposite(comparison.op) : comparison.op;
  Expr some = bind_in_query(*comparison.value, *comparison.query, op.c_str(), span);
  return all ? negate(std::move(some), span) : some;
}

}  // namespace sluice::planner
