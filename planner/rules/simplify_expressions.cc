// Expressions that are known when the job is compiled are computed then, and conditions, CASE and COALESCE lose the
// parts that cannot be reached. Three-valued: `x AND NULL` stays, because it is FALSE for a FALSE x. A constant that
// fails (CAST('a' AS INT)) stays as well, and fails where a row reaches it.
#include <algorithm>

#include "catalog/expr/interpreter.h"
#include "planner/rules/expressions.h"
#include "planner/rules/rule.h"

namespace sluice::planner {
namespace {

constexpr size_t kLiteralBytesMax = 1U << 16;  // REPEAT('a', 1000000) is better computed than carried.

bool is_literal(const Expr& expr) { return expr.as<Literal>() != nullptr; }

Expr fold_constant(Expr expr, const SessionContext& session) {
  bool constant = expr.as<ColumnRef>() == nullptr && !is_literal(expr) && std::ranges::all_of(expr.args, is_literal);
  if (!constant || !is_foldable(expr)) return expr;
  Result<Value> value = fold(expr, session);
  if (!value) return expr;
  auto* text = std::get_if<std::string>(&value->data);
  if (text != nullptr && text->size() > kLiteralBytesMax) return expr;
  return {Literal{*std::move(value)}, expr.type, {}, expr.span};
}

// `absorbing` is what decides the whole form: FALSE for AND, TRUE for OR.
Expr simplify_logic(Expr expr, Form form, bool absorbing) {
  std::vector<Expr> kept;
  std::multimap<std::string, size_t> places;  // By text: what is equal has the same one.
  auto is_known = [&](const Expr& arg, const std::string& text) {
    auto [first, last] = places.equal_range(text);
    return std::any_of(first, last, [&](const auto& place) { return kept[place.second] == arg; });
  };
  auto add = [&](const Expr& arg) {
    auto* constant = arg.as<Literal>();
    bool is_neutral = constant != nullptr && constant->value == Value{!absorbing};
    if (is_neutral) return;
    std::string text = to_string(arg);
    if (is_pure(arg) && is_known(arg, text)) return;
    places.emplace(std::move(text), kept.size());
    kept.push_back(arg);
  };
  for (const Expr& arg : expr.args) {
    auto* inner = arg.as<Special>();
    if (inner != nullptr && inner->form == form) {
      for (const Expr& operand : arg.args) add(operand);
    } else {
      add(arg);
    }
  }
  for (const Expr& arg : kept) {
    auto* constant = arg.as<Literal>();
    if (constant != nullptr && constant->value == Value{absorbing}) return boolean_literal(absorbing, expr.span);
  }
  if (kept.empty()) return boolean_literal(!absorbing, expr.span);
  if (kept.size() == 1) return std::move(kept[0]);
  expr.args = std::move(kept);
  return expr;
}

Expr simplify_case(Expr expr) {
  std::vector<Expr> kept;
  Expr otherwise = expr.args.back();
  for (size_t i = 0; i + 1 < expr.args.size(); i += 2) {
    if (is_false_or_null(expr.args[i])) continue;
    if (is_true(expr.args[i])) {
      otherwise = expr.args[i + 1];
      break;
    }
    kept.push_back(expr.args[i]);
    kept.push_back(expr.args[i + 1]);
  }
  // Branches at the end that give what ELSE gives need no condition.
  while (!kept.empty() && kept.back() == otherwise && is_pure(kept[kept.size() - 2])) kept.resize(kept.size() - 2);
  if (kept.empty()) return otherwise;
  kept.push_back(std::move(otherwise));
  expr.args = std::move(kept);
  return expr;
}

Expr simplify_coalesce(Expr expr) {
  std::vector<Expr> kept;
  for (const Expr& arg : expr.args) {
    if (is_null_literal(arg)) continue;
    kept.push_back(arg);
    auto* constant = arg.as<Literal>();
    if (!arg.type.nullable() || constant != nullptr) break;
  }
  if (kept.empty()) return std::move(expr.args[0]);
  if (kept.size() == 1) return std::move(kept[0]);
  expr.args = std::move(kept);
  return expr;
}

Expr simplify_null_test(Expr expr) {
  if (expr.args.size() != 1 || expr.args[0].type.nullable() || !is_pure(expr.args[0])) return expr;
  if (expr.is_call("IS NULL")) return boolean_literal(false, expr.span);
  if (expr.is_call("IS NOT NULL")) return boolean_literal(true, expr.span);
  if (expr.is_call("IS TRUE") || expr.is_call("IS NOT FALSE")) return expr.args[0];
  return expr;
}

}  // namespace

Expr simplify(const Expr& expr, const SessionContext& session) {
  return rewrite_bottom_up(expr, [&](Expr e) {
    if (auto* special = e.as<Special>()) {
      Form form = special->form;
      if (form == Form::And) return simplify_logic(std::move(e), form, false);
      if (form == Form::Or) return simplify_logic(std::move(e), form, true);
      return form == Form::Case ? simplify_case(std::move(e)) : simplify_coalesce(std::move(e));
    }
    return fold_constant(simplify_null_test(simplify_self_comparison(std::move(e))), session);
  });
}

std::optional<Plan> simplify_expressions(const Plan& plan, const RuleContext& context) {
  Plan simpler = map_exprs(plan, [&](const Expr& expr) { return simplify(expr, context.session); });
  if (simpler.id() == plan.id()) return {};
  return simpler;
}

// Filter[TRUE] (x) => x; Filter[FALSE or NULL] (x) => no rows.
//
// What stood below an impossible filter is not read any more, as in Flink.
std::optional<Plan> remove_constant_filter(const Plan& plan, const RuleContext&) {
  auto* filter = plan.as<Filter>();
  if (filter == nullptr) return {};
  if (is_true(filter->predicate)) return filter->input;
  if (is_false_or_null(filter->predicate)) return make(Values{plan->schema, {}});
  return {};
}

}  // namespace sluice::planner
