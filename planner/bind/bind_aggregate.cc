// Calls of aggregates: collected for the SELECT that they stand in.
#include <algorithm>
#include <cmath>

#include "planner/bind/expr_binder.h"
#include "planner/bind/flink_functions.h"
#include "planner/bind/variance.h"

namespace sluice::planner {

namespace {

// Where an aggregate could stand instead.
const char* way_out(std::string_view clause) {
  if (clause == "WHERE") return "Conditions over groups belong into HAVING.";
  if (clause == "ON" || clause == "GROUP BY")
    return "Compute it in a query of its own in FROM, and use its column here.";
  if (clause == "a computed column" || clause == "a watermark") return "A column is computed from its own row alone.";
  return "It belongs into the select list or HAVING.";
}

bool is_map(const Type& type) { return type.is(TypeRoot::Map) || type.is(TypeRoot::Multiset); }

// The function that the call means by what it says about NULLs; null after a report.
const AggregateDecl* by_nulls(const AggregateDecl& decl, const ast::Call& call, SourceSpan span, BindSession& session) {
  if (decl.name == "ARRAY_AGG") {
    return call.nulls == ast::NullTreatment::Ignore ? find_aggregate("$ARRAY_AGG_IGNORE_NULLS") : &decl;
  }
  if (call.nulls != ast::NullTreatment::None) {
    session.report(
        fail(ErrorCode::BadOverWindow, span, "`{}` takes no IGNORE NULLS and no RESPECT NULLS", display_name(call))
            .hint("Leave it out; FILTER (WHERE .. IS NOT NULL) behind the call keeps NULLs away."),
        span);
    return nullptr;
  }
  if (!call.json || !call.json->nulls) return &decl;
  bool absent = *call.json->nulls == ast::JsonNulls::AbsentOnNull;
  if (decl.name == "JSON_OBJECTAGG" && absent) return find_aggregate("$JSON_OBJECTAGG_ABSENT");
  if (decl.name == "JSON_ARRAYAGG" && !absent) return find_aggregate("$JSON_ARRAYAGG_NULLS");
  return &decl;
}

// The function whose values come in an order; null after a report.
const AggregateDecl* by_order(const AggregateDecl& decl, const ast::Call&, SourceSpan span, BindSession& session) {
  constexpr std::pair<std::string_view, std::string_view> kOrdered[] = {
      {"ARRAY_AGG", "$ARRAY_AGG_ORDERED"},
      {"$ARRAY_AGG_IGNORE_NULLS", "$ARRAY_AGG_ORDERED_IGNORE_NULLS"},
      {"JSON_ARRAYAGG", "$JSON_ARRAYAGG_ORDERED"},
      {"$JSON_ARRAYAGG_NULLS", "$JSON_ARRAYAGG_ORDERED_NULLS"}};
  for (auto [name, ordered] : kOrdered) {
    if (decl.name == name) return find_aggregate(ordered);
  }
  session.not_supported(span, "ORDER BY in this aggregate");
  return nullptr;
}

std::optional<double> number_of(const Expr& expr) {
  auto* literal = expr.as<Literal>();
  if (literal == nullptr || literal->value.is_null()) return {};
  if (expr.type.is(TypeRoot::Double)) return literal->value.get<double>();
  if (!expr.type.is(TypeRoot::Decimal) && !expr.type.is_integer()) return {};
  auto* value = std::get_if<int64_t>(&literal->value.data);
  return value == nullptr ? std::nullopt : std::optional(static_cast<double>(*value) / std::pow(10, expr.type.scale()));
}

// What the constants among the arguments must be.
bool check_constants(const AggregateDecl& decl, const std::vector<Expr>& args, BindSession& session) {
  if (decl.name == "LISTAGG" && args.size() == 2 && args[1].as<Literal>() == nullptr) {
    session.report(fail(ErrorCode::CannotAggregate, args[1].span, "the separator of LISTAGG is a literal")
                       .hint("Write it between quotes: LISTAGG(text, ',')."),
                   args[1].span);
    return false;
  }
  if (decl.name != "PERCENTILE") return true;
  std::vector<Expr> shares = args[1].is_call("ARRAY") ? args[1].args : std::vector<Expr>{args[1]};
  for (const Expr& share : shares) {
    auto number = number_of(share);
    if (number && *number >= 0 && *number <= 1) continue;
    session.report(fail(ErrorCode::CannotAggregate, share.span, "the share of PERCENTILE is a literal from 0 to 1")
                       .hint("Write 0.5 for the median, 0.99 for the largest hundredth."),
                   share.span);
    return false;
  }
  return true;
}

}  // namespace

std::string display_name(const ast::Call& call) {
  std::string name;
  for (const ast::Identifier& part : call.function.parts) name += (name.empty() ? "" : ".") + part.text;
  return name;
}

std::optional<AggregateShape> bound_shape(const AggregateDecl& decl, std::vector<Expr>& args, bool distinct,
                                          SourceSpan span, BindSession& session) {
  std::vector<Type> types;
  for (const Expr& arg : args) types.push_back(arg.type);
  auto shape = aggregate_shape(decl, types, distinct, false);
  if (!shape) {
    session.report(std::move(shape).as_failure(), span);
    return {};
  }
  if (!check_constants(decl, args, session)) return {};
  for (size_t i = 0; i < args.size(); ++i) {
    SourceSpan arg_span = args[i].span;
    args[i] = cast_or_report(std::move(args[i]), shape->arguments[i], arg_span, session);
  }
  return *std::move(shape);
}

// The column where the call's result stands; equal calls are one.
Expr AggregateCalls::add(Item item) {
  auto equal = [&](const Item& other) {
    return other.decl == item.decl && other.args == item.args && other.filter == item.filter &&
           other.distinct == item.distinct;
  };
  auto found = std::ranges::find_if(items, equal);
  Expr result = column(kAggregateBase + static_cast<uint32_t>(found - items.begin()), item.result);
  result.span = item.span;
  if (found == items.end()) items.push_back(std::move(item));
  return result;
}

Expr ExprBinder::bind_aggregate(const AggregateDecl& named, const ast::Call& call, SourceSpan span) {
  if (aggregates == nullptr || in_aggregate_) {
    bool nested = in_aggregate_ && std::string_view(clause) != "FILTER";
    session_.report(fail(nested ? ErrorCode::NestedAggregate : ErrorCode::MisplacedAggregate, span,
                         "aggregate `{}` cannot stand in {}", display_name(call), nested ? "another aggregate" : clause)
                        .hint(nested ? "Compute it in a query of its own in FROM." : way_out(clause)),
                    span);
    return invalid_expr(span);
  }
  if (!call.within_group.empty()) {
    session_.report(fail(ErrorCode::NotAnAggregate, span, "`{}` takes no WITHIN GROUP", display_name(call))
                        .hint("Leave WITHIN GROUP out: rows are aggregated as they come."),
                    span);
    return invalid_expr(span);
  }
  const AggregateDecl* decl = by_nulls(named, call, span, session_);
  if (decl != nullptr && !call.order_by.empty()) decl = by_order(*decl, call, span, session_);
  if (decl == nullptr) return invalid_expr(span);
  AggregateCalls::Item item{.decl = decl, .distinct = call.quantifier == ast::SetQuantifier::Distinct, .span = span};
  in_aggregate_ = true;
  bool valid = true, nullable = call.filter != nullptr || !aggregates->has_keys;
  for (const ast::ExprPtr& arg : call.args) {
    bool is_star = std::holds_alternative<ast::Star>(arg->kind);
    if (is_star && call.args.size() == 1 && decl->name == "COUNT" && !item.distinct) continue;
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
  for (const ast::OrderItem& order : call.order_by) {
    in_aggregate_ = true;
    valid &= !bind_value(*order.expr).type.is_invalid();
    in_aggregate_ = false;
  }
  if (!valid) return invalid_expr(span);
  if (decl->name == "COUNT" && call.args.empty()) {
    session_.report(fail(ErrorCode::WrongArgumentCount, span, "`{}` takes one argument", display_name(call))
                        .hint("COUNT(*) counts rows."),
                    span);
    return invalid_expr(span);
  }
  if (decl->name == "COUNT" && item.args.size() > 1) {
    session_.report(fail(ErrorCode::WrongArgumentCount, span, "`{}` takes one argument, and not {}", display_name(call),
                         item.args.size())
                        .hint("Combinations are counted over a subquery with SELECT DISTINCT."),
                    span);
    return invalid_expr(span);
  }
  if (item.distinct && !item.args.empty() && is_map(item.args[0].type)) {
    session_.report(fail(ErrorCode::CannotAggregate, span, "a DISTINCT aggregate does not take {}",
                         item.args[0].type.as_nullable().to_string())
                        .hint("Maps cannot be told apart; count one of their values, or CAST(.. AS STRING)."),
                    span);
    return invalid_expr(span);
  }
  auto shape = bound_shape(*decl, item.args, item.distinct, span, session_);
  if (!shape) return invalid_expr(span);
  bool by_argument = decl->name.find("ARRAY_AGG") != std::string_view::npos || decl->name == "PERCENTILE";
  item.result = by_argument ? shape->result : shape->result.with_nullability(shape->result.nullable() && nullable);
  if (is_variance(decl->name)) return bind_variance(std::move(item), *aggregates, session_);
  return aggregates->add(std::move(item));
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
