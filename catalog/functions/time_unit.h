#pragma once
// Units of time as EXTRACT, FLOOR ... TO, TIMESTAMPADD and TIMESTAMPDIFF name them.
#include <cstdint>
#include <optional>
#include <string_view>

#include "catalog/types/time_math.h"

namespace sluice {

enum class TimeUnit : uint8_t {
  Nanosecond,
  Microsecond,
  Millisecond,
  Second,
  Minute,
  Hour,
  Day,
  Week,
  Month,
  Quarter,
  Year,
  Decade,
  Century,
  Millennium,
  DayOfWeek,     // 1 Sunday .. 7 Saturday
  IsoDayOfWeek,  // 1 Monday .. 7 Sunday
  DayOfYear,
  IsoYear,
  Epoch,
};

// Upper-case name, such as `HOUR`, `DOW`, `EPOCH`, `SQL_TSI_DAY`.
std::optional<TimeUnit> time_unit_of(std::string_view name);

// Milliseconds of units up to WEEK, months of MONTH to MILLENNIUM; 0 for others.
inline int64_t milliseconds_of(TimeUnit unit) {
  constexpr int64_t kMs[] = {0, 0, 1, kMsPerSecond, kMsPerMinute, kMsPerHour, kMsPerDay, 7 * kMsPerDay};
  return unit <= TimeUnit::Week ? kMs[static_cast<int>(unit)] : 0;
}
inline int32_t months_of(TimeUnit unit) {
  constexpr int32_t kMonths[] = {1, 3, 12, 120, 1200, 12'000};
  bool has_months = unit >= TimeUnit::Month && unit <= TimeUnit::Millennium;
  return has_months ? kMonths[static_cast<int>(unit) - static_cast<int>(TimeUnit::Month)] : 0;
}

}  // namespace sluice
