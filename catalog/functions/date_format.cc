#include "catalog/functions/date_format.h"

#include <algorithm>
#include <cstring>

#include "catalog/types/time_math.h"

#include "catalog/functions/date_names.h"

namespace sluice {
namespace {

char* put(char* out, std::string_view text) {
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

char* put_number(char* out, int64_t value, int32_t width) {
  if (width == 2 && value >= 0 && value < 100) {
    out[0] = static_cast<char>('0' + value / 10);
    out[1] = static_cast<char>('0' + value % 10);
    return out + 2;
  }
  char digits[24];
  int count = 0;
  if (value < 0) {
    *out++ = '-';
    value = -value;
  }
  do {
    digits[count++] = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value != 0);
  while (count < width) digits[count++] = '0';
  while (count > 0) *out++ = digits[--count];
  return out;
}

char* put_quarter(char* out, int64_t quarter, int32_t width) {
  constexpr std::string_view kNames[] = {"1st quarter", "2nd quarter", "3rd quarter", "4th quarter"};
  if (width < 3) return put_number(out, quarter, width);
  if (width == 4) return put(out, kNames[quarter - 1]);
  return put_number(put(out, "Q"), quarter, 1);
}

// Two digits are the year of the century; four or more show a sign when there are more than asked for.
char* put_year(char* out, int64_t year, int32_t width) {
  if (width == 2) return put_number(out, floor_mod(year, 100), 2);
  int64_t limit = 1;
  for (int32_t i = 0; i < std::min(width, 18); ++i) limit *= 10;
  if (width >= 4 && year >= limit) *out++ = '+';
  return put_number(out, year, width);
}

// Weeks as in the United States: they begin on Sunday, and the first one holds January 1.
struct LocalWeek {
  int64_t year = 0;
  int64_t week = 0;
};
LocalWeek local_week_of(int64_t days) {
  int64_t sunday = days - iso_day_of_week(days) % 7;
  int64_t year = civil_of(sunday + 6).year;
  int64_t first = days_of({year, 1, 1});
  first -= iso_day_of_week(first) % 7;
  return {year, (sunday - first) / 7 + 1};
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

}  // namespace

bool DateFormat::add_letters(char letter, int32_t count) {
  Part part;
  part.width = count;
  part.is_numeric = true;
  switch (letter) {
    case 'y':
    case 'u':
      part.field = Field::Year;
      part.is_era = letter == 'y';
      break;
    case 'M':
    case 'L':
      part.field = count >= 3 ? Field::MonthName : Field::Month;
      part.is_numeric = count < 3;
      break;
    case 'd':
      part.field = Field::Day;
      break;
    case 'D':
      part.field = Field::DayOfYear;
      break;
    case 'H':
      part.field = Field::Hour;
      break;
    case 'k':
      part.field = Field::Hour1;
      break;
    case 'h':
      part.field = Field::Hour12;
      break;
    case 'K':
      part.field = Field::Hour12_0;
      break;
    case 'm':
      part.field = Field::Minute;
      break;
    case 's':
      part.field = Field::Second;
      break;
    case 'S':
      part.field = Field::Fraction;
      break;
    case 'A':
      part.field = Field::MilliOfDay;
      break;
    case 'a':
      part.field = Field::HalfDay;
      part.is_numeric = false;
      break;
    case 'E':
      part.field = Field::WeekdayName;
      part.is_numeric = false;
      break;
    case 'Q':
    case 'q':
      part.field = Field::Quarter;
      if (count > 4) return false;
      part.is_numeric = count < 3;
      break;
    case 'N':
      part.field = Field::NanoOfDay;
      break;
    case 'n':
      part.field = Field::NanoOfSecond;
      break;
    case 'Y':
      part.field = Field::WeekYear;
      break;
    case 'w':
      part.field = Field::Week;
      break;
    case 'e':
    case 'c':
      part.field = Field::WeekdayNumber;
      if (count > 2) return false;
      break;
    case 'X':
    case 'x':
    case 'Z':
      part.field = Field::Offset;
      part.is_numeric = false;
      part.is_era = letter == 'X' || (letter == 'Z' && count == 5);  // `Z` stands for no offset.
      if (count > (letter == 'Z' ? 5 : 3) || (letter == 'Z' && count == 4)) return false;
      part.width = letter == 'Z' ? (count == 5 ? 3 : 2) : count;
      write_error_ = "a timestamp has no offset that a pattern could show";
      break;
    default:
      return false;
  }
  if (!parts_.empty() && part.is_numeric) parts_.back().follows_number = parts_.back().is_numeric;
  parts_.push_back(std::move(part));
  return true;
}

std::shared_ptr<const DateFormat> DateFormat::compile(std::string_view pattern) {
  auto format = std::make_shared<DateFormat>();
  auto text = [&](std::string_view part) {
    if (format->parts_.empty() || format->parts_.back().field != Field::Text) format->parts_.emplace_back();
    format->parts_.back().text += part;
  };
  for (size_t at = 0; at < pattern.size();) {
    char c = pattern[at];
    if (is_letter(c)) {
      size_t end = std::min(pattern.find_first_not_of(c, at), pattern.size());
      if (!format->add_letters(c, static_cast<int32_t>(end - at))) {
        format->write_error_ = "a letter of the date pattern is not supported";
        format->is_readable_ = false;
      }
      at = end;
    } else if (c == '\'') {
      size_t end = pattern.find('\'', at + 1);
      if (end == std::string_view::npos) {
        format->write_error_ = "the date pattern ends in an open quote";
        format->is_readable_ = false;
        break;
      }
      text(end == at + 1 ? "'" : pattern.substr(at + 1, end - at - 1));
      at = end + 1;
    } else if (c == '[' || c == ']') {
      format->has_options_ = true;
      ++at;
    } else {
      text(pattern.substr(at, 1));
      ++at;
    }
  }
  size_t bytes = 0;
  for (const Part& part : format->parts_) bytes += part.text.size() + static_cast<size_t>(part.width) + 20;
  if (bytes > kTextMax) format->write_error_ = "the date pattern is too long", format->is_readable_ = false;
  format->find_fixed_form();
  return format;
}

std::shared_ptr<const DateFormat> DateFormat::compile_cached(std::string_view pattern) {
  struct Last {
    std::string pattern;
    std::shared_ptr<const DateFormat> format;
  };
  thread_local Last last;
  if (!last.format || last.pattern != pattern) last = {std::string(pattern), compile(pattern)};
  return last.format;
}

void DateFormat::find_fixed_form() {
  uint32_t size = 0;
  std::vector<FixedField> fields;
  for (const Part& part : parts_) {
    bool is_pair =
        part.width == 2 && (part.field == Field::Month || part.field == Field::Day || part.field == Field::Hour ||
                            part.field == Field::Minute || part.field == Field::Second);
    bool is_fixed =
        is_pair || (part.field == Field::Year && part.width == 4) || (part.field == Field::Fraction && part.width == 3);
    uint32_t width = is_fixed ? static_cast<uint32_t>(part.width) : static_cast<uint32_t>(part.text.size());
    if ((!is_fixed && part.field != Field::Text) || size + width > kFixedMax) return;
    if (is_fixed) {
      fields.push_back({part.field, size});
    } else {
      std::memcpy(fixed_text_ + size, part.text.data(), width);
    }
    size += width;
  }
  fixed_size_ = size;
  fixed_fields_ = std::move(fields);
}

char* DateFormat::write_fixed(char* out, CivilDate date, uint32_t ms_of_day) const {
  auto pair = [](char* at, uint32_t value) {
    at[0] = static_cast<char>('0' + value / 10);
    at[1] = static_cast<char>('0' + value % 10);
  };
  std::memcpy(out, fixed_text_, kFixedMax);
  for (const FixedField& fixed : fixed_fields_) {
    char* at = out + fixed.offset;
    switch (fixed.field) {
      case Field::Year:
        pair(at, static_cast<uint32_t>(date.year) / 100);
        pair(at + 2, static_cast<uint32_t>(date.year) % 100);
        break;
      case Field::Month:
        pair(at, static_cast<uint32_t>(date.month));
        break;
      case Field::Day:
        pair(at, static_cast<uint32_t>(date.day));
        break;
      case Field::Hour:
        pair(at, ms_of_day / 3'600'000);
        break;
      case Field::Minute:
        pair(at, ms_of_day / 60'000 % 60);
        break;
      case Field::Second:
        pair(at, ms_of_day / 1000 % 60);
        break;
      default:
        at[0] = static_cast<char>('0' + ms_of_day % 1000 / 100);
        pair(at + 1, ms_of_day % 100);
        break;
    }
  }
  return out + fixed_size_;
}

char* DateFormat::write(char* out, const TimestampNs& local) const {
  int64_t days = floor_div(local.milliseconds, kMsPerDay);
  int64_t ms = local.milliseconds - days * kMsPerDay;
  CivilDate date = civil_of(days);
  auto of_day = static_cast<uint32_t>(ms);
  if (!fixed_fields_.empty() && date.year >= 1 && date.year <= 9999) return write_fixed(out, date, of_day);
  return write_parts(out, local, days, date, of_day);
}

char* DateFormat::write_parts(char* out, const TimestampNs& local, int64_t days, CivilDate date,
                              uint32_t of_day) const {
  for (const Part& part : parts_) {
    switch (part.field) {
      case Field::Text:
        out = put(out, part.text);
        break;
      case Field::Year: {
        int64_t year = part.is_era && date.year <= 0 ? 1 - date.year : date.year;
        out = put_year(out, year, part.width);
        break;
      }
      case Field::Month:
        out = put_number(out, date.month, part.width);
        break;
      case Field::MonthName: {
        std::string_view name = kMonthNames[date.month - 1];
        out = put(out, part.width == 3 ? name.substr(0, 3) : part.width == 5 ? name.substr(0, 1) : name);
        break;
      }
      case Field::Day:
        out = put_number(out, date.day, part.width);
        break;
      case Field::DayOfYear:
        out = put_number(out, day_of_year(date), part.width);
        break;
      case Field::Hour:
        out = put_number(out, of_day / 3'600'000, part.width);
        break;
      case Field::Hour1:
        out = put_number(out, of_day < 3'600'000 ? 24 : of_day / 3'600'000, part.width);
        break;
      case Field::Hour12: {
        uint32_t hour = of_day / 3'600'000 % 12;
        out = put_number(out, hour == 0 ? 12 : hour, part.width);
        break;
      }
      case Field::Hour12_0:
        out = put_number(out, of_day / 3'600'000 % 12, part.width);
        break;
      case Field::Minute:
        out = put_number(out, of_day / 60'000 % 60, part.width);
        break;
      case Field::Second:
        out = put_number(out, of_day / 1000 % 60, part.width);
        break;
      case Field::Fraction: {
        char digits[9];
        put_number(digits, int64_t{of_day % 1000} * 1'000'000 + local.nanoseconds, 9);
        for (int32_t i = 0; i < part.width; ++i) *out++ = i < 9 ? digits[i] : '0';
        break;
      }
      case Field::MilliOfDay:
        out = put_number(out, of_day, part.width);
        break;
      case Field::HalfDay:
        out = put(out, of_day < 43'200'000 ? "AM" : "PM");
        break;
      case Field::WeekdayName: {
        std::string_view name = kWeekdayNames[iso_day_of_week(days) - 1];
        out = put(out, part.width <= 3 ? name.substr(0, 3) : part.width == 5 ? name.substr(0, 1) : name);
        break;
      }
      case Field::Quarter:
        out = put_quarter(out, (date.month + 2) / 3, part.width);
        break;
      case Field::NanoOfDay:
        out = put_number(out, int64_t{of_day} * 1'000'000 + local.nanoseconds, part.width);
        break;
      case Field::NanoOfSecond:
        out = put_number(out, int64_t{of_day % 1000} * 1'000'000 + local.nanoseconds, part.width);
        break;
      case Field::WeekYear: {
        out = put_year(out, local_week_of(days).year, part.width);
        break;
      }
      case Field::Week:
        out = put_number(out, local_week_of(days).week, part.width);
        break;
      case Field::Offset:
        break;
      case Field::WeekdayNumber:
        out = put_number(out, iso_day_of_week(days) % 7 + 1, part.width);
        break;
    }
  }
  return out;
}

}  // namespace sluice
