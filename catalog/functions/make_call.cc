// Calls as expressions: forms that are made of others, the overload, casts around the arguments.
#include <utility>

#include "base/diagnostics.h"
#include "base/utf8.h"
#include "catalog/expr/interpreter.h"
#include "catalog/functions/families.h"
#include "catalog/functions/function_table.h"
#include "catalog/functions/like_pattern.h"
#include "catalog/functions/time_unit.h"
#include "catalog/types/coercion.h"

namespace sluice {
namespace {

const std::string* text_of_literal(const Expr& expr) {
  auto* literal = expr.as<Literal>();
  return literal == nullptr ? nullptr : std::get_if<std::string>(&literal->value.data);
}

std::optional<TimeUnit> unit_of(const Expr& expr) {
  auto* text = text_of_literal(expr);
  return text == nullptr ? std::nullopt : time_unit_of(*text);
}

std::vector<Expr> pair(Expr first, Expr second) {
  std::vector<Expr> out;
  out.push_back(std::move(first));
  out.push_back(std::move(second));
  return out;
}

// EXTRACT(HOUR FROM t) is HOUR(t), whose kernel generated code can inline.
std::string_view field_function(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::Year:
      return "YEAR";
    case TimeUnit::Quarter:
      return "QUARTER";
    case TimeUnit::Month:
      return "MONTH";
    case TimeUnit::Week:
      return "WEEK";
    case TimeUnit::Day:
      return "DAYOFMONTH";
    case TimeUnit::DayOfYear:
      return "DAYOFYEAR";
    case TimeUnit::DayOfWeek:
      return "DAYOFWEEK";
    case TimeUnit::Hour:
      return "HOUR";
    case TimeUnit::Minute:
      return "MINUTE";
    case TimeUnit::Second:
      return "SECOND";
    default:
      return {};
  }
}

// The function that EXTRACT stands for; empty where it is a call of its own.
std::string_view extracting_function(const std::vector<Expr>& args) {
  auto unit = args.size() == 2 ? unit_of(args[0]) : std::nullopt;
  if (!unit || !(args[1].type.is_timestamp() || args[1].type.is(TypeRoot::Date))) return {};
  return field_function(*unit);
}

// TIMESTAMPADD(unit, n, t) is t + n * INTERVAL '1' unit.
Result<Expr> make_timestamp_add(std::vector<Expr> args, SourceSpan span) {
  auto unit = args.size() == 3 ? unit_of(args[0]) : std::nullopt;
  if (!unit) return fail(ErrorCode::WrongArguments, span, "`TIMESTAMPADD` takes a unit, a number and a time");
  int64_t months = months_of(*unit), ms = milliseconds_of(*unit);
  if (months == 0 && ms == 0) {
    return fail(ErrorCode::NotSupportedYet, span, "`TIMESTAMPADD` with this unit is not supported yet");
  }
  Type interval = months > 0 ? Type::interval_year_month() : Type::interval_day_time();
  SLUICE_TRY(Expr count, make_cast(std::move(args[1]), interval, span));
  Expr size = literal(Value{months > 0 ? months : ms}, Type::bigint().not_null());
  SLUICE_TRY(Expr amount, make_call("*", pair(std::move(count), std::move(size)), span));
  Expr time = std::move(args[2]);
  if (time.type.is(TypeRoot::Date) && *unit < TimeUnit::Day) {
    SLUICE_TRY(time, make_cast(std::move(time), Type::timestamp(6), span));
  }
  return make_call("+", pair(std::move(time), std::move(amount)), span);
}

// A constant ESCAPE is one character, and the pattern uses it well.
Status check_escape(const std::vector<Expr>& args, SourceSpan span) {
  if (args.size() != 3) return Done{};
  const std::string *pattern = text_of_literal(args[1]), *escape = text_of_literal(args[2]);
  if (escape == nullptr) return Done{};
  if (escape->empty()) return Done{};  // No character is one.
  if (count_characters(*escape) != 1 || (*escape)[0] == '\0')
    return fail(ErrorCode::WrongArguments, args[2].span, "an escape is one character, and not `{}`", *escape)
        .hint("Choose one that the pattern has not, such as '!' or '\\'.");
  if (pattern == nullptr || LikePattern(*pattern, *escape).is_valid()) return Done{};
  return fail(ErrorCode::WrongArguments, span, "the pattern has its escape where nothing needs one");
}

// SHA2 of a constant number of bits that it does not have; TYPEOF with anything but a constant behind the value.
Status check_constant(std::string_view function, const std::vector<Expr>& args, SourceSpan span) {
  if (args.size() != 2) return Done{};
  auto* literal = args[1].as<Literal>();
  if (function == "TYPEOF") {
    if (literal != nullptr && !literal->value.is_null()) return Done{};
    return fail(ErrorCode::WrongArguments, span, "the second argument of `TYPEOF` is TRUE or FALSE");
  }
  auto* bits = literal == nullptr ? nullptr : std::get_if<int64_t>(&literal->value.data);
  if (bits == nullptr || *bits == 224 || *bits == 256 || *bits == 384 || *bits == 512) return Done{};
  return fail(ErrorCode::WrongArguments, span, "`SHA2` takes 224, 256, 384 or 512 bits, and not {}", *bits);
}

// GREATEST(a, b, c) is GREATEST(GREATEST(a, b), c), all in the type where they meet.
Result<Expr> make_nested(std::string_view function, std::vector<Expr> args, SourceSpan span) {
  std::vector<Type> types;
  for (const Expr& arg : args) types.push_back(arg.type);
  auto common = common_type(types);
  if (common && common->child_count() > 0) common.reset();
  if (!common) return fail(ErrorCode::TypeMismatch, span, "the arguments of `{}` have no common type", function);
  for (Expr& arg : args) {
    SLUICE_TRY(arg, make_cast(std::move(arg), *common, span));
  }
  Expr out = std::move(args[0]);
  for (size_t i = 1; i < args.size(); ++i) {
    SLUICE_TRY(out, make_call(function, pair(std::move(out), std::move(args[i])), span));
  }
  return out;
}

// A field of a row by its position, which must be a literal.
Result<Expr> make_field(std::vector<Expr> args, SourceSpan span) {
  const Type& row = args[0].type;
  auto* position = args[1].as<Literal>();
  auto* number = position == nullptr ? nullptr : std::get_if<int64_t>(&position->value.data);
  if (number == nullptr || *number < 1 || *number > static_cast<int64_t>(row.child_count())) {
    return fail(ErrorCode::WrongArguments, span, "a field of a row is named, or numbered from 1 to {}",
                row.child_count());
  }
  auto index = static_cast<uint32_t>(*number - 1);
  Type type = row.child(index).with_nullability(row.nullable() || row.child(index).nullable());
  args.pop_back();
  return Expr{FieldRef{index}, std::move(type), std::move(args), span};
}

bool is_null_constant(const Expr& expr) {
  auto value = fold(expr, SessionContext{});
  return value && value->is_null();
}

// A DATE has no fractions of a second, a TIME no days, and instants are rounded to milliseconds at best.
Status check_unit(std::string_view function, const std::vector<Expr>& args, SourceSpan span) {
  if (args.size() != 2) return Done{};
  bool extracts = function == "EXTRACT";
  auto unit = unit_of(args[extracts ? 0 : 1]);
  const Type& type = args[extracts ? 1 : 0].type;
  if (!unit) return Done{};
  bool is_tiny = *unit <= TimeUnit::Microsecond;
  bool is_days = *unit >= TimeUnit::Day && *unit <= TimeUnit::IsoYear;
  bool fits = !extracts ? !(is_tiny && type.is(TypeRoot::TimestampLtz))
                        : !(is_tiny && (type.is(TypeRoot::Date) || type.is(TypeRoot::Time))) &&
                              !(is_days && type.is(TypeRoot::Time));
  if (fits) return Done{};
  return fail(ErrorCode::WrongArguments, span, "`{}` does not take {} with this unit of time", function,
              type.as_nullable().to_string());
}

// An interval stands behind what it is added to or multiplied with.
void order_operands(std::string_view function, std::vector<Expr>& args) {
  if (args.size() != 2 || (function != "+" && function != "*")) return;
  bool swaps = function == "+" ? args[0].type.is_interval() && args[1].type.is_temporal()
                               : args[0].type.is_numeric() && args[1].type.is_interval();
  if (swaps) std::swap(args[0], args[1]);
}

}  // namespace

std::vector<FunctionDecl> composed_functions() {
  return {
      FunctionDecl{"TIMESTAMPADD", {}}
          .doc("The time with a number of units added.")
          .example("TIMESTAMPADD(DAY, 1, DATE '2020-02-28')", "DATE '2020-02-29'"),
  };
}

Result<Expr> make_call(std::string_view function, std::vector<Expr> args, SourceSpan span) {
  if (function == "TIMESTAMPADD") return make_timestamp_add(std::move(args), span);
  if (function == "LIKE") {
    Status fits = check_escape(args, span);
    if (!fits) return std::move(fits).as_failure();
  }
  if (function == "TYPEOF" || function == "SHA2") {
    Status fits = check_constant(function, args, span);
    if (!fits) return std::move(fits).as_failure();
  }
  if (function == "TIMESTAMPDIFF" && args.size() == 3 && unit_of(args[0]) == TimeUnit::Nanosecond) {
    args.erase(args.begin());
    return make_call("$NANOSECONDS_BETWEEN", std::move(args), span);
  }
  if (function == "ITEM" && args.size() == 2 && args[0].type.is(TypeRoot::Row)) {
    return make_field(std::move(args), span);
  }
  if (function == "EXTRACT" || function == "FLOOR" || function == "CEIL") {
    Status fits = check_unit(function, args, span);
    if (!fits) return std::move(fits).as_failure();
  }
  if (function == "EXTRACT") {
    std::string_view field = extracting_function(args);
    if (!field.empty()) {
      args.erase(args.begin());
      return make_call(field, std::move(args), span);
    }
  }
  bool is_nested = function == "GREATEST" || function == "LEAST";
  if (is_nested && args.size() != 2 && !args.empty()) return make_nested(function, std::move(args), span);
  order_operands(function, args);
  const FunctionDecl* decl = find_function(function);
  if (decl == nullptr) {
    return fail(ErrorCode::UnknownFunction, span, "function `{}` is not known", function)
        .hint(did_you_mean(function, function_names()));
  }
  std::vector<Type> types;
  std::vector<const Value*> constants;
  for (const Expr& arg : args) {
    types.push_back(arg.type);
    auto* literal = arg.as<Literal>();
    constants.push_back(literal != nullptr ? &literal->value : nullptr);
  }
  auto resolved = resolve_overload(*decl, {types, constants});
  // The remainder of a DECIMAL without scale by an integer has the integer's type.
  bool divides = types.size() == 2 && (decl->name == "%" || decl->name == "MOD");
  bool by_integer = divides && types[0].is(TypeRoot::Decimal) && types[0].scale() == 0 && types[1].is_integer();
  const Type* remainder = by_integer ? &types[1] : nullptr;
  if (!resolved) {
    Failure failure = std::move(resolved).as_failure();
    failure.error.span = span;
    return failure;
  }
  for (size_t i = 0; i < args.size(); ++i) {
    SourceSpan arg_span = args[i].span;
    const Type& wanted = resolved->arguments[i];
    bool is_try = decl->tries_text && args[i].type.is_character() && wanted.is_temporal();
    bool is_constant = args[i].as<Literal>() != nullptr && !args[i].as<Literal>()->value.is_null();
    SLUICE_TRY(args[i], make_cast(std::move(args[i]), wanted, arg_span, is_try));
    if (is_try && is_constant && wanted.is_temporal() && is_null_constant(args[i])) {
      return fail(ErrorCode::BadLiteral, arg_span, "the text is no {}", wanted.as_nullable().to_string());
    }
  }
  Expr call{Call{std::string(decl->name), decl->version, resolved->overload}, resolved->result, std::move(args), span};
  return remainder == nullptr ? Result<Expr>(std::move(call)) : make_cast(std::move(call), *remainder, span);
}

}  // namespace sluice
