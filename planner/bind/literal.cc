#include "planner/bind/literal.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>

#include "base/utf8.h"
#include "planner/bind/scope.h"

namespace sluice::planner {

namespace {

Expr literal_expr(Value value, Type type, SourceSpan span) {
  return Expr{Literal{std::move(value)}, type.not_null(), {}, span};
}

Expr bad_literal(const std::string& what, SourceSpan span, BindSession& session, std::string hint,
                 ErrorCode code = ErrorCode::BadLiteral) {
  session.report(fail(code, span, "{}", what).hint(std::move(hint)), span);
  return invalid_expr(span);
}

// The same with another text between the quotes, which mends it.
Expr bad_literal(const std::string& what, SourceSpan span, BindSession& session, std::string hint,
                 const std::string& text) {
  Failure failure = fail(ErrorCode::BadLiteral, span, "{}", what).hint(std::move(hint));
  std::string written = session.text(span);
  size_t open = written.find('\''), close = written.rfind('\'');
  if (!text.empty() && !session.place && open != close) {
    SourceSpan place{span.begin + static_cast<uint32_t>(open) + 1, span.begin + static_cast<uint32_t>(close)};
    failure = std::move(failure).change(place, text);
  }
  session.report(std::move(failure), span);
  return invalid_expr(span);
}

bool parse_int(std::string_view text, int64_t& value) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return !text.empty() && error == std::errc{} && end == text.data() + text.size();
}

// Reads the parts of a date, a time or an interval from left to right.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  bool at_end() const { return text_.empty(); }
  bool skip(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  void skip_blanks() {
    while (skip(' ')) {}
  }
  bool number(size_t digits_max, int64_t& value) {
    size_t digits = 0;
    while (digits < text_.size() && digits <= digits_max && text_[digits] >= '0' && text_[digits] <= '9') ++digits;
    if (digits == 0 || digits > digits_max || !parse_int(text_.substr(0, digits), value)) return false;
    text_.remove_prefix(digits);
    return true;
  }
  // `.123` as nanoseconds; nothing there is 0. More than nine digits are cut, or refused.
  bool fraction(int64_t& nanoseconds, int32_t& digits, bool cuts) {
    nanoseconds = 0;
    digits = 0;
    if (!skip('.')) return true;
    for (; !text_.empty() && text_.front() >= '0' && text_.front() <= '9'; text_.remove_prefix(1)) {
      if (digits == 9 && !cuts) return false;
      if (digits == 9) continue;
      ++digits;
      nanoseconds = nanoseconds * 10 + (text_.front() - '0');
    }
    for (int32_t i = digits; i < 9; ++i) nanoseconds *= 10;
    return digits > 0;
  }

 private:
  std::string_view text_;
};

bool parse_date(Cursor& cursor, int64_t& days) {
  int64_t year = 0, month = 0, day = 0;
  if (!cursor.number(4, year) || !cursor.skip('-') || !cursor.number(2, month) || !cursor.skip('-') ||
      !cursor.number(2, day)) {
    return false;
  }
  std::chrono::year_month_day date{std::chrono::year(static_cast<int>(year)),
                                   std::chrono::month(static_cast<unsigned>(month)),
                                   std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || year == 0) return false;
  days = std::chrono::sys_days(date).time_since_epoch().count();
  return true;
}

// Why a text of the form yyyy-MM-dd is no date; empty where it has another form.
std::string reason_of_date(std::string_view text) {
  Cursor cursor(text);
  int64_t year = 0, month = 0, day = 0;
  if (!cursor.number(4, year) || !cursor.skip('-') || !cursor.number(2, month) || !cursor.skip('-') ||
      !cursor.number(2, day)) {
    return {};
  }
  if (month < 1 || month > 12) return fmt::format("Months are counted from 1 to 12, and not to {}.", month);
  std::chrono::year_month_day_last last{std::chrono::year(static_cast<int>(year)),
                                        std::chrono::month_day_last{std::chrono::month(static_cast<unsigned>(month))}};
  return fmt::format("This month has {} days.", static_cast<unsigned>(last.day()));
}

struct TimeOfDayText {
  int64_t milliseconds = 0;
  int64_t nanoseconds = 0;  // Of the millisecond.
  int32_t digits = 0;
};

bool parse_time(Cursor& cursor, TimeOfDayText& time) {
  int64_t hour = 0, minute = 0, second = 0, nanos = 0;
  if (!cursor.number(2, hour) || !cursor.skip(':') || !cursor.number(2, minute) || !cursor.skip(':') ||
      !cursor.number(2, second) || !cursor.fraction(nanos, time.digits, true)) {
    return false;
  }
  if (hour > 23 || minute > 59 || second > 59) return false;
  time.milliseconds = ((hour * 60 + minute) * 60 + second) * 1000 + nanos / 1'000'000;
  time.nanoseconds = nanos % 1'000'000;
  return true;
}

bool is_timestamp(const std::string& text) {
  Cursor cursor(text);
  int64_t days = 0;
  TimeOfDayText time;
  return parse_date(cursor, days) && cursor.skip(' ') && parse_time(cursor, time) && cursor.at_end();
}

// A timestamp as other systems write it: with a T in the middle or a Z at the end, or without a time. Empty where it is
// none of these.
std::string mended_timestamp(std::string text) {
  size_t middle = text.find('T');
  if (middle != std::string::npos) text[middle] = ' ';
  if (text.ends_with('Z')) text.pop_back();
  for (const char* rest : {"", ":00", " 00:00:00"}) {
    if (is_timestamp(text + rest)) return text + rest;
  }
  return {};
}

Value timestamp_value(int64_t milliseconds, int64_t nanoseconds, int32_t precision) {
  if (precision <= 3) return {milliseconds};
  if (precision <= 6) return {milliseconds * 1000 + nanoseconds / 1000};
  return {TimestampNs{milliseconds, static_cast<int32_t>(nanoseconds), 0}};
}

// ---- Intervals

using ast::TimeUnit;

bool is_months(TimeUnit unit) { return unit == TimeUnit::Year || unit == TimeUnit::Quarter || unit == TimeUnit::Month; }

int64_t factor_of(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::Year:
      return 12;
    case TimeUnit::Quarter:
      return 3;
    case TimeUnit::Month:
    case TimeUnit::Millisecond:
      return 1;
    case TimeUnit::Week:
      return 7 * 86'400'000LL;
    case TimeUnit::Day:
      return 86'400'000;
    case TimeUnit::Hour:
      return 3'600'000;
    case TimeUnit::Minute:
      return 60'000;
    case TimeUnit::Second:
      return 1000;
    case TimeUnit::Microsecond:
    case TimeUnit::Nanosecond:
      return 0;
  }
  return 0;
}

// What stands between two units of a range, such as the colon of HOUR TO MINUTE.
char separator_before(TimeUnit unit) { return unit == TimeUnit::Month ? '-' : unit == TimeUnit::Hour ? ' ' : ':'; }

// The digits that the leading field may have: two, unless the range says otherwise.
bool parse_interval(const ast::IntervalLiteral& interval, int64_t& value) {
  constexpr TimeUnit kUnits[] = {TimeUnit::Year, TimeUnit::Month,  TimeUnit::Day,
                                 TimeUnit::Hour, TimeUnit::Minute, TimeUnit::Second};
  std::string_view text = interval.text;
  bool negative = interval.negative;
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  if (text.starts_with('-')) negative = !negative;
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  Cursor cursor(text);
  int64_t amount = 0;
  size_t digits = interval.range.precision.value_or(2);
  TimeUnit first = interval.range.first, last = interval.range.last.value_or(first);
  if (!cursor.number(std::max<size_t>(digits, 1), amount)) return false;
  value = amount * factor_of(first);
  TimeUnit at = first;
  for (const TimeUnit* unit = std::ranges::find(kUnits, first); at != last && unit + 1 != std::end(kUnits);) {
    at = *++unit;
    if (!cursor.skip(separator_before(at)) || !cursor.number(2, amount)) return false;
    value += amount * factor_of(at);
  }
  int64_t nanos = 0;
  int32_t fraction_digits = 0;
  if (last == TimeUnit::Second && !cursor.fraction(nanos, fraction_digits, false)) return false;
  value += nanos / 1'000'000;
  if (negative) value = -value;
  return at == last && cursor.at_end();
}

// What is wrong with an interval that was not read.
Expr report_interval(const ast::IntervalLiteral& interval, SourceSpan span, BindSession& session) {
  std::string what = fmt::format("`{}` is no interval of these units", interval.text);
  std::string_view digits = interval.text;
  if (digits.starts_with('-') || digits.starts_with('+')) digits.remove_prefix(1);
  bool is_number = !digits.empty() && digits.find_first_not_of("0123456789") == std::string_view::npos;
  size_t first_digits = std::min(digits.find_first_not_of("0123456789"), digits.size());
  if (first_digits == 0 || (interval.range.last && is_number)) {
    return bad_literal(
        what, span, session,
        "Write a number for each unit between the quotes, such as INTERVAL '5' MINUTE or INTERVAL '1:30' "
        "HOUR TO MINUTE.");
  }
  if (first_digits <= interval.range.precision.value_or(2)) {
    return bad_literal(what, span, session,
                       "Units follow from the largest to the smallest: INTERVAL '1 12:30:00' DAY TO SECOND.");
  }
  std::string hint =
      fmt::format("The first number has at most two digits unless the unit says more: {} digits are ({}).",
                  first_digits, first_digits);
  Failure failure = fail(ErrorCode::BadLiteral, span, "{}", what).hint(std::move(hint));
  bool can_change = !interval.range.precision && !interval.range.last && is_number && !session.place;
  if (can_change) failure = std::move(failure).change({span.end, span.end}, fmt::format("({})", first_digits));
  session.report(std::move(failure), span);
  return invalid_expr(span);
}

Expr bind_integer(std::string_view digits, bool negative, SourceSpan span, BindSession& session) {
  int64_t value = 0;
  std::string text = (negative ? "-" : "") + std::string(digits);
  if (!parse_int(text, value)) {
    return bad_literal(fmt::format("number `{}` is out of range", text), span, session,
                       "Whole numbers have 64 bits; write CAST('..' AS DECIMAL(p, s)) for longer ones.",
                       ErrorCode::NumberOutOfRange);
  }
  bool is_int = value >= INT32_MIN && value <= INT32_MAX;
  return literal_expr({value}, is_int ? Type::integer() : Type::bigint(), span);
}

}  // namespace

Expr bind_number(const ast::NumberLiteral& number, bool negative, SourceSpan span, BindSession& session) {
  std::string digits = number.digits;
  if (digits.find_first_of("eE") != std::string::npos) {
    double value = 0;
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{} || std::isinf(value)) {
      return bad_literal(fmt::format("number `{}` is out of range", digits), span, session,
                         "A DOUBLE reaches up to 1.7976931348623157E308.", ErrorCode::NumberOutOfRange);
    }
    return literal_expr({negative ? -value : value}, Type::float64(), span);
  }
  size_t point = digits.find('.');
  if (point != std::string::npos && point + 1 == digits.size()) digits.pop_back();
  if (point == std::string::npos || point == digits.size()) return bind_integer(digits, negative, span, session);
  // The digits as they are written count, leading zeros included: 0.908 is a DECIMAL(4, 3).
  auto precision = static_cast<int32_t>(digits.size() - 1);
  auto scale = static_cast<int32_t>(digits.size() - point - 1);
  std::string unscaled = (negative ? "-" : "") + digits.substr(0, point) + digits.substr(point + 1);
  int64_t value = 0;
  if (!parse_int(unscaled, value) || precision > 38) {
    return bad_literal(fmt::format("number `{}` is out of range", digits), span, session,
                       "The digits of a literal must fit into 64 bits; write CAST('..' AS DECIMAL(p, s)).",
                       ErrorCode::NumberOutOfRange);
  }
  Type type = Type::decimal(precision, scale);
  Value held = type.physical() == Physical::Int128 ? Value{static_cast<Int128>(value)} : Value{value};
  return literal_expr(std::move(held), type, span);
}

Expr bind_string(const ast::StringLiteral& text, SourceSpan span) {
  return literal_expr({text.value}, Type::character(static_cast<int32_t>(count_characters(text.value))), span);
}

Expr bind_binary(const ast::BinaryLiteral& bytes, SourceSpan span) {
  std::string out;
  for (size_t i = 0; i + 1 < bytes.hex.size(); i += 2) {
    unsigned byte = 0;
    std::from_chars(bytes.hex.data() + i, bytes.hex.data() + i + 2, byte, 16);
    out += static_cast<char>(byte);
  }
  auto size = static_cast<int32_t>(out.size());
  return literal_expr({std::move(out)}, Type::binary(size), span);
}

Expr bind_temporal(const ast::TemporalLiteral& temporal, SourceSpan span, BindSession& session) {
  Cursor cursor(temporal.text);
  int64_t days = 0;
  TimeOfDayText time;
  using enum ast::TypeName;
  if (temporal.type == Date) {
    if (parse_date(cursor, days) && cursor.at_end()) return literal_expr({days}, Type::date(), span);
    std::string reason = reason_of_date(temporal.text);
    return bad_literal(fmt::format("`{}` is no date", temporal.text), span, session,
                       reason.empty() ? "Write DATE 'yyyy-MM-dd'." : reason);
  }
  if (temporal.type == Time) {
    if (parse_time(cursor, time) && cursor.at_end()) {
      return literal_expr({time.milliseconds}, Type::time(0), span);
    }
    std::string with_seconds = temporal.text + ":00";
    Cursor longer(with_seconds);
    bool lacks_seconds = parse_time(longer, time) && longer.at_end();
    return bad_literal(fmt::format("`{}` is no time", temporal.text), span, session, "Write TIME 'HH:mm:ss'.",
                       lacks_seconds ? with_seconds : std::string());
  }
  if (temporal.type != Timestamp && temporal.type != TimestampLtz) {
    session.not_supported(span, "a literal of this type");
    return invalid_expr(span);
  }
  bool valid = parse_date(cursor, days);
  bool is_day = valid && cursor.at_end();  // Its midnight.
  valid = is_day || (valid && cursor.skip(' ') && parse_time(cursor, time) && cursor.at_end());
  if (!valid) {
    return bad_literal(fmt::format("`{}` is no timestamp", temporal.text), span, session,
                       "Write TIMESTAMP 'yyyy-MM-dd HH:mm:ss' with up to nine digits behind the seconds.",
                       mended_timestamp(temporal.text));
  }
  int64_t milliseconds = days * 86'400'000 + time.milliseconds;
  // An instant is written in UTC, whatever the session's time zone is.
  Type type = temporal.type == TimestampLtz ? Type::timestamp_ltz(time.digits) : Type::timestamp(time.digits);
  return literal_expr(timestamp_value(milliseconds, time.nanoseconds, time.digits), type, span);
}

Expr bind_interval(const ast::IntervalLiteral& interval, SourceSpan span, BindSession& session) {
  int64_t value = 0;
  if (!parse_interval(interval, value)) {
    return report_interval(interval, span, session);
  }
  bool months = is_months(interval.range.first);
  return literal_expr({value}, months ? Type::interval_year_month() : Type::interval_day_time(), span);
}

std::optional<Expr> interval_of_units(const Expr& number, ast::TimeUnit unit, SourceSpan span) {
  auto* literal = number.as<Literal>();
  if (literal == nullptr || !number.type.is_integer() || literal->value.is_null()) return {};
  int64_t amount = 0;
  bool overflows = __builtin_mul_overflow(literal->value.get<int64_t>(), factor_of(unit), &amount);
  bool months = is_months(unit);
  if (overflows || (months && amount != static_cast<int32_t>(amount))) return {};
  return literal_expr({amount}, months ? Type::interval_year_month() : Type::interval_day_time(), span);
}

}  // namespace sluice::planner
