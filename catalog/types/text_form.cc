#include "catalog/types/text_form.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <string_view>

#include "catalog/types/time_math.h"

namespace sluice {
namespace {

char* write_digits(char* out, int64_t value, int width) {
  for (int i = width - 1; i >= 0; --i) {
    out[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  return out + width;
}

char* write_text(char* out, std::string_view text) {
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

// Shortest digits that give the value back, in Java's notation.
template <class T>
char* write_floating(char* out, T value) {
  if (std::isnan(value)) return write_text(out, "NaN");
  if (std::isinf(value)) return write_text(out, value < 0 ? "-Infinity" : "Infinity");
  if (std::signbit(value)) {
    *out++ = '-';
    value = -value;
  }
  if (value == 0) return write_text(out, "0.0");
  char digits[40];
  auto end = std::to_chars(digits, digits + sizeof digits, value, std::chars_format::scientific).ptr;
  // Java writes two digits where one would do: of the least doubles the second one is not zero.
  if (digits[1] == 'e' && value < std::numeric_limits<T>::min()) {
    end = std::to_chars(digits, digits + sizeof digits, value, std::chars_format::scientific, 1).ptr;
    if (digits[2] == '0') end = std::to_chars(digits, digits + sizeof digits, value, std::chars_format::scientific).ptr;
  }
  char* mark = std::find(digits, end, 'e');
  int exponent = 0;
  const char* exponent_at = mark + 1 + (mark[1] == '+' ? 1 : 0);
  std::from_chars(exponent_at, end, exponent);
  char significand[40];
  int count = 0;
  for (char* at = digits; at < mark; ++at) {
    if (*at != '.') significand[count++] = *at;
  }
  bool is_plain = value >= static_cast<T>(1e-3) && value < static_cast<T>(1e7);
  int before = is_plain ? exponent + 1 : 1;  // Digits before the point; not positive: zeros follow the point.
  if (before <= 0) {
    out = write_text(out, "0.");
    for (int i = before; i < 0; ++i) *out++ = '0';
    return write_text(out, {significand, static_cast<size_t>(count)});
  }
  for (int i = 0; i < before; ++i) *out++ = i < count ? significand[i] : '0';
  *out++ = '.';
  if (count <= before) *out++ = '0';
  for (int i = before; i < count; ++i) *out++ = significand[i];
  if (is_plain) return out;
  *out++ = 'E';
  return write_integer(out, exponent);
}

char* write_clock(char* out, int64_t ms_of_day) {
  out = write_digits(out, ms_of_day / kMsPerHour, 2);
  *out++ = ':';
  out = write_digits(out, ms_of_day / kMsPerMinute % 60, 2);
  *out++ = ':';
  return write_digits(out, ms_of_day / kMsPerSecond % 60, 2);
}

char* write_month_and_day(char* out, CivilDate date) {
  *out++ = '-';
  out = write_digits(out, date.month, 2);
  *out++ = '-';
  return write_digits(out, date.day, 2);
}

char* write_fraction(char* out, int64_t nanoseconds, int32_t digits) {
  if (digits <= 0) return out;
  *out++ = '.';
  char all[9];
  write_digits(all, nanoseconds, 9);
  return write_text(out, {all, static_cast<size_t>(std::min(digits, 9))});
}

// Fraction in groups of three digits, none when it is zero.
char* write_grouped_fraction(char* out, int64_t nanoseconds) {
  if (nanoseconds == 0) return out;
  return write_fraction(out, nanoseconds, nanoseconds % 1'000'000 == 0 ? 3 : nanoseconds % 1000 == 0 ? 6 : 9);
}

}  // namespace

char* write_integer(char* out, int64_t value) { return std::to_chars(out, out + 24, value).ptr; }

char* write_decimal_scientific(char* out, Int128 unscaled, int32_t scale) {
  constexpr int64_t kExponentMin = -6;  // Java writes smaller ones with an exponent.
  if (unscaled == 0) return write_decimal(out, 0, 0);
  while (unscaled % 10 == 0) unscaled /= 10, --scale;
  char digits[48];
  char* digits_end = write_decimal(digits, unscaled, 0);
  const char* first = digits + (digits[0] == '-' ? 1 : 0);
  int64_t exponent = digits_end - first - 1 - scale;
  if (scale >= 0 && exponent >= kExponentMin) return write_decimal(out, unscaled, scale);
  out = std::copy<const char*>(digits, first + 1, out);
  if (digits_end - first > 1) *out++ = '.';
  out = std::copy<const char*>(first + 1, digits_end, out);
  *out++ = 'E';
  *out++ = exponent < 0 ? '-' : '+';
  return write_integer(out, exponent < 0 ? -exponent : exponent);
}

char* write_decimal(char* out, Int128 unscaled, int32_t scale) {
  char digits[48];
  int count = 0;
  bool negative = unscaled < 0;
  auto rest = negative ? -static_cast<unsigned __int128>(unscaled) : static_cast<unsigned __int128>(unscaled);
  while (rest != 0 || count <= scale) {
    if (rest >> 64 == 0) {
      auto small = static_cast<uint64_t>(rest);
      digits[count++] = static_cast<char>('0' + small % 10);
      rest = small / 10;
    } else {
      digits[count++] = static_cast<char>('0' + static_cast<int>(rest % 10));
      rest /= 10;
    }
  }
  if (negative) *out++ = '-';
  for (int i = count - 1; i >= 0; --i) {
    *out++ = digits[i];
    if (i == scale && scale > 0) *out++ = '.';
  }
  return out;
}

char* write_double(char* out, double value) { return write_floating(out, value); }
char* write_float(char* out, float value) { return write_floating(out, value); }

char* write_date(char* out, int64_t days) {
  CivilDate date = civil_of(days);
  return write_month_and_day(write_digits(out, floor_mod(date.year, 10000), 4), date);
}

char* write_time(char* out, int32_t ms_of_day, int32_t digits) {
  return write_fraction(write_clock(out, ms_of_day), ms_of_day % kMsPerSecond * 1'000'000, digits);
}

char* write_timestamp(char* out, TimestampNs value, int32_t digits) {
  int64_t days = floor_div(value.milliseconds, kMsPerDay), ms = value.milliseconds - days * kMsPerDay;
  out = write_date(out, days);
  *out++ = ' ';
  return write_fraction(write_clock(out, ms), ms % kMsPerSecond * 1'000'000 + value.nanoseconds, digits);
}

char* write_iso_date(char* out, int64_t days) {
  CivilDate date = civil_of(days);
  if (date.year >= 0 && date.year <= 9999) return write_date(out, days);
  *out++ = date.year < 0 ? '-' : '+';
  int64_t year = date.year < 0 ? -date.year : date.year;
  out = year > 9999 ? write_integer(out, year) : write_digits(out, year, 4);
  if (date.year > 0 && year <= 9999) --out;
  return write_month_and_day(out, date);
}

char* write_iso_time(char* out, int64_t ms_of_day, int32_t ns_of_ms) {
  char* start = out;
  out = write_clock(out, ms_of_day);
  int64_t nanoseconds = ms_of_day % kMsPerSecond * 1'000'000 + ns_of_ms;
  bool has_seconds = ms_of_day / kMsPerSecond % 60 != 0 || nanoseconds != 0;
  return has_seconds ? write_grouped_fraction(out, nanoseconds) : start + 5;
}

char* write_iso_timestamp(char* out, TimestampNs value) {
  int64_t days = floor_div(value.milliseconds, kMsPerDay), ms = value.milliseconds - days * kMsPerDay;
  out = write_iso_date(out, days);
  *out++ = 'T';
  return write_iso_time(out, ms, value.nanoseconds);
}

char* write_iso_instant(char* out, TimestampNs value) {
  int64_t days = floor_div(value.milliseconds, kMsPerDay), ms = value.milliseconds - days * kMsPerDay;
  out = write_iso_date(out, days);
  *out++ = 'T';
  out = write_grouped_fraction(write_clock(out, ms), ms % kMsPerSecond * 1'000'000 + value.nanoseconds);
  *out++ = 'Z';
  return out;
}

char* write_interval_months(char* out, int32_t months) {
  *out++ = months < 0 ? '-' : '+';
  int64_t magnitude = months < 0 ? -int64_t{months} : months;
  out = write_integer(out, magnitude / 12);
  *out++ = '-';
  return write_digits(out, magnitude % 12, 2);
}

char* write_interval_ms(char* out, int64_t ms) {
  *out++ = ms < 0 ? '-' : '+';
  if (ms < 0) ms = -ms;
  out = write_integer(out, static_cast<int32_t>(ms / kMsPerDay));  // Wraps around, as in Flink.
  *out++ = ' ';
  return write_fraction(write_clock(out, ms % kMsPerDay), ms % kMsPerSecond * 1'000'000, 3);
}

}  // namespace sluice
