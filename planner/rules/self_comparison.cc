// What Flink makes of comparisons of something with itself:
//   Filter[.. c = c ..] (x)     =>  Filter[.. TRUE ..] (x), for a column c and for =, <=, >=; FALSE for <>, <, >
//   Project[.. e = e ..] (x)    =>  Project[.. NULL OR e IS NOT NULL ..] (x), for any pure e
//
// So a filter `c = c` passes rows whose c is NULL, and NaN equals itself here and nowhere else.
#include <cmath>

#include "catalog/functions/function_table.h"
#include "planner/rules/expressions.h"
#include "planner/rules/rule.h"

namespace sluice::planner {
namespace {

enum class SelfRelation : uint8_t { None, Reflexive, Irreflexive, Same, Distinct };

// Expressions that were folded to NaN: no literal of SQL is one.
bool is_nan(const Expr& expr) {
  auto* literal = expr.as<Literal>();
  auto* number = literal == nullptr ? nullptr : std::get_if<double>(&literal->value.data);
  return number != nullptr && std::isnan(*number);
}

SelfRelation relation_of(const Expr& expr) {
  struct Named {
    std::string_view name;
    SelfRelation relation;
  };
  static constexpr Named kNamed[] = {
      {"=", SelfRelation::Reflexive},
      {"<=", SelfRelation::Reflexive},
      {">=", SelfRelation::Reflexive},
      {"<>", SelfRelation::Irreflexive},
      {"<", SelfRelation::Irreflexive},
      {">", SelfRelation::Irreflexive},
      {"IS NOT DISTINCT FROM", SelfRelation::Same},
      {"IS DISTINCT FROM", SelfRelation::Distinct},
  };
  if (expr.args.size() != 2) return SelfRelation::None;
  if (!(expr.args[0] == expr.args[1]) && !(is_nan(expr.args[0]) && is_nan(expr.args[1]))) return SelfRelation::None;
  for (const Named& named : kNamed) {
    if (expr.is_call(named.name)) return named.relation;
  }
  return SelfRelation::None;
}

bool is_positive(SelfRelation relation) {
  return relation == SelfRelation::Reflexive || relation == SelfRelation::Same;
}

// NULL OR e IS NOT NULL; NULL AND e IS NULL.
Expr decided_by_null(Expr expr, bool is_reflexive) {
  SourceSpan span = expr.span;
  Result<Expr> test = make_call(is_reflexive ? "IS NOT NULL" : "IS NULL", {expr.args[0]}, span);
  if (!test) return expr;
  Expr unknown{Literal{Value{}}, Type::boolean(), {}, span};
  Form form = is_reflexive ? Form::Or : Form::And;
  return {Special{form}, expr.type, {std::move(unknown), *std::move(test)}, span};
}

}  // namespace

std::optional<Plan> decide_self_comparison(const Plan& plan, const RuleContext&) {
  auto* filter = plan.as<Filter>();
  if (filter == nullptr) return {};
  Expr predicate = rewrite_bottom_up(filter->predicate, [](Expr expr) {
    SelfRelation relation = relation_of(expr);
    if (relation == SelfRelation::None || expr.args[0].as<ColumnRef>() == nullptr) return expr;
    return boolean_literal(is_positive(relation), expr.span);
  });
  if (predicate == filter->predicate) return {};
  return make(Filter{filter->input, std::move(predicate)});
}

Expr simplify_self_comparison(Expr expr) {
  SelfRelation relation = relation_of(expr);
  if (relation == SelfRelation::None || !is_pure(expr.args[0])) return expr;
  bool is_known = relation == SelfRelation::Same || relation == SelfRelation::Distinct || !expr.args[0].type.nullable();
  if (is_known && !can_fail(expr.args[0])) {
    return {Literal{Value{is_positive(relation)}}, expr.type, {}, expr.span};
  }
  return is_known ? expr : decided_by_null(std::move(expr), is_positive(relation));
}

}  // namespace sluice::planner
