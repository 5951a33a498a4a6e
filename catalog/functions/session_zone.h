#pragma once
#include "catalog/functions/kernel_abi.h"
#include "catalog/types/time_zone.h"

namespace sluice {

// table.local-time-zone of the session; UTC when there is none.
inline int64_t session_to_local(const KernelContext& context, int64_t utc_ms) {
  const auto* zone = context.session == nullptr ? nullptr : static_cast<const TimeZone*>(context.session->zone);
  return zone == nullptr ? utc_ms : zone->to_local(utc_ms);
}
// The same by the rules of java.util.TimeZone, which has nothing before 1900 but the zone's standard offset of today.
inline int64_t session_to_wall(const KernelContext& context, int64_t utc_ms) {
  const auto* zone = context.session == nullptr ? nullptr : static_cast<const TimeZone*>(context.session->zone);
  return zone == nullptr ? utc_ms : zone->to_wall(utc_ms);
}
// A local time that occurs twice is the earlier instant, or the later one.
inline int64_t session_to_utc(const KernelContext& context, int64_t local_ms, bool later = false) {
  const auto* zone = context.session == nullptr ? nullptr : static_cast<const TimeZone*>(context.session->zone);
  return zone == nullptr ? local_ms : zone->to_utc(local_ms, later);
}

}  // namespace sluice
