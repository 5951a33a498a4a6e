#pragma once
// FLOOR and CEIL of times to a unit.
#include "catalog/functions/time_unit.h"
#include "catalog/types/julian_calendar.h"
#include "catalog/types/time_math.h"

namespace sluice {

inline int64_t floor_days(TimeUnit unit, int64_t days) {
  CivilDate date = civil_of(days);
  switch (unit) {
    case TimeUnit::Month:
      return days - date.day + 1;
    case TimeUnit::Quarter:
      return days_of({date.year, (date.month - 1) / 3 * 3 + 1, 1});
    case TimeUnit::Year:
      return days_of({date.year, 1, 1});
    case TimeUnit::Decade:
      return days_of({floor_div(date.year, 10) * 10, 1, 1});
    case TimeUnit::Century:
      return days_of({floor_div(date.year - 1, 100) * 100 + 1, 1, 1});
    case TimeUnit::Millennium:
      return days_of({floor_div(date.year - 1, 1000) * 1000 + 1, 1, 1});
    default:
      return days;
  }
}

inline int64_t next_days(TimeUnit unit, int64_t first) {
  CivilDate date = civil_of(first);
  switch (unit) {
    case TimeUnit::Week:
      return first + 7;
    case TimeUnit::Month:
      return add_months(first, 1);
    case TimeUnit::Quarter:
      return add_months(first, 3);
    case TimeUnit::Year:
      return days_of({date.year + 1, 1, 1});
    case TimeUnit::Decade:
      return days_of({date.year + 10, 1, 1});
    case TimeUnit::Century:
      return days_of({date.year + 100, 1, 1});
    case TimeUnit::Millennium:
      return days_of({date.year + 1000, 1, 1});
    default:
      return first + 1;
  }
}

// Days by which units above a day are shifted: Flink takes the Julian date of days before 1582-10-15 and reads it as a
// Gregorian one.
inline int64_t julian_shift(int64_t days) {
  return days >= kGregorianBegin ? 0 : days_of(julian_civil_of(days)) - days;
}

struct Rounding {
  int64_t first = 0;    // Of the unit.
  int64_t shifted = 0;  // The time itself; its day where the unit is longer.
};
inline Rounding rounding_of(TimeUnit unit, int64_t ms) {
  int64_t size = unit <= TimeUnit::Day ? milliseconds_of(unit) : 0;
  if (size > 0) return {floor_div(ms, size) * size, ms};
  if (unit < TimeUnit::Day) return {ms, ms};
  int64_t days = unit == TimeUnit::Week ? floor_div(ms, kMsPerDay) : ms / kMsPerDay;
  int64_t shift = julian_shift(days);
  int64_t first = unit == TimeUnit::Week ? days + shift - iso_day_of_week(days) % 7 : floor_days(unit, days + shift);
  return {first * kMsPerDay, (days + shift) * kMsPerDay};
}
inline int64_t floor_ms(TimeUnit unit, int64_t ms) { return rounding_of(unit, ms).first; }
inline int64_t ceil_ms(TimeUnit unit, int64_t ms) {
  Rounding rounding = rounding_of(unit, ms);
  // Decades and longer always end later, as in Flink.
  if (rounding.first == rounding.shifted && unit < TimeUnit::Decade) return rounding.first;
  int64_t size = unit <= TimeUnit::Day ? milliseconds_of(unit) : 0;
  return size > 0 ? rounding.first + size : next_days(unit, floor_div(rounding.first, kMsPerDay)) * kMsPerDay;
}
// Of a DATE: a whole day ends later as well.
inline int64_t floor_date(TimeUnit unit, int64_t days) { return floor_ms(unit, days * kMsPerDay) / kMsPerDay; }
inline int64_t ceil_date(TimeUnit unit, int64_t days) {
  return unit == TimeUnit::Day ? days + 1 : ceil_ms(unit, days * kMsPerDay) / kMsPerDay;
}

}  // namespace sluice
