// Casts among DATE, TIME, TIMESTAMP and TIMESTAMP_LTZ.
#include "catalog/functions/kernel_abi.h"
#include "catalog/functions/session_zone.h"
#include "catalog/types/time_math.h"

namespace sluice {

SLUICE_KERNEL Date sluice_cast_date_date(Date x) noexcept { return x; }
SLUICE_KERNEL TimestampMs sluice_cast_date_timestamp(Date x) noexcept {
  return TimestampMs{static_cast<int64_t>(x) * kMsPerDay};
}
SLUICE_KERNEL InstantMs sluice_cast_date_instant(Date x, KernelContext& context) noexcept {
  return InstantMs{session_to_utc(context, static_cast<int64_t>(x) * kMsPerDay)};
}

// Every TIME is planned as TIME(0), so that none is cut.
SLUICE_KERNEL TimeOfDay sluice_cast_time_time(TimeOfDay x) noexcept { return x; }
SLUICE_KERNEL TimestampMs sluice_cast_time_timestamp(TimeOfDay x) noexcept {
  return TimestampMs{static_cast<int32_t>(x)};
}
SLUICE_KERNEL InstantMs sluice_cast_time_instant(TimeOfDay x, KernelContext& context) noexcept {
  return InstantMs{session_to_utc(context, static_cast<int32_t>(x))};
}

// Towards 1970, as in Flink: the last millisecond of 1969 is in its first day.
SLUICE_KERNEL Date sluice_cast_timestamp_date(TimestampMs x) noexcept {
  return Date{static_cast<int32_t>(static_cast<int64_t>(x) / kMsPerDay)};
}
SLUICE_KERNEL TimeOfDay sluice_cast_timestamp_time(TimestampMs x) noexcept {
  int64_t ms = static_cast<int64_t>(x) % kMsPerDay;
  return TimeOfDay{static_cast<int32_t>(ms - ms % kMsPerSecond)};
}
SLUICE_KERNEL void sluice_cast_timestamp_timestamp(const TimestampNs& x, const CallContext& call,
                                                   TimestampNs& out) noexcept {
  out = x;
  cut_digits(out, call.result.precision);
}
SLUICE_KERNEL void sluice_cast_timestamp_instant(const TimestampNs& x, KernelContext& context, const CallContext& call,
                                                 InstantNs& out) noexcept {
  static_cast<TimestampNs&>(out) = {session_to_utc(context, x.milliseconds), x.nanoseconds, 0};
  cut_digits(out, call.result.precision);
}

SLUICE_KERNEL Date sluice_cast_instant_date(InstantMs x, KernelContext& context) noexcept {
  return Date{static_cast<int32_t>(floor_div(session_to_local(context, static_cast<int64_t>(x)), kMsPerDay))};
}
SLUICE_KERNEL TimeOfDay sluice_cast_instant_time(InstantMs x, KernelContext& context) noexcept {
  int64_t ms = floor_mod(session_to_local(context, static_cast<int64_t>(x)), kMsPerDay);
  return TimeOfDay{static_cast<int32_t>(ms - ms % kMsPerSecond)};
}
SLUICE_KERNEL void sluice_cast_instant_timestamp(const InstantNs& x, KernelContext& context, const CallContext& call,
                                                 TimestampNs& out) noexcept {
  out = {session_to_local(context, x.milliseconds), x.nanoseconds, 0};
  cut_digits(out, call.result.precision);
}
SLUICE_KERNEL void sluice_cast_instant_instant(const InstantNs& x, const CallContext& call, InstantNs& out) noexcept {
  out = x;
  cut_digits(out, call.result.precision);
}

}  // namespace sluice

#ifndef SLUICE_KERNELS_ONLY
#include "catalog/functions/cast_rows.h"

namespace sluice {

std::vector<Overload> time_casts() {
  std::vector<Overload> out;
  add_casts<sluice_cast_date_date, sluice_cast_date_timestamp, sluice_cast_date_instant, sluice_cast_time_time,
            sluice_cast_time_timestamp, sluice_cast_time_instant, sluice_cast_timestamp_date,
            sluice_cast_timestamp_time, sluice_cast_timestamp_timestamp, sluice_cast_timestamp_instant,
            sluice_cast_instant_date, sluice_cast_instant_time, sluice_cast_instant_timestamp,
            sluice_cast_instant_instant>(out);
  return out;
}

}  // namespace sluice
#endif
