#pragma once
// The calendar of java.util.GregorianCalendar: Julian before 1582-10-15, Gregorian from then on. Light, because kernels
// include it.
#include "catalog/types/time_math.h"

namespace sluice {

inline constexpr int64_t kGregorianBegin = -141427;  // 1582-10-15 in days since 1970-01-01.

inline int64_t julian_days_of(CivilDate date) {
  int64_t year = date.year - (date.month <= 2 ? 1 : 0);
  int64_t day_of_year = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
  return year * 365 + floor_div(year, 4) + day_of_year - 719470;
}
inline CivilDate julian_civil_of(int64_t days) {
  days += 719470;
  int64_t cycle = floor_div(days, 1461);
  int64_t day_of_cycle = days - cycle * 1461;
  int64_t year_of_cycle = (day_of_cycle - day_of_cycle / 1460) / 365;
  int64_t day_of_year = day_of_cycle - 365 * year_of_cycle;
  int64_t shifted_month = (5 * day_of_year + 2) / 153;
  CivilDate out;
  out.day = static_cast<int32_t>(day_of_year - (153 * shifted_month + 2) / 5 + 1);
  out.month = static_cast<int32_t>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
  out.year = cycle * 4 + year_of_cycle + (out.month <= 2 ? 1 : 0);
  return out;
}

inline int64_t hybrid_days_of(CivilDate date) {
  int64_t days = days_of(date);
  return days >= kGregorianBegin ? days : julian_days_of(date);
}
inline CivilDate hybrid_civil_of(int64_t days) {
  return days >= kGregorianBegin ? civil_of(days) : julian_civil_of(days);
}

}  // namespace sluice
