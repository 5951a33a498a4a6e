// CAST and TRY_CAST.
#include "catalog/functions/function_table.h"
#include "planner/bind/bind_type.h"
#include "planner/bind/expr_binder.h"
#include "planner/bind/literal.h"

namespace sluice::planner {

namespace {

// Elements of `T ARRAY` and `T MULTISET` are NOT NULL in a CAST, but not in the fields of its ROW types.
Type bind_cast_type(const ast::Type& type, BindSession& session) {
  auto* array = std::get_if<ast::ArrayType>(&type.kind);
  auto* set = std::get_if<ast::MultisetType>(&type.kind);
  bool is_postfix = (array != nullptr && array->is_postfix) || (set != nullptr && set->is_postfix);
  if (!is_postfix) return bind_type(type, session);
  Type element = bind_cast_type(array != nullptr ? *array->element : *set->element, session).not_null();
  if (element.is_invalid()) return element;
  Type bound = array != nullptr ? Type::array(std::move(element)) : Type::multiset(std::move(element));
  return bound.with_nullability(type.nullable.value_or(true));
}

// A number becomes an interval of one unit only.
bool check_interval_cast(const Expr& operand, const ast::Type& type, SourceSpan span, BindSession& session) {
  auto* interval = std::get_if<ast::IntervalType>(&type.kind);
  if (interval == nullptr || !interval->range.last || !operand.type.is_numeric()) return true;
  session.report(fail(ErrorCode::CannotCast, span, "cannot cast `{}` to an interval of two units",
                      operand.type.as_nullable().to_string())
                     .hint("Name one unit, or multiply: n * INTERVAL '1' SECOND."),
                 span);
  return false;
}

}  // namespace

Expr ExprBinder::bind_kind(const ast::Cast& cast, SourceSpan span) {
  Expr operand = bind(*cast.operand);
  if (!check_interval_cast(operand, *cast.type, span, session_)) return invalid_expr(span);
  auto* interval = std::get_if<ast::IntervalType>(&cast.type->kind);
  auto counted =
      interval != nullptr && !cast.is_try ? interval_of_units(operand, interval->range.first, span) : std::nullopt;
  if (counted) return *std::move(counted);
  auto* reference = operand.as<ColumnRef>();
  bool is_time = reference != nullptr && scope_.time_of(reference->index) != TimeRole::None;
  Expr result = cast_or_report(std::move(operand), bind_cast_type(*cast.type, session_), span, session_, cast.is_try);
  // A cast to its own type makes a time attribute a plain timestamp, so it must stay visible.
  const Overload* overload =
      is_time && result.as<ColumnRef>() != nullptr ? find_cast(result.type, result.type) : nullptr;
  if (overload == nullptr) return result;
  Type type = result.type;
  std::vector<Expr> args;
  args.push_back(std::move(result));
  return Expr{Call{"CAST", overload->version, overload}, std::move(type), std::move(args), span};
}

}  // namespace sluice::planner
