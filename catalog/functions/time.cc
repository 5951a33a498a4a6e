// Fields of dates and times, and their arithmetic. Before 1970 Flink divides towards zero where this file does.
#include "catalog/functions/kernel_abi.h"
#include "catalog/functions/session_zone.h"
#include "catalog/functions/time_rounding.h"
#include "catalog/functions/time_unit.h"
#include "catalog/types/time_math.h"

namespace sluice {
namespace {

inline int64_t date_field(TimeUnit unit, int64_t days) {
  CivilDate date = civil_of(days);
  int64_t year = date.year;
  switch (unit) {
    case TimeUnit::Year:
      return year;
    case TimeUnit::Quarter:
      return (date.month + 2) / 3;
    case TimeUnit::Month:
      return date.month;
    case TimeUnit::Day:
      return date.day;
    case TimeUnit::Week:
      return iso_week_of(days).week;
    case TimeUnit::IsoYear:
      return iso_week_of(days).year;
    case TimeUnit::DayOfYear:
      return day_of_year(date);
    case TimeUnit::DayOfWeek:
      return iso_day_of_week(days) % 7 + 1;
    case TimeUnit::IsoDayOfWeek:
      return iso_day_of_week(days);
    case TimeUnit::Decade:
      return year / 10;
    case TimeUnit::Century:
      return year > 0 ? (year + 99) / 100 : -((-year + 99) / 100);
    case TimeUnit::Millennium:
      return year > 0 ? (year + 999) / 1000 : -((-year + 999) / 1000);
    default:
      return 0;
  }
}

inline int64_t clock_field(TimeUnit unit, int64_t ms) {
  switch (unit) {
    case TimeUnit::Hour:
      return ms % kMsPerDay / kMsPerHour;
    case TimeUnit::Minute:
      return ms % kMsPerHour / kMsPerMinute;
    case TimeUnit::Second:
      return ms % kMsPerMinute / kMsPerSecond;
    case TimeUnit::Millisecond:
      return ms % kMsPerSecond;
    default:
      return ms / kMsPerSecond;
  }
}

inline bool is_clock_unit(TimeUnit unit) {
  return (unit >= TimeUnit::Millisecond && unit <= TimeUnit::Hour) || unit == TimeUnit::Epoch;
}

inline int64_t field_of(TimeUnit unit, int64_t ms) {
  return is_clock_unit(unit) ? clock_field(unit, ms) : date_field(unit, ms / kMsPerDay);
}

inline int64_t field_of(TimeUnit unit, const TimestampNs& time) {
  if (unit > TimeUnit::Microsecond) return field_of(unit, time.milliseconds);
  // What is left of the last second, with the sign of the time.
  int64_t ns = time.milliseconds % kMsPerSecond * 1'000'000 + time.nanoseconds;
  return unit == TimeUnit::Nanosecond ? ns : floor_div(ns, 1000);
}

// The first day of the unit that a day lies in.

}  // namespace

// Fields that have functions of their own: a kernel each for DATE, TIMESTAMP and TIMESTAMP_LTZ.
#define SLUICE_TIME_FIELD(name, unit)                                                           \
  SLUICE_KERNEL int64_t sluice_##name##_date(Date x) noexcept {                                 \
    return is_clock_unit(unit) ? clock_field(unit, static_cast<int32_t>(x))                     \
                               : date_field(unit, static_cast<int32_t>(x));                     \
  }                                                                                             \
  SLUICE_KERNEL int64_t sluice_##name##_timestamp(TimestampMs x) noexcept {                     \
    return field_of(unit, static_cast<int64_t>(x));                                             \
  }                                                                                             \
  SLUICE_KERNEL int64_t sluice_##name##_instant(InstantMs x, KernelContext& context) noexcept { \
    return field_of(unit, session_to_wall(context, static_cast<int64_t>(x)));                   \
  }
SLUICE_TIME_FIELD(year, TimeUnit::Year)
SLUICE_TIME_FIELD(quarter, TimeUnit::Quarter)
SLUICE_TIME_FIELD(month, TimeUnit::Month)
SLUICE_TIME_FIELD(week, TimeUnit::Week)
SLUICE_TIME_FIELD(dayofyear, TimeUnit::DayOfYear)
SLUICE_TIME_FIELD(dayofmonth, TimeUnit::Day)
SLUICE_TIME_FIELD(dayofweek, TimeUnit::DayOfWeek)
SLUICE_TIME_FIELD(hour, TimeUnit::Hour)
SLUICE_TIME_FIELD(minute, TimeUnit::Minute)
SLUICE_TIME_FIELD(second, TimeUnit::Second)
#define SLUICE_CLOCK_FIELD(name, unit)                               \
  SLUICE_KERNEL int64_t sluice_##name##_time(TimeOfDay x) noexcept { \
    return clock_field(unit, static_cast<int32_t>(x));               \
  }
SLUICE_CLOCK_FIELD(hour, TimeUnit::Hour)
SLUICE_CLOCK_FIELD(minute, TimeUnit::Minute)
SLUICE_CLOCK_FIELD(second, TimeUnit::Second)
#define SLUICE_INTERVAL_FIELD(name, unit)                                 \
  SLUICE_KERNEL int64_t sluice_##name##_interval(IntervalMs x) noexcept { \
    return clock_field(unit, static_cast<int64_t>(x));                    \
  }
SLUICE_INTERVAL_FIELD(hour, TimeUnit::Hour)
SLUICE_INTERVAL_FIELD(minute, TimeUnit::Minute)
SLUICE_INTERVAL_FIELD(second, TimeUnit::Second)

// EXTRACT with any unit; `unit` is null only when the name is none.
SLUICE_KERNEL int64_t sluice_extract_date(const StringView&, Date x, const TimeUnit* unit, RowError& error) noexcept {
  if (unit == nullptr) return fail_row(error, "unknown unit of time"), 0;
  int64_t days = static_cast<int32_t>(x);
  if (*unit == TimeUnit::Epoch) return days * 86400;
  return is_clock_unit(*unit) ? clock_field(*unit, days) : date_field(*unit, days);
}
SLUICE_KERNEL int64_t sluice_extract_time(const StringView&, TimeOfDay x, const TimeUnit* unit,
                                          RowError& error) noexcept {
  if (unit == nullptr) return fail_row(error, "unknown unit of time"), 0;
  return clock_field(*unit, static_cast<int32_t>(x));
}
SLUICE_KERNEL int64_t sluice_extract_timestamp(const StringView&, const TimestampNs& x, const TimeUnit* unit,
                                               RowError& error) noexcept {
  if (unit == nullptr) return fail_row(error, "unknown unit of time"), 0;
  return field_of(*unit, x);
}
SLUICE_KERNEL int64_t sluice_extract_instant(const StringView&, const InstantNs& x, const TimeUnit* unit,
                                             KernelContext& context, RowError& error) noexcept {
  if (unit == nullptr) return fail_row(error, "unknown unit of time"), 0;
  return field_of(*unit, TimestampNs{session_to_wall(context, x.milliseconds), x.nanoseconds, 0});
}
SLUICE_KERNEL int64_t sluice_extract_months(const StringView&, IntervalMonths x, const TimeUnit* unit,
                                            RowError& error) noexcept {
  if (unit == nullptr) return fail_row(error, "unknown unit of time"), 0;
  int64_t months = static_cast<int32_t>(x);
  if (*unit == TimeUnit::Year) return months / 12;
  return *unit == TimeUnit::Quarter ? months % 12 / 3 + 1 : months % 12;
}
SLUICE_KERNEL int64_t sluice_extract_interval(const StringView&, IntervalMs x, const TimeUnit* unit,
                                              RowError& error) noexcept {
  if (unit == nullptr) return fail_row(error, "unknown unit of time"), 0;
  int64_t ms = static_cast<int64_t>(x);
  return *unit == TimeUnit::Day ? ms / kMsPerDay : clock_field(*unit, ms);
}

#define SLUICE_ROUND_TIME(name, round)                                                                                 \
  SLUICE_KERNEL Date sluice_##name##_date(Date x, const StringView&, const TimeUnit* unit, RowError& error) noexcept { \
    if (unit == nullptr) return fail_row(error, "unknown unit of time"), x;                                            \
    return Date{static_cast<int32_t>(name##_date(*unit, static_cast<int32_t>(x)))};                                    \
  }                                                                                                                    \
  SLUICE_KERNEL TimeOfDay sluice_##name##_time(TimeOfDay x, const StringView&, const TimeUnit* unit,                   \
                                               RowError& error) noexcept {                                             \
    if (unit == nullptr) return fail_row(error, "unknown unit of time"), x;                                            \
    return TimeOfDay{static_cast<int32_t>(round(*unit, static_cast<int32_t>(x)))};                                     \
  }                                                                                                                    \
  SLUICE_KERNEL TimestampMs sluice_##name##_timestamp(TimestampMs x, const StringView&, const TimeUnit* unit,          \
                                                      RowError& error) noexcept {                                      \
    if (unit == nullptr) return fail_row(error, "unknown unit of time"), x;                                            \
    if (*unit < TimeUnit::Millisecond) return fail_row(error, "timestamps are rounded to milliseconds at best"), x;    \
    return TimestampMs{round(*unit, static_cast<int64_t>(x))};                                                         \
  }                                                                                                                    \
  SLUICE_KERNEL InstantMs sluice_##name##_instant(InstantMs x, const StringView&, const TimeUnit* unit,                \
                                                  KernelContext& context, RowError& error) noexcept {                  \
    if (unit == nullptr) return fail_row(error, "unknown unit of time"), x;                                            \
    int64_t utc = static_cast<int64_t>(x), local = session_to_wall(context, utc);                                      \
    return InstantMs{round(*unit, local) - (local - utc)};                                                             \
  }
SLUICE_ROUND_TIME(floor, floor_ms)
SLUICE_ROUND_TIME(ceil, ceil_ms)

// Times and intervals. A DATE keeps whole days of an interval, a TIME stays within its day.
SLUICE_KERNEL Date sluice_add_date_months(Date x, IntervalMonths by) noexcept {
  return Date{static_cast<int32_t>(add_months(static_cast<int32_t>(x), static_cast<int32_t>(by)))};
}
SLUICE_KERNEL Date sluice_subtract_date_months(Date x, IntervalMonths by) noexcept {
  return Date{static_cast<int32_t>(add_months(static_cast<int32_t>(x), -int64_t{static_cast<int32_t>(by)}))};
}
SLUICE_KERNEL Date sluice_add_date_interval(Date x, IntervalMs by) noexcept {
  return Date{static_cast<int32_t>(static_cast<int32_t>(x) + static_cast<int64_t>(by) / kMsPerDay)};
}
SLUICE_KERNEL Date sluice_subtract_date_interval(Date x, IntervalMs by) noexcept {
  return Date{static_cast<int32_t>(static_cast<int32_t>(x) - static_cast<int64_t>(by) / kMsPerDay)};
}
SLUICE_KERNEL TimeOfDay sluice_add_time_interval(TimeOfDay x, IntervalMs by) noexcept {
  return TimeOfDay{
      static_cast<int32_t>(floor_mod(static_cast<int32_t>(x) + static_cast<int64_t>(by) % kMsPerDay, kMsPerDay))};
}
SLUICE_KERNEL TimeOfDay sluice_subtract_time_interval(TimeOfDay x, IntervalMs by) noexcept {
  return TimeOfDay{
      static_cast<int32_t>(floor_mod(static_cast<int32_t>(x) - static_cast<int64_t>(by) % kMsPerDay, kMsPerDay))};
}
SLUICE_KERNEL TimeOfDay sluice_add_time_months(TimeOfDay x, IntervalMonths) noexcept { return x; }

#define SLUICE_ADD_TIMESTAMP(kind, P, T)                                                               \
  SLUICE_KERNEL void sluice_add_##kind##_interval(const P& x, IntervalMs by, T& out) noexcept {        \
    out = x;                                                                                           \
    out.milliseconds += static_cast<int64_t>(by);                                                      \
  }                                                                                                    \
  SLUICE_KERNEL void sluice_subtract_##kind##_interval(const P& x, IntervalMs by, T& out) noexcept {   \
    out = x;                                                                                           \
    out.milliseconds -= static_cast<int64_t>(by);                                                      \
  }                                                                                                    \
  SLUICE_KERNEL void sluice_add_##kind##_months(const P& x, IntervalMonths by, T& out) noexcept {      \
    out = x;                                                                                           \
    out.milliseconds = add_months_ms(x.milliseconds, static_cast<int32_t>(by));                        \
  }                                                                                                    \
  SLUICE_KERNEL void sluice_subtract_##kind##_months(const P& x, IntervalMonths by, T& out) noexcept { \
    out = x;                                                                                           \
    out.milliseconds = add_months_ms(x.milliseconds, -int64_t{static_cast<int32_t>(by)});              \
  }
SLUICE_ADD_TIMESTAMP(timestamp, TimestampNs, TimestampNs)
SLUICE_ADD_TIMESTAMP(instant, InstantNs, InstantNs)

SLUICE_KERNEL IntervalMonths sluice_add_months_months(IntervalMonths a, IntervalMonths b) noexcept {
  return IntervalMonths{static_cast<int32_t>(int64_t{static_cast<int32_t>(a)} + static_cast<int32_t>(b))};
}
SLUICE_KERNEL IntervalMonths sluice_subtract_months_months(IntervalMonths a, IntervalMonths b) noexcept {
  return IntervalMonths{static_cast<int32_t>(int64_t{static_cast<int32_t>(a)} - static_cast<int32_t>(b))};
}
SLUICE_KERNEL IntervalMs sluice_add_interval_interval(IntervalMs a, IntervalMs b) noexcept {
  return IntervalMs{static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b))};
}
SLUICE_KERNEL IntervalMs sluice_subtract_interval_interval(IntervalMs a, IntervalMs b) noexcept {
  return IntervalMs{static_cast<int64_t>(static_cast<uint64_t>(a) - static_cast<uint64_t>(b))};
}
SLUICE_KERNEL IntervalMonths sluice_negate_months(IntervalMonths a) noexcept {
  return IntervalMonths{static_cast<int32_t>(-int64_t{static_cast<int32_t>(a)})};
}
SLUICE_KERNEL IntervalMs sluice_negate_interval(IntervalMs a) noexcept {
  return IntervalMs{static_cast<int64_t>(-static_cast<uint64_t>(a))};
}
SLUICE_KERNEL IntervalMonths sluice_multiply_months(IntervalMonths a, int64_t b) noexcept {
  return IntervalMonths{static_cast<int32_t>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b))};
}
SLUICE_KERNEL IntervalMs sluice_multiply_interval(IntervalMs a, int64_t b) noexcept {
  return IntervalMs{static_cast<int64_t>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b))};
}

// Bounds of the tumbling window that a time lies in; sizes in milliseconds.
SLUICE_KERNEL TimestampMs sluice_tumble_start(TimestampMs time, int64_t size, int64_t offset) noexcept {
  int64_t ms = static_cast<int64_t>(time);
  return TimestampMs{ms - floor_mod(ms - offset, size)};
}
SLUICE_KERNEL TimestampMs sluice_tumble_end(TimestampMs time, int64_t size, int64_t offset) noexcept {
  int64_t ms = static_cast<int64_t>(time);
  return TimestampMs{ms - floor_mod(ms - offset, size) + size};
}
// Of an instant they are wall-clock values in the session zone, and windows are aligned there.
SLUICE_KERNEL TimestampMs sluice_tumble_start_ltz(InstantMs time, int64_t size, int64_t offset,
                                                  KernelContext& context) noexcept {
  return sluice_tumble_start(TimestampMs{session_to_local(context, static_cast<int64_t>(time))}, size, offset);
}
SLUICE_KERNEL TimestampMs sluice_tumble_end_ltz(InstantMs time, int64_t size, int64_t offset,
                                                KernelContext& context) noexcept {
  return sluice_tumble_end(TimestampMs{session_to_local(context, static_cast<int64_t>(time))}, size, offset);
}
// The window's last millisecond: the time attribute behind it.
SLUICE_KERNEL TimestampMs sluice_tumble_time(TimestampMs time, int64_t size, int64_t offset) noexcept {
  return TimestampMs{static_cast<int64_t>(sluice_tumble_end(time, size, offset)) - 1};
}
SLUICE_KERNEL InstantMs sluice_tumble_time_ltz(InstantMs time, int64_t size, int64_t offset,
                                               KernelContext& context) noexcept {
  int64_t end = static_cast<int64_t>(sluice_tumble_end_ltz(time, size, offset, context));
  return InstantMs{session_to_utc(context, end - 1)};
}

}  // namespace sluice

#ifndef SLUICE_KERNELS_ONLY
#include "catalog/functions/describe.h"
#include "catalog/functions/families.h"

namespace sluice {
namespace {

std::shared_ptr<const void> unit_at(const PrepareArguments& prepared, size_t i) {
  const Value* name = prepared.arguments.constant(i);
  auto* text = name == nullptr ? nullptr : std::get_if<std::string>(&name->data);
  auto unit = text == nullptr ? std::nullopt : time_unit_of(*text);
  return unit ? std::make_shared<const TimeUnit>(*unit) : nullptr;
}
std::shared_ptr<const void> first_is_unit(const PrepareArguments& prepared) { return unit_at(prepared, 0); }
std::shared_ptr<const void> second_is_unit(const PrepareArguments& prepared) { return unit_at(prepared, 1); }

// TIME of any precision is computed as TIME(0), whose values keep their milliseconds.
template <size_t position>
Type type_at(const CallArguments& arguments) {
  const Type& type = arguments.types[position];
  return type.is(TypeRoot::Time) ? Type::time(0) : type;
}

template <auto... Kernels>
FunctionDecl taking_type_of(std::string_view name, ResultRule rule) {
  return scalar<Kernels...>(name).returns(rule);
}

#define SLUICE_FIELD_ROWS(name) scalar<sluice_##name##_timestamp, sluice_##name##_instant, sluice_##name##_date>

std::vector<FunctionDecl> field_functions() {
  return {
      SLUICE_FIELD_ROWS(year)("YEAR").doc("Year.").example("YEAR(DATE '2020-02-29')", "2020"),
      SLUICE_FIELD_ROWS(quarter)("QUARTER").doc("Quarter, 1 to 4.").example("QUARTER(DATE '2020-05-01')", "2"),
      SLUICE_FIELD_ROWS(month)("MONTH").doc("Month, 1 to 12.").example("MONTH(DATE '2020-02-29')", "2"),
      SLUICE_FIELD_ROWS(week)("WEEK").doc("ISO week.").example("WEEK(DATE '2021-01-01')", "53"),
      SLUICE_FIELD_ROWS(dayofyear)("DAYOFYEAR").doc("Day of the year.").example("DAYOFYEAR(DATE '2020-02-29')", "60"),
      SLUICE_FIELD_ROWS(dayofmonth)("DAYOFMONTH")
          .doc("Day of the month.")
          .example("DAYOFMONTH(DATE '2020-02-29')", "29"),
      SLUICE_FIELD_ROWS(dayofweek)("DAYOFWEEK")
          .doc("Day of the week, 1 is Sunday.")
          .example("DAYOFWEEK(DATE '2020-02-29')", "7"),
      SLUICE_FIELD_ROWS(hour)("HOUR")
          .overload(overload_of<sluice_hour_time>())
          .overload(overload_of<sluice_hour_interval>())
          .doc("Hour, 0 to 23.")
          .example("HOUR(TIMESTAMP '2020-02-29 12:34:56')", "12"),
      SLUICE_FIELD_ROWS(minute)("MINUTE")
          .overload(overload_of<sluice_minute_time>())
          .overload(overload_of<sluice_minute_interval>())
          .doc("Minute, 0 to 59.")
          .example("MINUTE(TIMESTAMP '2020-02-29 12:34:56')", "34"),
      SLUICE_FIELD_ROWS(second)("SECOND")
          .overload(overload_of<sluice_second_time>())
          .overload(overload_of<sluice_second_interval>())
          .doc("Second, 0 to 59.")
          .example("SECOND(TIMESTAMP '2020-02-29 12:34:56')", "56"),
      scalar<sluice_extract_timestamp, sluice_extract_instant, sluice_extract_date, sluice_extract_time,
             sluice_extract_months, sluice_extract_interval>("EXTRACT")
          .prepare(first_is_unit)
          .doc("A field of a time or interval, by its name.")
          .example("EXTRACT(YEAR FROM DATE '2020-02-29')", "2020")
          .example("EXTRACT(DOY FROM DATE '2020-02-29')", "60"),
  };
}

std::vector<FunctionDecl> interval_arithmetic() {
  return {
      taking_type_of<sluice_add_timestamp_interval, sluice_add_timestamp_months, sluice_add_instant_interval,
                     sluice_add_instant_months, sluice_add_date_interval, sluice_add_date_months,
                     sluice_add_time_interval, sluice_add_time_months, sluice_add_months_months,
                     sluice_add_interval_interval>("+", type_at<0>)
          .example("DATE '2020-01-31' + INTERVAL '1' MONTH", "DATE '2020-02-29'"),
      taking_type_of<sluice_subtract_timestamp_interval, sluice_subtract_timestamp_months,
                     sluice_subtract_instant_interval, sluice_subtract_instant_months, sluice_subtract_date_interval,
                     sluice_subtract_date_months, sluice_subtract_time_interval, sluice_add_time_months,
                     sluice_subtract_months_months, sluice_subtract_interval_interval>("-", type_at<0>)
          .example("DATE '2020-03-01' - INTERVAL '1' DAY", "DATE '2020-02-29'"),
      taking_type_of<sluice_multiply_months, sluice_multiply_interval>("*", type_at<0>),
      taking_type_of<sluice_negate_months, sluice_negate_interval>("-", type_at<0>),
  };
}

std::vector<FunctionDecl> rounding_and_windows() {
  return {
      taking_type_of<sluice_floor_timestamp, sluice_floor_instant, sluice_floor_date, sluice_floor_time>("FLOOR",
                                                                                                         type_at<0>)
          .prepare(second_is_unit)
          .example("FLOOR(TIMESTAMP '2020-02-29 12:34:56' TO HOUR)", "TIMESTAMP '2020-02-29 12:00:00'"),
      taking_type_of<sluice_ceil_timestamp, sluice_ceil_instant, sluice_ceil_date, sluice_ceil_time>("CEIL", type_at<0>)
          .prepare(second_is_unit)
          .example("CEIL(TIMESTAMP '2020-02-29 12:34:56' TO HOUR)", "TIMESTAMP '2020-02-29 13:00:00'"),
      scalar<sluice_tumble_start, sluice_tumble_start_ltz>("$TUMBLE_START").doc("First millisecond of the window."),
      scalar<sluice_tumble_end, sluice_tumble_end_ltz>("$TUMBLE_END").doc("First millisecond behind the window."),
      scalar<sluice_tumble_time, sluice_tumble_time_ltz>("$TUMBLE_TIME").doc("Last millisecond of the window."),
  };
}

}  // namespace

std::vector<FunctionDecl> time_functions() {
  std::vector<FunctionDecl> out = field_functions();
  for (auto part : {interval_arithmetic, rounding_and_windows}) {
    for (FunctionDecl& decl : part()) out.push_back(std::move(decl));
  }
  return out;
}

}  // namespace sluice
#endif
