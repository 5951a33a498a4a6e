// Functions of the moment, and of the watermark. In streaming they are computed per row.
#include "catalog/functions/kernel_abi.h"
#include "catalog/functions/session_zone.h"
#include "catalog/types/time_math.h"

namespace sluice {
namespace {

inline int64_t now_ms(const KernelContext& context) {
  const SessionContext* session = context.session;
  if (session == nullptr) return 0;
  return session->now_ms != nullptr ? session->now_ms(session->clock) : session->statement_time_ms;
}

}  // namespace

SLUICE_KERNEL InstantMs sluice_now(KernelContext& context) noexcept { return InstantMs{now_ms(context)}; }
SLUICE_KERNEL TimestampMs sluice_localtimestamp(KernelContext& context) noexcept {
  return TimestampMs{session_to_local(context, now_ms(context))};
}
SLUICE_KERNEL Date sluice_current_date(KernelContext& context) noexcept {
  return Date{static_cast<int32_t>(floor_div(session_to_local(context, now_ms(context)), kMsPerDay))};
}
SLUICE_KERNEL TimeOfDay sluice_localtime(KernelContext& context) noexcept {
  int64_t ms = floor_mod(session_to_local(context, now_ms(context)), kMsPerDay);
  return TimeOfDay{static_cast<int32_t>(ms - ms % kMsPerSecond)};
}

SLUICE_KERNEL void sluice_current_watermark(const Nullable<TimestampMs>&, KernelContext& context,
                                            Nullable<TimestampMs>& out) noexcept {
  out.is_null = context.watermark_ms == INT64_MIN;
  if (!out.is_null) out.value = TimestampMs{context.watermark_ms};
}
SLUICE_KERNEL void sluice_current_watermark_ltz(const Nullable<InstantMs>&, KernelContext& context,
                                                Nullable<InstantMs>& out) noexcept {
  out.is_null = context.watermark_ms == INT64_MIN;
  if (!out.is_null) out.value = InstantMs{context.watermark_ms};
}

}  // namespace sluice

#ifndef SLUICE_KERNELS_ONLY
#include "catalog/functions/describe.h"
#include "catalog/functions/families.h"

namespace sluice {
namespace {

template <auto Kernel>
FunctionDecl of_the_moment(std::string_view name) {
  return scalar<Kernel>(name).changes(Volatility::PerRow).nullability(ResultNullability::Never);
}

}  // namespace

std::vector<FunctionDecl> now_functions() {
  return {
      of_the_moment<sluice_now>("NOW")
          .alias("CURRENT_TIMESTAMP")
          .alias("CURRENT_ROW_TIMESTAMP")
          .doc("This instant.")
          .example("NOW() IS NOT NULL", "TRUE"),
      of_the_moment<sluice_now>("PROCTIME").doc("This instant, as a processing time attribute."),
      of_the_moment<sluice_localtimestamp>("LOCALTIMESTAMP")
          .doc("This moment in the session's time zone.")
          .example("LOCALTIMESTAMP IS NOT NULL", "TRUE"),
      of_the_moment<sluice_current_date>("CURRENT_DATE")
          .doc("Today in the session's time zone.")
          .example("CURRENT_DATE IS NOT NULL", "TRUE"),
      of_the_moment<sluice_localtime>("LOCALTIME")
          .alias("CURRENT_TIME")
          .doc("The time of day in the session's time zone."),
      scalar<sluice_current_watermark, sluice_current_watermark_ltz>("CURRENT_WATERMARK")
          .changes(Volatility::PerRow)
          .doc("The watermark that has arrived for a rowtime attribute; NULL before the first."),
  };
}

}  // namespace sluice
#endif
