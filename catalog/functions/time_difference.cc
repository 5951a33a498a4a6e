// What lies between two times.
#include "catalog/functions/kernel_abi.h"
#include "catalog/functions/time_unit.h"
#include "catalog/types/time_math.h"

namespace sluice {
namespace {

// Whole months between two times, towards zero.
inline int64_t months_between(int64_t from, int64_t to) {
  if (to < from) return -months_between(to, from);
  CivilDate a = civil_of(floor_div(from, kMsPerDay)), b = civil_of(floor_div(to, kMsPerDay));
  int64_t months = (b.year - a.year) * 12 + b.month - a.month;
  return add_months_ms(from, months) > to ? months - 1 : months;
}

inline int32_t difference(TimeUnit unit, int64_t from, int64_t to) {
  int32_t months = months_of(unit);
  if (unit == TimeUnit::Microsecond) return static_cast<int32_t>((to - from) / kMsPerSecond * 1'000'000);
  int64_t out = months > 0 ? months_between(from, to) / months : (to - from) / milliseconds_of(unit);
  // Flink counts weeks in seconds of 32 bits.
  if (unit == TimeUnit::Week) out = static_cast<int32_t>((to - from) / kMsPerSecond) / 604'800;
  if (unit == TimeUnit::Millisecond) out = (to - from) / kMsPerSecond * kMsPerSecond;  // And shorter units in seconds.
  return static_cast<int32_t>(out);
}

}  // namespace

SLUICE_KERNEL int32_t sluice_timestampdiff(const StringView&, TimestampMs from, TimestampMs to, const TimeUnit* unit,
                                           RowError& error) noexcept {
  bool known = unit != nullptr && (*unit == TimeUnit::Microsecond || milliseconds_of(*unit) + months_of(*unit) > 0);
  if (!known) {
    return fail_row(error, "unknown unit of time"), 0;
  }
  return difference(*unit, static_cast<int64_t>(from), static_cast<int64_t>(to));
}
SLUICE_KERNEL int32_t sluice_timestampdiff_ltz(const StringView&, InstantMs from, InstantMs to, const TimeUnit* unit,
                                               RowError& error) noexcept {
  return sluice_timestampdiff({}, TimestampMs{static_cast<int64_t>(from)}, TimestampMs{static_cast<int64_t>(to)}, unit,
                              error);
}

SLUICE_KERNEL int64_t sluice_nanoseconds_between(TimestampMs from, TimestampMs to) noexcept {
  int64_t ms = static_cast<int64_t>(static_cast<uint64_t>(to) - static_cast<uint64_t>(from));
  return static_cast<int64_t>(static_cast<uint64_t>(ms / kMsPerSecond) * 1'000'000'000U);
}
SLUICE_KERNEL int64_t sluice_nanoseconds_between_ltz(InstantMs from, InstantMs to) noexcept {
  return sluice_nanoseconds_between(TimestampMs{static_cast<int64_t>(from)}, TimestampMs{static_cast<int64_t>(to)});
}
SLUICE_KERNEL IntervalMs sluice_minus_date(TimestampMs to, TimestampMs from) noexcept {
  return IntervalMs{static_cast<int64_t>(static_cast<uint64_t>(to) - static_cast<uint64_t>(from))};
}
SLUICE_KERNEL IntervalMs sluice_minus_date_ltz(InstantMs to, InstantMs from) noexcept {
  return IntervalMs{static_cast<int64_t>(static_cast<uint64_t>(to) - static_cast<uint64_t>(from))};
}

}  // namespace sluice

#ifndef SLUICE_KERNELS_ONLY
#include "catalog/functions/describe.h"
#include "catalog/functions/families.h"

namespace sluice {
namespace {

std::shared_ptr<const void> first_is_unit(const PrepareArguments& prepared) {
  const Value* name = prepared.arguments.constant(0);
  auto* text = name == nullptr ? nullptr : std::get_if<std::string>(&name->data);
  auto unit = text == nullptr ? std::nullopt : time_unit_of(*text);
  return unit ? std::make_shared<const TimeUnit>(*unit) : nullptr;
}

}  // namespace

std::vector<FunctionDecl> time_difference_functions() {
  return {
      scalar<sluice_timestampdiff, sluice_timestampdiff_ltz>("TIMESTAMPDIFF")
          .prepare(first_is_unit)
          .doc("Whole units from the first time to the second.")
          .example("TIMESTAMPDIFF(DAY, TIMESTAMP '2020-01-01 00:00:00', TIMESTAMP '2020-02-01 00:00:00')", "31"),
      scalar<sluice_nanoseconds_between, sluice_nanoseconds_between_ltz>("$NANOSECONDS_BETWEEN")
          .doc("TIMESTAMPDIFF in nanoseconds, which counts whole seconds."),
      scalar<sluice_minus_date, sluice_minus_date_ltz>("MINUS_DATE")
          .doc("The time between two times; written (a - b) DAY TO SECOND.")
          .example("(DATE '2020-03-01' - DATE '2020-02-28') DAY", "INTERVAL '+2 00:00:00.000' DAY TO SECOND"),
  };
}

}  // namespace sluice
#endif
