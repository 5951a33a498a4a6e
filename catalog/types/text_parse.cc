// Text to scalars, as Flink's casts read it.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>
#include <string_view>

#include "catalog/types/decimal.h"
#include "catalog/types/text_form.h"
#include "catalog/types/time_math.h"

namespace sluice {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view trim(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

// Between one and `digits_max` digits at the front.
bool take_number(std::string_view& text, size_t digits_max, int64_t& out) {
  size_t count = 0;
  out = 0;
  while (count < digits_max && count < text.size() && is_digit(text[count])) out = out * 10 + (text[count++] - '0');
  text.remove_prefix(count);
  return count > 0;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text[0] != c) return false;
  text.remove_prefix(1);
  return true;
}

// Up to nine digits behind a point, as nanoseconds.
int64_t take_fraction(std::string_view& text) {
  int64_t nanoseconds = 0;
  int64_t unit = 100'000'000;
  while (!text.empty() && is_digit(text[0]) && unit > 0) {
    nanoseconds += (text[0] - '0') * unit;
    unit /= 10;
    text.remove_prefix(1);
  }
  return nanoseconds;
}

// Java's suffixes and hexadecimal floats aside, what Double.valueOf takes.
template <class T>
bool read_floating(std::string_view text, T& out) {
  text = trim(text);
  bool negative = false;
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  if (text == "NaN" || text == "Infinity") {
    out = text == "NaN" ? std::numeric_limits<T>::quiet_NaN() : std::numeric_limits<T>::infinity();
    if (negative) out = -out;
    return true;
  }
  if (!text.empty() && std::string_view("fFdD").find(text.back()) != std::string_view::npos) text.remove_suffix(1);
  if (text.empty() || !(is_digit(text[0]) || text[0] == '.')) return false;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error == std::errc::result_out_of_range) {
    // Too large or too small: the exponent's sign tells which.
    bool is_small = text.find("e-") != std::string_view::npos || text.find("E-") != std::string_view::npos;
    out = is_small ? T{0} : std::numeric_limits<T>::infinity();
  } else if (error != std::errc{}) {
    return false;
  }
  if (end != text.data() + text.size()) return false;
  if (negative) out = -out;
  return true;
}

struct ClockFields {
  int64_t hour = 0, minute = 0, second = 0, nanoseconds = 0;
};

}  // namespace

bool read_integer(const char* data, uint32_t size, int64_t least, int64_t greatest, int64_t& out) {
  std::string_view text{data, size};
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  bool negative = take(text, '-');
  if (!negative) take(text, '+');
  if (text.empty()) return false;
  unsigned __int128 magnitude = 0;
  while (!text.empty() && is_digit(text[0])) {
    magnitude = magnitude * 10 + static_cast<unsigned>(text[0] - '0');
    if (magnitude > static_cast<unsigned __int128>(1) << 64) return false;
    text.remove_prefix(1);
  }
  if (take(text, '.')) {
    while (!text.empty() && is_digit(text[0])) text.remove_prefix(1);
  }
  if (!text.empty()) return false;
  Int128 value = negative ? -static_cast<Int128>(magnitude) : static_cast<Int128>(magnitude);
  if (value < least || value > greatest) return false;
  out = static_cast<int64_t>(value);
  return true;
}

bool read_decimal(const char* data, uint32_t size, int32_t precision, int32_t scale, Int128& out, bool& fits) {
  std::string_view text = trim({data, size});
  out = 0;
  fits = true;
  bool negative = take(text, '-');
  if (!negative) take(text, '+');
  std::string digits;
  int64_t exponent = 0;
  bool any = false, after_point = false;
  for (; !text.empty(); text.remove_prefix(1)) {
    if (is_digit(text[0])) {
      any = true;
      exponent -= after_point ? 1 : 0;
      if (!digits.empty() || text[0] != '0') digits += text[0];
    } else if (text[0] == '.' && !after_point) {
      after_point = true;
    } else {
      break;
    }
  }
  if (!any) return false;
  if (!text.empty() && (text[0] == 'e' || text[0] == 'E')) {
    text.remove_prefix(1);
    int64_t sign = take(text, '-') ? -1 : 1;
    if (sign > 0) take(text, '+');
    int64_t value = 0;
    if (!take_number(text, 9, value)) return false;
    exponent += sign * value;
  }
  if (!text.empty()) return false;
  // Digits beyond the scale decide the rounding only.
  int64_t keep = static_cast<int64_t>(digits.size()) + exponent + scale;
  bool round_up = keep >= 0 && keep < static_cast<int64_t>(digits.size()) && digits[static_cast<size_t>(keep)] >= '5';
  if (digits.empty() || keep < 0) return true;
  if (keep > kDecimalPrecisionMax) return fits = false, true;
  Int128 value = 0;
  for (int64_t i = 0; i < keep; ++i) {
    value = value * 10 + (i < static_cast<int64_t>(digits.size()) ? digits[static_cast<size_t>(i)] - '0' : 0);
  }
  if (round_up) ++value;
  fits = fits_precision(value, precision);
  if (fits) out = negative ? -value : value;
  return true;
}

bool read_double(const char* data, uint32_t size, double& out) { return read_floating({data, size}, out); }
bool read_float(const char* data, uint32_t size, float& out) { return read_floating({data, size}, out); }

bool read_boolean(const char* data, uint32_t size, bool& out) {
  std::string text(data, size);
  for (char& c : text) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  for (std::string_view yes : {"t", "true", "y", "yes", "1"}) {
    if (text == yes) return out = true, true;
  }
  for (std::string_view no : {"f", "false", "n", "no", "0"}) {
    if (text == no) return out = false, true;
  }
  return false;
}

bool read_date(const char* data, uint32_t size, int32_t& days) {
  std::string_view text = trim({data, size});
  text = text.substr(0, text.find(' '));
  int64_t year = 0, month = 1, day = 1;
  if (!take_number(text, 4, year)) return false;
  if (!text.empty()) {
    if (!take(text, '-') || !take_number(text, 2, month)) return false;
    if (!text.empty() && (!take(text, '-') || !take_number(text, 2, day) || !text.empty())) return false;
  }
  if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, static_cast<int32_t>(month))) return false;
  days = static_cast<int32_t>(days_of({year, static_cast<int32_t>(month), static_cast<int32_t>(day)}));
  return true;
}

bool read_time(const char* data, uint32_t size, int32_t& ms_of_day) {
  std::string_view text = trim({data, size});
  ClockFields clock;
  if (!take_number(text, 2, clock.hour)) return false;
  if (take(text, ':')) {
    if (!take_number(text, 2, clock.minute)) return false;
    if (take(text, ':')) {
      if (!take_number(text, 2, clock.second)) return false;
      if (take(text, '.')) clock.nanoseconds = take_fraction(text);
      while (!text.empty() && is_digit(text[0])) text.remove_prefix(1);
    }
  }
  if (!text.empty() || clock.hour > 23 || clock.minute > 59 || clock.second > 59) return false;
  int64_t ms = (clock.nanoseconds + 500'000) / 1'000'000;
  ms_of_day =
      static_cast<int32_t>(clock.hour * kMsPerHour + clock.minute * kMsPerMinute + clock.second * kMsPerSecond + ms);
  return true;
}

bool read_timestamp(const char* data, uint32_t size, TimestampNs& out) {
  std::string_view text{data, size};
  int64_t year = 0, month = 0, day = 0;
  ClockFields clock;
  size_t year_digits = std::min<size_t>(text.find('-'), 5);
  if (year_digits != 4 || !take_number(text, 4, year) || !take(text, '-') || !take_number(text, 2, month) ||
      !take(text, '-') || !take_number(text, 2, day)) {
    return false;
  }
  if (!text.empty()) {
    if (!take(text, ' ') || !take_number(text, 2, clock.hour) || !take(text, ':') ||
        !take_number(text, 2, clock.minute) || !take(text, ':') || !take_number(text, 2, clock.second)) {
      return false;
    }
    if (take(text, '.')) clock.nanoseconds = take_fraction(text);
    if (!text.empty()) return false;
  }
  bool is_midnight = clock.hour == 24 && clock.minute == 0 && clock.second == 0 && clock.nanoseconds == 0;
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > 31) return false;
  if ((clock.hour > 23 && !is_midnight) || clock.minute > 59 || clock.second > 59) return false;
  int32_t last = days_in_month(year, static_cast<int32_t>(month));
  CivilDate date{year, static_cast<int32_t>(month), std::min(static_cast<int32_t>(day), last)};
  int64_t seconds = days_of(date) * 86400 + clock.hour * 3600 + clock.minute * 60 + clock.second;
  out = {seconds * 1000 + clock.nanoseconds / 1'000'000, static_cast<int32_t>(clock.nanoseconds % 1'000'000), 0};
  return true;
}

bool read_iso_timestamp(const char* data, uint32_t size, TimestampNs& out) {
  std::string_view text = trim({data, size});
  bool negative = take(text, '-');
  if (!negative) take(text, '+');
  int64_t year = 0, month = 0, day = 0, offset_ms = 0;
  ClockFields clock;
  if (!take_number(text, 9, year) || !take(text, '-') || !take_number(text, 2, month) || !take(text, '-') ||
      !take_number(text, 2, day)) {
    return false;
  }
  if (take(text, 'T') || take(text, ' ')) {
    if (!take_number(text, 2, clock.hour) || !take(text, ':') || !take_number(text, 2, clock.minute)) return false;
    if (take(text, ':') && !take_number(text, 2, clock.second)) return false;
    if (take(text, '.')) clock.nanoseconds = take_fraction(text);
  }
  if (!take(text, 'Z') && !text.empty()) {
    int64_t sign = text[0] == '-' ? -1 : 1, hours = 0, minutes = 0;
    if ((!take(text, '-') && !take(text, '+')) || !take_number(text, 2, hours)) return false;
    if (take(text, ':') && !take_number(text, 2, minutes)) return false;
    offset_ms = sign * (hours * kMsPerHour + minutes * kMsPerMinute);
  }
  if (negative) year = -year;
  if (!text.empty() || month < 1 || month > 12 || day < 1 || day > days_in_month(year, static_cast<int32_t>(month))) {
    return false;
  }
  if (clock.hour > 23 || clock.minute > 59 || clock.second > 59) return false;
  int64_t days = days_of({year, static_cast<int32_t>(month), static_cast<int32_t>(day)});
  int64_t seconds = days * 86400 + clock.hour * 3600 + clock.minute * 60 + clock.second;
  out = {seconds * 1000 + clock.nanoseconds / 1'000'000 - offset_ms,
         static_cast<int32_t>(clock.nanoseconds % 1'000'000), 0};
  return true;
}

}  // namespace sluice
