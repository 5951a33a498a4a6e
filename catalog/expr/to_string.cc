#include <algorithm>
#include <array>
#include <chrono>

#include <fmt/format.h>

#include "base/check.h"
#include "catalog/expr/expr.h"

namespace sluice {
namespace {

constexpr int64_t kMsPerDay = 86'400'000;

std::string quoted(std::string_view text) {
  std::string out = "'";
  for (char c : text) out += c == '\'' ? "''" : std::string(1, c);
  return out + "'";
}

std::string decimal_text(Int128 unscaled, int32_t scale) {
  bool negative = unscaled < 0;
  auto rest = negative ? -static_cast<unsigned __int128>(unscaled) : static_cast<unsigned __int128>(unscaled);
  std::string digits;
  for (; rest != 0; rest /= 10) digits += static_cast<char>('0' + static_cast<int>(rest % 10));
  while (digits.size() <= static_cast<size_t>(scale)) digits += '0';
  std::ranges::reverse(digits);
  if (scale > 0) digits.insert(digits.size() - static_cast<size_t>(scale), ".");
  return (negative ? "-" : "") + digits;
}

std::string date_text(int64_t days) {
  std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{days}}};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

std::string time_text(int64_t ms_of_day) {
  int64_t ms = ms_of_day % 1000, seconds = ms_of_day / 1000;
  std::string text = fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
  return ms == 0 ? text : fmt::format("{}.{:03}", text, ms);
}

std::string timestamp_text(int64_t units, int64_t units_per_ms, int64_t nanoseconds) {
  int64_t per_day = kMsPerDay * units_per_ms;
  int64_t days = units / per_day - (units % per_day < 0 ? 1 : 0);
  int64_t of_day = units - days * per_day;
  std::string text = date_text(days) + " " + time_text(of_day / units_per_ms);
  int64_t below_ms = units_per_ms == 1 ? nanoseconds : of_day % units_per_ms * 1000;
  return below_ms == 0 ? text : fmt::format("{}+{}ns", text, below_ms);
}

std::string integer_text(int64_t value, const Type& type) {
  switch (type.root()) {
    case TypeRoot::Decimal:
      return decimal_text(value, type.scale());
    case TypeRoot::Date:
      return "DATE '" + date_text(value) + "'";
    case TypeRoot::Time:
      return "TIME '" + time_text(value) + "'";
    case TypeRoot::Timestamp:
      return "TIMESTAMP '" + timestamp_text(value, type.precision() <= 3 ? 1 : 1000, 0) + "'";
    case TypeRoot::TimestampLtz:
      return "TIMESTAMP_LTZ '" + timestamp_text(value, type.precision() <= 3 ? 1 : 1000, 0) + " UTC'";
    case TypeRoot::IntervalYearMonth:
      return fmt::format("INTERVAL '{}' MONTH", value);
    case TypeRoot::IntervalDayTime:
      return fmt::format("INTERVAL '{}' MILLISECOND", value);
    default:
      return fmt::format("{}", value);
  }
}

std::string value_text(const Value& value, const Type& type);

std::string list_text(const ValueList& elements, const Type& type) {
  bool is_row = type.is(TypeRoot::Row);
  std::string out;
  for (size_t i = 0; i < elements.size(); ++i) {
    out += (i > 0 ? ", " : "") + value_text(elements[i], type.child(is_row ? i : 0));
  }
  return is_row ? "ROW(" + out + ")" : "ARRAY[" + out + "]";
}

std::string map_text(const ValueMap& entries, const Type& type) {
  std::string out;
  for (const auto& [key, mapped] : entries) {
    const Type count = Type::integer();
    const Type& mapped_type = type.is(TypeRoot::Map) ? type.child(1) : count;
    out += (out.empty() ? "" : ", ") + value_text(key, type.child(0)) + ", " + value_text(mapped, mapped_type);
  }
  return "MAP[" + out + "]";
}

std::string value_text(const Value& value, const Type& type) {
  struct Text {
    const Type& type;
    std::string operator()(std::monostate) const { return "NULL"; }
    std::string operator()(bool v) const { return v ? "TRUE" : "FALSE"; }
    std::string operator()(int64_t v) const { return integer_text(v, type); }
    std::string operator()(const Int128& v) const { return decimal_text(v, type.scale()); }
    std::string operator()(float v) const { return fmt::format("{}e0", v); }
    std::string operator()(double v) const { return fmt::format("{}e0", v); }
    std::string operator()(const std::string& v) const { return (type.is_binary_string() ? "x" : "") + quoted(v); }
    std::string operator()(const TimestampNs& v) const {
      return "TIMESTAMP '" + timestamp_text(v.milliseconds, 1, v.nanoseconds) + "'";
    }
    std::string operator()(const std::shared_ptr<const ValueList>& v) const { return list_text(*v, type); }
    std::string operator()(const std::shared_ptr<const ValueMap>& v) const { return map_text(*v, type); }
  };
  return std::visit(Text{type}, value.data);
}

std::string joined(const std::vector<Expr>& args, std::string_view separator) {
  std::string out;
  for (const Expr& arg : args) {
    if (!out.empty()) out += separator;
    out += to_string(arg);
  }
  return out;
}

bool is_infix(std::string_view function) {
  constexpr std::array kInfix = {"+", "-", "*", "/", "%", "=", "<>", "<", "<=", ">", ">=", "||", "LIKE", "AND", "OR"};
  return std::ranges::find(kInfix, function) != kInfix.end();
}

std::string call_text(const Call& call, const Expr& expr) {
  if ((call.function == "CAST" || call.function == "TRY_CAST") && expr.args.size() == 1) {
    return fmt::format("{}({} AS {})", call.function, to_string(expr.args[0]), expr.type.as_nullable().to_string());
  }
  if (expr.args.size() == 2 && is_infix(call.function)) return "(" + joined(expr.args, " " + call.function + " ") + ")";
  if (expr.args.size() == 1 && call.function.starts_with("IS ")) {
    return fmt::format("({} {})", to_string(expr.args[0]), call.function);
  }
  return call.function + "(" + joined(expr.args, ", ") + ")";
}

std::string case_text(const Expr& expr) {
  std::string out = "CASE";
  for (size_t i = 0; i + 1 < expr.args.size(); i += 2) {
    out += " WHEN " + to_string(expr.args[i]) + " THEN " + to_string(expr.args[i + 1]);
  }
  return out + " ELSE " + to_string(expr.args.back()) + " END";
}

std::string special_text(Form form, const Expr& expr) {
  switch (form) {
    case Form::And:
      return "(" + joined(expr.args, " AND ") + ")";
    case Form::Or:
      return "(" + joined(expr.args, " OR ") + ")";
    case Form::Case:
      return case_text(expr);
    case Form::Coalesce:
      return "COALESCE(" + joined(expr.args, ", ") + ")";
  }
  SLUICE_UNREACHABLE("every form has a text");
}

}  // namespace

std::string to_string(const Expr& expr) {
  if (auto* column = expr.as<ColumnRef>()) return fmt::format("${}", column->index);
  if (auto* field = expr.as<FieldRef>()) {
    return fmt::format("{}.{}", to_string(expr.args[0]), expr.args[0].type.field_name(field->index));
  }
  if (auto* constant = expr.as<Literal>()) return value_text(constant->value, expr.type);
  if (auto* call = expr.as<Call>()) return call_text(*call, expr);
  return special_text(expr.as<Special>()->form, expr);
}

}  // namespace sluice
