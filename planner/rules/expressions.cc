#include "planner/rules/expressions.h"

#include <algorithm>

#include "base/check.h"
#include "catalog/functions/function_table.h"

namespace sluice::planner {

Expr substitute(const Expr& expr, const std::vector<Expr>& projected) {
  return rewrite_bottom_up(expr, [&](Expr e) {
    auto* column = e.as<ColumnRef>();
    return column != nullptr ? projected.at(column->index) : e;
  });
}

Expr remap_columns(const Expr& expr, const std::vector<uint32_t>& positions) {
  return rewrite_bottom_up(expr, [&](Expr e) {
    if (auto* column = e.as<ColumnRef>()) e.kind = ColumnRef{positions.at(column->index)};
    return e;
  });
}

void collect_columns(const Expr& expr, std::set<uint32_t>& columns) {
  if (auto* column = expr.as<ColumnRef>()) columns.insert(column->index);
  for (const Expr& arg : expr.args) collect_columns(arg, columns);
}

std::set<uint32_t> columns_of(const Expr& expr) {
  std::set<uint32_t> columns;
  collect_columns(expr, columns);
  return columns;
}

bool is_pure(const Expr& expr) {
  if (auto* call = expr.as<Call>()) {
    const FunctionDecl* decl = find_function(call->function);
    if (decl == nullptr || decl->volatility != Volatility::Pure) return false;
  }
  return std::ranges::all_of(expr.args, is_pure);
}

bool can_fail(const Expr& expr) {
  auto* call = expr.as<Call>();
  if (call != nullptr && (call->overload == nullptr || call->overload->fallible)) return true;
  return std::ranges::any_of(expr.args, can_fail);
}

bool is_trivial(const Expr& expr) {
  if (expr.as<ColumnRef>() != nullptr || expr.as<Literal>() != nullptr) return true;
  return expr.as<FieldRef>() != nullptr && is_trivial(expr.args[0]);
}

bool is_null_literal(const Expr& expr) {
  auto* constant = expr.as<Literal>();
  return constant != nullptr && constant->value.is_null();
}

bool is_true(const Expr& expr) {
  auto* constant = expr.as<Literal>();
  return constant != nullptr && constant->value == Value{true};
}

bool is_false_or_null(const Expr& expr) {
  auto* constant = expr.as<Literal>();
  return constant != nullptr && (constant->value.is_null() || constant->value == Value{false});
}

Expr boolean_literal(bool value, SourceSpan span) {
  Expr expr = literal({value}, Type::boolean().not_null());
  expr.span = span;
  return expr;
}

std::vector<Expr> conjuncts_of(const Expr& expr) {
  auto* special = expr.as<Special>();
  if (special == nullptr || special->form != Form::And) return {expr};
  std::vector<Expr> out;
  for (const Expr& arg : expr.args) {
    for (Expr& inner : conjuncts_of(arg)) out.push_back(std::move(inner));
  }
  return out;
}

Expr conjunction(std::vector<Expr> conditions) {
  SLUICE_CHECK(!conditions.empty());
  if (conditions.size() == 1) return std::move(conditions[0]);
  bool nullable = std::ranges::any_of(conditions, [](const Expr& e) { return e.type.nullable(); });
  SourceSpan span = conditions[0].span;
  return {Special{Form::And}, Type::boolean().with_nullability(nullable), std::move(conditions), span};
}

}  // namespace sluice::planner
