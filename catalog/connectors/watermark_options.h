#pragma once
// Options that every source with a WATERMARK takes beside its own.
#include "catalog/connectors/option_fields.h"

namespace sluice {

enum class WatermarkEmit : uint8_t { OnPeriodic, OnEvent };
inline constexpr std::pair<std::string_view, WatermarkEmit> kWatermarkEmits[] = {
    {"on-periodic", WatermarkEmit::OnPeriodic}, {"on-event", WatermarkEmit::OnEvent}};
constexpr const auto& names_of(WatermarkEmit) { return kWatermarkEmits; }

struct WatermarkOptions {
  WatermarkEmit emit = WatermarkEmit::OnPeriodic;
  int64_t emit_gap = 1;
  Milliseconds idle_timeout{-1};
  std::string alignment_group;
  Milliseconds alignment_max_drift{0};
  Milliseconds alignment_update_interval{1000};

  static void fields(auto& self, auto&& v) {
    v.optional("scan.watermark.emit.strategy", self.emit, "Whether watermarks come per row or per period.");
    v.optional("scan.watermark.emit.on-event.gap", self.emit_gap, "Rows between two watermarks of `on-event`.");
    v.optional("scan.watermark.idle-timeout", self.idle_timeout,
               "Silence after which a split no longer holds the watermark; `table.exec.source.idle-timeout` without.");
    v.optional("scan.watermark.alignment.group", self.alignment_group,
               "Sources of a job that name the same group wait for each other.");
    v.optional("scan.watermark.alignment.max-drift", self.alignment_max_drift,
               "How far a watermark may be beyond the least one of the group.");
    v.optional("scan.watermark.alignment.update-interval", self.alignment_update_interval,
               "How often a source that waits looks again.");
  }
};

}  // namespace sluice
