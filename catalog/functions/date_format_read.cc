// Reading times in a pattern.
#include <algorithm>

#include "catalog/functions/date_format.h"
#include "catalog/functions/date_names.h"

namespace sluice {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Digits at the front: exactly `width` where another number follows, else at least one and at most `most`.
bool take_digits(std::string_view& text, size_t least, size_t most, int64_t& out) {
  size_t count = 0;
  out = 0;
  while (count < most && count < text.size() && is_digit(text[count])) out = out * 10 + (text[count++] - '0');
  text.remove_prefix(count);
  return count >= least;
}

// An offset from UTC: `+02` with minutes where there are any (form 1), `+0200` (2) or `+02:00` (3).
bool take_offset(std::string_view& text, int32_t form, bool takes_z) {
  if (takes_z && text.starts_with('Z')) return text.remove_prefix(1), true;
  if (!text.starts_with('+') && !text.starts_with('-')) return false;
  text.remove_prefix(1);
  int64_t hours = 0, minutes = 0;
  if (!take_digits(text, 2, 2, hours)) return false;
  bool has_minutes = form != 1 || (!text.empty() && is_digit(text[0]));
  if (form == 3 && !text.starts_with(':')) return false;
  if (form == 3) text.remove_prefix(1);
  if (has_minutes && !take_digits(text, 2, 2, minutes)) return false;
  return hours <= 18 && minutes <= 59;
}

}  // namespace

struct DateFormat::Fields {
  int64_t year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0, nanoseconds = 0;
  int64_t hour12 = -1;
  int64_t day_of_year = -1;
  bool afternoon = false;
};

bool DateFormat::read_part(const Part& part, std::string_view& text, Fields& fields) const {
  auto width = static_cast<size_t>(part.width);
  size_t most = part.follows_number || width >= 2 ? width : 19;
  size_t least = part.follows_number || width >= 2 ? width : 1;
  int64_t number = 0;
  switch (part.field) {
    case Field::Text:
      if (!text.starts_with(part.text)) return false;
      text.remove_prefix(part.text.size());
      return true;
    case Field::Year:
      if (!take_digits(text, least, most, fields.year)) return false;
      if (width == 2) fields.year += 2000;
      return true;
    case Field::Month:
      return take_digits(text, least, most, fields.month);
    case Field::Day:
      return take_digits(text, least, most, fields.day);
    case Field::DayOfYear:
      return take_digits(text, least, most, fields.day_of_year);
    case Field::Hour:
      return take_digits(text, least, most, fields.hour);
    case Field::Hour1:
      if (!take_digits(text, least, most, fields.hour)) return false;
      fields.hour %= 24;
      return true;
    case Field::Hour12:
    case Field::Hour12_0:
      if (!take_digits(text, least, most, number)) return false;
      fields.hour12 = number % 12;
      return true;
    case Field::Minute:
      return take_digits(text, least, most, fields.minute);
    case Field::Second:
      return take_digits(text, least, most, fields.second);
    case Field::Fraction: {
      std::string_view before = text;
      if (!take_digits(text, width, width, number)) return false;
      fields.nanoseconds = number;
      for (size_t digits = before.size() - text.size(); digits < 9; ++digits) fields.nanoseconds *= 10;
      return true;
    }
    case Field::HalfDay:
      if (!text.starts_with("AM") && !text.starts_with("PM")) return false;
      fields.afternoon = text[0] == 'P';
      text.remove_prefix(2);
      return true;
    case Field::MonthName:
      for (int64_t month = 0; month < 12; ++month) {
        std::string_view name = width == 3 ? kMonthNames[month].substr(0, 3) : kMonthNames[month];
        if (!text.starts_with(name)) continue;
        fields.month = month + 1;
        text.remove_prefix(name.size());
        return true;
      }
      return false;
    case Field::WeekdayName:
      for (std::string_view weekday : kWeekdayNames) {
        std::string_view name = width <= 3 ? weekday.substr(0, 3) : weekday;
        if (!text.starts_with(name)) continue;
        text.remove_prefix(name.size());
        return true;
      }
      return false;
    case Field::Offset:
      return take_offset(text, part.width, part.is_era);
    default:
      return false;
  }
}

bool DateFormat::read(std::string_view text, bool strict, TimestampNs& local) const {
  if (!is_readable_ || has_options_) return false;
  Fields fields;
  for (const Part& part : parts_) {
    if (!read_part(part, text, fields)) return false;
  }
  if (strict && !text.empty()) return false;
  if (fields.hour12 >= 0) fields.hour = fields.hour12 + (fields.afternoon ? 12 : 0);
  bool is_midnight = fields.hour == 24 && fields.minute == 0 && fields.second == 0 && fields.nanoseconds == 0;
  if (fields.month < 1 || fields.month > 12 || fields.day < 1 || fields.day > 31) return false;
  if ((fields.hour > 23 && !is_midnight) || fields.minute > 59 || fields.second > 59) return false;
  auto month = static_cast<int32_t>(fields.month);
  auto day = static_cast<int32_t>(std::min<int64_t>(fields.day, days_in_month(fields.year, month)));
  int64_t days = fields.day_of_year > 0 ? days_of({fields.year, 1, 1}) + fields.day_of_year - 1
                                        : days_of({fields.year, month, day});
  int64_t ms = fields.hour * kMsPerHour + fields.minute * kMsPerMinute + fields.second * kMsPerSecond;
  local = {days * kMsPerDay + ms + fields.nanoseconds / 1'000'000, static_cast<int32_t>(fields.nanoseconds % 1'000'000),
           0};
  return true;
}

}  // namespace sluice
