//   Project[.. CASE WHEN $0 = 0 THEN a WHEN $0 = 2 THEN b END ..] (Filter[$0 = 2] (x))
//     =>  Project[.. CASE WHEN FALSE THEN a WHEN TRUE THEN b END ..] (Filter[$0 = 2] (x))
//
// Below a projection it is known which values a column has that a filter, here or in the source, compares with
// literals. Only for types in which equal values are the same value: 0.0 = -0.0, and 'a' = 'a ' as CHAR.
#include <algorithm>
#include <map>

#include "planner/rules/expressions.h"
#include "planner/rules/rule.h"

namespace sluice::planner {
namespace {

// Per column the values that it may have; columns of which nothing is known are missing.
using KnownValues = std::map<uint32_t, std::vector<Value>>;

bool has_one_form_per_value(const Type& type) {
  return type.is_integer() || type.is(TypeRoot::Boolean) || type.is(TypeRoot::Date) || type.is(TypeRoot::VarChar) ||
         type.is_timestamp();
}

struct Equality {
  uint32_t column = 0;
  Value value;
};

// `column = literal` over one and the same type.
std::optional<Equality> equality_of(const Expr& expr) {
  if (!expr.is_call("=") || expr.args.size() != 2) return {};
  for (size_t i = 0; i < 2; ++i) {
    auto* reference = expr.args[i].as<ColumnRef>();
    auto* constant = expr.args[1 - i].as<Literal>();
    if (reference == nullptr || constant == nullptr || constant->value.is_null()) continue;
    const Type& type = expr.args[i].type;
    if (!has_one_form_per_value(type) || !type.equals_ignoring_nullability(expr.args[1 - i].type)) return {};
    return Equality{reference->index, constant->value};
  }
  return {};
}

// The values a condition leaves to one column: `c = 1`, `c = 1 OR c = 2`.
void note_condition(const Expr& condition, KnownValues& known) {
  auto* special = condition.as<Special>();
  bool is_or = special != nullptr && special->form == Form::Or;
  std::vector<Value> values;
  std::optional<uint32_t> column;
  for (const Expr& part : is_or ? condition.args : std::vector<Expr>{condition}) {
    std::optional<Equality> equality = equality_of(part);
    if (!equality || (column && *column != equality->column)) return;
    column = equality->column;
    values.push_back(std::move(equality->value));
  }
  if (column) known.emplace(*column, std::move(values));
}

void note_conditions(const Expr& predicate, KnownValues& known) {
  for (const Expr& condition : conjuncts_of(predicate)) note_condition(condition, known);
}

void note_plan(const Plan& plan, KnownValues& known) {
  if (auto* filter = plan.as<Filter>()) {
    note_conditions(filter->predicate, known);
    note_plan(filter->input, known);
  } else if (auto* assigner = plan.as<WatermarkAssigner>()) {
    note_plan(assigner->input, known);
  } else if (auto* scan = plan.as<Scan>()) {
    for (const Expr& filter : scan->pushed_filters) note_conditions(filter, known);
  }
}

Expr use(const Expr& expr, const KnownValues& known) {
  return rewrite_bottom_up(expr, [&](Expr e) {
    std::optional<Equality> equality = equality_of(e);
    auto found = equality ? known.find(equality->column) : known.end();
    if (found == known.end()) return e;
    bool possible = std::ranges::find(found->second, equality->value) != found->second.end();
    if (!possible) return boolean_literal(false, e.span);
    return found->second.size() == 1 ? boolean_literal(true, e.span) : e;
  });
}

}  // namespace

std::optional<Plan> use_known_values(const Plan& plan, const RuleContext&) {
  auto* project = plan.as<Project>();
  if (project == nullptr) return {};
  KnownValues known;
  note_plan(project->input, known);
  if (known.empty()) return {};
  Plan better = map_exprs(plan, [&](const Expr& expr) { return use(expr, known); });
  if (better.id() == plan.id()) return {};
  return better;
}

}  // namespace sluice::planner
