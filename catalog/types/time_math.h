#pragma once
// The proleptic Gregorian calendar in integers. Light, because kernels include it.
#include <cstdint>

#include "base/scalar_abi.h"

namespace sluice {

inline constexpr int64_t kMsPerSecond = 1000;
inline constexpr int64_t kMsPerMinute = 60'000;
inline constexpr int64_t kMsPerHour = 3'600'000;
inline constexpr int64_t kMsPerDay = 86'400'000;

inline int64_t floor_div(int64_t value, int64_t by) { return value / by - (value % by < 0 ? 1 : 0); }
inline int64_t floor_mod(int64_t value, int64_t by) { return value - floor_div(value, by) * by; }

struct CivilDate {
  int64_t year = 1970;
  int32_t month = 1;  // 1..12
  int32_t day = 1;    // 1..31
};

inline bool is_leap_year(int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }
inline int32_t days_in_month(int64_t year, int32_t month) {
  constexpr int8_t kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap_year(year) ? 29 : kDays[month - 1];
}

// Years are counted from March, so that the leap day comes last, in eras of 400 years of 146,097 days.
inline int64_t days_of(CivilDate date) {
  int64_t year = date.year - (date.month <= 2 ? 1 : 0);
  int64_t era = floor_div(year, 400);
  int64_t year_of_era = year - era * 400;
  int64_t day_of_year = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
  int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

inline CivilDate civil_of(int64_t days) {
  days += 719468;
  int64_t era = floor_div(days, 146097);
  auto day_of_era = static_cast<uint32_t>(days - era * 146097);
  uint32_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  uint32_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  uint32_t shifted_month = (5 * day_of_year + 2) / 153;
  CivilDate out;
  out.day = static_cast<int32_t>(day_of_year - (153 * shifted_month + 2) / 5 + 1);
  out.month = static_cast<int32_t>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
  out.year = era * 400 + year_of_era + (out.month <= 2 ? 1 : 0);
  return out;
}

// 1 Monday .. 7 Sunday.
inline int32_t iso_day_of_week(int64_t days) { return static_cast<int32_t>(floor_mod(days + 3, 7)) + 1; }
inline int32_t day_of_year(CivilDate date) {
  return static_cast<int32_t>(days_of(date) - days_of({date.year, 1, 1})) + 1;
}
// The ISO week: the first one has the year's first Thursday. `year` is the year it belongs to.
struct IsoWeek {
  int64_t year = 1970;
  int32_t week = 1;
};
inline IsoWeek iso_week_of(int64_t days) {
  int64_t thursday = days + 4 - iso_day_of_week(days);
  int64_t year = civil_of(thursday).year;
  return {year, static_cast<int32_t>((thursday - days_of({year, 1, 1})) / 7) + 1};
}

// Fraction digits that stay. Texts lose the others downwards; casts between timestamps lose milliseconds towards 1970,
// as Flink's do.
inline void cut_nanoseconds(TimestampNs& value, int32_t digits) {
  if (digits <= 3) {
    value.nanoseconds = 0;
    return;
  }
  int32_t unit = 1;
  for (int32_t i = digits; i < 9; ++i) unit *= 10;
  value.nanoseconds -= value.nanoseconds % unit;
}
inline int64_t milliseconds_unit(int32_t digits) {
  return digits >= 3 ? 1 : digits == 2 ? 10 : digits == 1 ? 100 : 1000;
}
inline void cut_digits_down(TimestampNs& value, int32_t digits) {
  cut_nanoseconds(value, digits);
  int64_t unit = milliseconds_unit(digits);
  if (unit > 1) value.milliseconds = floor_div(value.milliseconds, unit) * unit;
}
inline void cut_digits(TimestampNs& value, int32_t digits) {
  cut_nanoseconds(value, digits);
  value.milliseconds -= value.milliseconds % milliseconds_unit(digits);
}

// Months later; a day that the month does not have becomes its last.
inline int64_t add_months(int64_t days, int64_t months) {
  CivilDate date = civil_of(days);
  int64_t month = date.year * 12 + date.month - 1 + months;
  date.year = floor_div(month, 12);
  date.month = static_cast<int32_t>(floor_mod(month, 12)) + 1;
  int32_t last = days_in_month(date.year, date.month);
  if (date.day > last) date.day = last;
  return days_of(date);
}

inline int64_t add_months_ms(int64_t ms, int64_t months) {
  int64_t days = floor_div(ms, kMsPerDay);
  return add_months(days, months) * kMsPerDay + (ms - days * kMsPerDay);
}

}  // namespace sluice
