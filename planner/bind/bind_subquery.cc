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

Expr ExprBinder::bind_kind(const ast::Exists& exists, SourceSpan span) {
  scope_.read_by_inner.clear();
  auto plan = bind_inner(*exists.query, span);
  if (!plan) return invalid_expr(span);
  return bind_subquery({.kind = Subquery::Kind::Exists, .plan = *plan, .span = span}, {}, Type::boolean().not_null());
}

Expr ExprBinder::bind_kind(const ast::ScalarSubquery& scalar, SourceSpan span) {
  scope_.read_by_inner.clear();
  auto plan = bind_inner(*scalar.query, span);
  if (!plan) return invalid_expr(span);
  if ((*plan)->schema.size() != 1) {
    session_.error(ErrorCode::ColumnCountMismatch, span, "a subquery that is a value has one column, and not {}",
                   (*plan)->schema.size());
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
    session_.error(ErrorCode::ColumnCountMismatch, span, "{} values are compared with {} columns", values.size(),
                   (*plan)->schema.size());
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
    session_.error(ErrorCode::WrongArguments, span, "`{}` compares single values", comparison);
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
