// Calls of aggregates: collected for the SELECT that they stand in.
#include <algorithm>

#include "planner/bind/expr_binder.h"
#include "planner/bind/flink_functions.h"

namespace sluice::planner {

namespace {

bool is_map(const Type& type) { return type.is(TypeRoot::Map) || type.is(TypeRoot::Multiset); }

}  // namespace

std::string display_name(const ast::Call& call) {
  std::string name;
  for (const ast::Identifier& part : call.function.parts) name += (name.empty() ? "" : ".") + part.text;
  return name;
}

Expr ExprBinder::bind_aggregate(const AggregateDecl& decl, const ast::Call& call, SourceSpan span) {
  if (aggregates == nullptr || in_aggregate_) {
    session_.error(ErrorCode::MisplacedAggregate, span, "aggregate `{}` cannot stand in {}", display_name(call),
                   in_aggregate_ ? "another aggregate" : clause);
    return invalid_expr(span);
  }
  if (!call.order_by.empty() || !call.within_group.empty()) return refuse(span, "ORDER BY in this aggregate");
  AggregateCalls::Item item{.decl = &decl, .distinct = call.quantifier == ast::SetQuantifier::Distinct, .span = span};
  in_aggregate_ = true;
  bool valid = true, nullable = call.filter != nullptr || !aggregates->has_keys;
  for (const ast::ExprPtr& arg : call.args) {
    bool is_star = std::holds_alternative<ast::Star>(arg->kind);
    if (is_star && call.args.size() == 1 && decl.name == "COUNT" && !item.distinct) continue;
    item.args.push_back(bind_value(*arg));
    valid &= !item.args.back().type.is_invalid();
    nullable |= item.args.back().type.nullable();
  }
  if (call.filter) {
    const char* outer = std::exchange(clause, "FILTER");
    item.filter = bind_condition(*call.filter, "FILTER");
    clause = outer;
    valid &= !item.filter->type.is_invalid();
  }
  in_aggregate_ = false;
  if (!valid) return invalid_expr(span);
  if (item.args.size() > 1 && item.args.size() <= decl.arguments_max) {
    return refuse(span, "an aggregate of several arguments");
  }
  if (item.distinct && !item.args.empty() && is_map(item.args[0].type)) {
    session_.error(ErrorCode::WrongArguments, span, "a DISTINCT aggregate does not take {}",
                   item.args[0].type.as_nullable().to_string());
    return invalid_expr(span);
  }
  std::vector<Type> types;
  for (const Expr& arg : item.args) types.push_back(arg.type);
  auto shape = aggregate_shape(decl, types, item.distinct, false);
  if (!shape) {
    session_.report(std::move(shape).as_failure(), span);
    return invalid_expr(span);
  }
  for (size_t i = 0; i < item.args.size(); ++i) {
    SourceSpan arg_span = item.args[i].span;
    item.args[i] = cast_or_report(std::move(item.args[i]), shape->arguments[i], arg_span, session_);
  }
  item.result = shape->result.with_nullability(shape->result.nullable() && nullable);
  auto equal = [&](const AggregateCalls::Item& other) {
    return other.decl == item.decl && other.args == item.args && other.filter == item.filter &&
           other.distinct == item.distinct;
  };
  auto found = std::ranges::find_if(aggregates->items, equal);
  auto index = static_cast<uint32_t>(found - aggregates->items.begin());
  Expr result = column(kAggregateBase + index, item.result);
  result.span = span;
  if (found == aggregates->items.end()) aggregates->items.push_back(std::move(item));
  return result;
}

namespace {

struct AggregateFinder {
  bool found = false;

  void look(const ast::ExprPtr& expr) {
    if (expr && !found) found = has_aggregate(*expr);
  }
  void operator()(const ast::Call& call) {
    if (!call.over && !is_window_function(call.lookup) && is_aggregate_of_flink(call.lookup)) found = true;
    for (const ast::ExprPtr& arg : call.args) look(arg);
    auto* spec = call.over ? std::get_if<ast::WindowSpec>(&*call.over) : nullptr;
    if (spec == nullptr) return;
    for (const ast::ExprPtr& key : spec->partition_by) look(key);
    for (const ast::OrderItem& order : spec->order_by) look(order.expr);
  }
  void operator()(const ast::Cast& cast) { look(cast.operand); }
  void operator()(const ast::Case& choice) {
    look(choice.operand);
    for (const ast::WhenClause& when : choice.whens) {
      for (const ast::ExprPtr& condition : when.conditions) look(condition);
      look(when.result);
    }
    look(choice.otherwise);
  }
  void operator()(const ast::FieldAccess& access) { look(access.operand); }
  void operator()(const ast::In& in) {
    look(in.value);
    for (const ast::ExprPtr& item : in.list) look(item);
  }
  void operator()(const ast::QuantifiedComparison& comparison) { look(comparison.value); }
  void operator()(const auto&) {}  // Names, literals and subqueries hold no aggregate of this SELECT.
};

}  // namespace

bool has_aggregate(const ast::Expr& expr) {
  AggregateFinder finder;
  std::visit(finder, expr.kind);
  return finder.found;
}

}  // namespace sluice::planner
