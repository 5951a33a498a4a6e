#include "planner/bind/type_reasons.h"

#include <algorithm>

#include <fmt/format.h>

#include "catalog/functions/function_table.h"
#include "planner/bind/expr_binder.h"

namespace sluice::planner {

Failure with_type(Failure failure, const Expr& side, SourceSpan whole) {
  bool is_shown = side.span.end > side.span.begin && side.span != whole && !side.type.is_invalid();
  if (!is_shown) return failure;
  return std::move(failure).note(side.span, fmt::format("this is {}", side.type.as_nullable().to_string()));
}

Failure no_common_type(std::span<const Expr* const> values, SourceSpan span, std::string_view what) {
  std::string list;
  std::vector<const Expr*> shown;  // One per type.
  for (const Expr* value : values) {
    bool is_new = std::ranges::none_of(
        shown, [&](const Expr* other) { return other->type.as_nullable() == value->type.as_nullable(); });
    if (!is_new || is_untyped_null(*value)) continue;
    shown.push_back(value);
    list += (list.empty() ? "" : ", ") + value->type.as_nullable().to_string();
  }
  Failure failure = fail(ErrorCode::NoCommonType, span, "{} have no common type: {}", what, list)
                        .hint("Cast them to one type, such as STRING.");
  for (const Expr* value : shown) failure = with_type(std::move(failure), *value, span);
  return failure;
}

namespace {

bool any_is(const std::vector<Expr>& sides, bool (*test)(const Type&)) {
  return std::ranges::any_of(sides, [&](const Expr& side) { return test(side.type); });
}

// What was meant, where the types tell it.
std::string hint_for_operands(const std::vector<Expr>& sides) {
  bool has_text = any_is(sides, [](const Type& type) { return type.is_character(); });
  bool has_time = any_is(sides, [](const Type& type) { return type.is_temporal(); });
  bool has_interval = any_is(sides, [](const Type& type) { return type.is_interval(); });
  bool has_number = any_is(sides, [](const Type& type) { return type.is_numeric(); });
  if (has_time && has_number) return "A time moves by an INTERVAL: time + INTERVAL '1' DAY.";
  if (has_text && has_interval) return "Make a time of the text first: TO_TIMESTAMP(text), or CAST(text AS DATE).";
  if (has_text) return "Texts are joined by `||`; to calculate with one, write CAST(text AS DOUBLE).";
  if (has_time) return "The time between two is TIMESTAMPDIFF(SECOND, a, b).";
  return "It takes numbers, and times with an INTERVAL.";
}

}  // namespace

Failure explained(Failure failure, std::string_view function, const std::vector<Expr>& sides) {
  bool is_operator = function == "+" || function == "-" || function == "*" || function == "/" || function == "%";
  if (is_operator) return std::move(failure).hint(hint_for_operands(sides));
  if (function == "ITEM" && sides.size() == 2) {
    const Type &of = sides[0].type, &index = sides[1].type;
    std::string_view wanted = of.is(TypeRoot::Array) ? "a whole number that counts from 1"
                              : of.is(TypeRoot::Map) ? "a key"
                                                     : "";
    if (wanted.empty()) {
      return fail(ErrorCode::BadIndex, failure.error.span, "{} has no elements", of.as_nullable().to_string())
          .hint("Only ARRAY, MAP and ROW values are followed by `[..]`.");
    }
    std::string type = of.is(TypeRoot::Map)
                           ? fmt::format("{} of type {}", wanted, of.child(0).as_nullable().to_string())
                           : std::string(wanted);
    return fail(ErrorCode::BadIndex, failure.error.span, "{} is asked by {}, and not by this {}",
                of.as_nullable().to_string(), type, index.as_nullable().to_string())
        .hint(of.is(TypeRoot::Map) ? "Cast the key." : "The first element is a[1].");
  }
  if (function == "ARRAY") {
    std::vector<const Expr*> values;
    for (const Expr& side : sides) values.push_back(&side);
    Failure none = no_common_type(values, failure.error.span.value_or(SourceSpan{}), "the elements of ARRAY");
    none.error.notes.clear();  // The caller adds them.
    return none;
  }
  bool is_odd = function == "MAP" && sides.size() % 2 == 1;
  if (is_odd) return std::move(failure).hint("A MAP is written as keys and values in turn: MAP['a', 1, 'b', 2].");
  return failure;
}

std::string way_to(const Type& from, const Type& to) {
  if (from.is(TypeRoot::Array)) return "Take one of its elements: a[1].";
  if (from.is(TypeRoot::Map)) return "Take one of its values: m['key'].";
  if (from.is(TypeRoot::Row)) return "Take one of its fields: r.field.";
  if (from.is_temporal() && to.is_numeric())
    return "Count from a day: TIMESTAMPDIFF(SECOND, TIMESTAMP '1970-01-01 00:00:00', t).";
  if (from.is_numeric() && to.is_temporal())
    return "TO_TIMESTAMP_LTZ(number, 0) reads seconds, and with 3 milliseconds.";
  bool is_over_text = find_cast(from, Type::string()) != nullptr && find_cast(Type::string(), to) != nullptr;
  return is_over_text ? fmt::format("Over a text it is possible: CAST(CAST(.. AS STRING) AS {}).", to.to_string()) : "";
}

}  // namespace sluice::planner
