#include "tests/sim/faults.h"

#include <algorithm>

#include "base/check.h"
#include "base/env/env.h"

namespace sluice::sim {
namespace {

// SLUICE_FAULT knows a function only, so the run that is going on has to be found from there.
Faults* visited = nullptr;

void visit(const char* name) {
  if (visited != nullptr) visited->visit_crash_point(name);
}

constexpr FaultPoint crash(std::string_view name) { return {name, FaultKind::Crash, 0.003, 0.25}; }
// Of those that few runs come to.
constexpr FaultPoint crash_seldom_passed(std::string_view name, double rate = 0.05) {
  return {name, FaultKind::Crash, rate, 0.5};
}
// Of those that are passed with every record or block.
constexpr FaultPoint crash_often_passed(std::string_view name) { return {name, FaultKind::Crash, 0.0005, 0.05}; }

}  // namespace

const std::vector<FaultPoint>& fault_points() {
  static const std::vector<FaultPoint> points = {
      crash("checkpoint.before_trigger"),
      crash("checkpoint.after_trigger"),
      crash("checkpoint.before_freeze"),
      crash("checkpoint.after_snapshot_of_task"),
      crash("checkpoint.before_manifest"),
      crash("checkpoint.before_manifest_write"),
      crash("checkpoint.before_manifest_sync"),
      crash("checkpoint.before_manifest_rename"),
      crash("checkpoint.before_directory_sync"),
      crash("checkpoint.after_manifest"),
      crash("checkpoint.after_publish_of_sink"),
      crash("checkpoint.after_publish"),
      crash("checkpoint.before_retire"),
      crash("checkpoint.after_retire"),
      crash_seldom_passed("checkpoint.after_savepoint"),
      crash_seldom_passed("savepoint.before_task"),
      crash_seldom_passed("savepoint.before_rename"),
      crash("recover.before_publish"),
      crash("recover.before_sink"),
      crash("recover.after_sink"),
      crash("state.before_freeze"),
      crash_often_passed("state.pack"),
      crash("state.segment.before_create"),
      crash_often_passed("state.segment.before_append"),
      crash("state.segment.before_footer"),
      crash("state.segment.before_sync"),
      crash("state.segment.before_directory_sync"),
      crash("state.segment.after_directory_sync"),
      crash_seldom_passed("state.merge.before_open"),
      crash_seldom_passed("state.merge.before_replace"),
      crash("filesystem.after_truncate"),
      crash("filesystem.before_rename"),
      crash("filesystem.after_rename"),
      crash("filesystem.before_sync"),
      crash("filesystem.after_sync"),
      crash("filesystem.after_partition_commit"),
      crash("filesystem.after_publish_log"),
      crash_seldom_passed("filesystem.after_take_back", 0.5),
      crash("spill.open"),
      {"files.create_error", FaultKind::Files, 0.001, 0.1},
      {"files.write_error", FaultKind::Files, 0.001, 0.1},
      {"files.short_write", FaultKind::Files, 0.001, 0.1},
      {"files.sync_error", FaultKind::Files, 0.001, 0.1},
      {"files.directory_sync_error", FaultKind::Files, 0.001, 0.1},
      {"files.rename_error", FaultKind::Files, 0.001, 0.1},
      {"files.read_error", FaultKind::Files, 0.001, 0.05},
      {"files.savepoint_read_error", FaultKind::Files, 0.5, 0.8},
      {"files.list_error", FaultKind::Files, 0.001, 0.1},
      {"files.remove_error", FaultKind::Files, 0.001, 0.1},
      {"files.disk_full", FaultKind::Files, 0.0005, 0.05},
      {"source.poll_error", FaultKind::World, 0.0005, 0.01},
      {"source.pause", FaultKind::World, 0.01, 0.1},
      {"sink.write_error", FaultKind::World, 0.0005, 0.01},
      {"sink.blocked", FaultKind::World, 0.01, 0.2},
      {"sink.slow_prepare", FaultKind::World, 0.05, 0.3},
      {"sink.prepare_error", FaultKind::World, 0.002, 0.1},
      {"sink.publish_error_before", FaultKind::World, 0.002, 0.1},
      {"sink.publish_error_between", FaultKind::World, 0.002, 0.1},
      {"sink.publish_error_after", FaultKind::World, 0.002, 0.1},
      {"code.swap_tier", FaultKind::Code, 0.02, 0.3},
      {"state.open_error", FaultKind::World, 0.005, 0.1},
      // By the driver.
      {"process.crash_at_any_step", FaultKind::World, 0, 0},
      {"process.second_death", FaultKind::World, 0, 0},
      {"disk.process_death", FaultKind::World, 0, 0},
      {"disk.power_loss", FaultKind::World, 0, 0},
      {"disk.power_loss_torn", FaultKind::World, 0, 0},
      {"checkpoint.timeout", FaultKind::World, 0, 0},
      {"checkpoint.all_removed", FaultKind::World, 0, 0},
      {"checkpoint.flipped_bit", FaultKind::World, 0, 0},
      {"job.cancel_in_the_middle", FaultKind::World, 0, 0},
      {"job.stop_with_savepoint", FaultKind::World, 0, 0},
      {"job.restore_from_savepoint", FaultKind::World, 0, 0},
      {"job.restore_from_older", FaultKind::World, 0, 0},
      {"job.restore_refused", FaultKind::World, 0, 0},
      {"job.restart_strategy", FaultKind::World, 0, 0},
      {"job.rescale_on_restore", FaultKind::World, 0, 0},
      {"spill.eviction", FaultKind::World, 0, 0},
  };
  return points;
}

Faults::Faults(uint64_t seed, Intensity intensity, std::vector<std::string_view> focus) : random_(seed) {
  const double of_kind[] = {intensity.crashes, intensity.files, intensity.world, 1};
  for (const FaultPoint& point : fault_points()) {
    bool in_focus = std::ranges::find(focus, point.name) != focus.end();
    rates_[point.name] = in_focus ? point.rate_in_focus : point.rate * of_kind[static_cast<size_t>(point.kind)];
    kinds_[point.name] = point.kind;
    counts_[point.name];
  }
  SLUICE_CHECK(visited == nullptr);
  visited = this;
  fault_hook = visit;
}

Faults::~Faults() {
  visited = nullptr;
  fault_hook = nullptr;
}

bool Faults::chance(double probability) { return static_cast<double>(random_.next() >> 11) * 0x1p-53 < probability; }

int64_t Faults::between(int64_t low, int64_t high) {
  return low + static_cast<int64_t>(random_.below(static_cast<uint64_t>(high - low) + 1));
}

bool Faults::fires(std::string_view name) {
  auto rate = rates_.find(name);
  SLUICE_CHECK(rate != rates_.end());
  FaultCount& count = count_of(rate->first);
  ++count.visits;
  uint32_t& left = left_[static_cast<size_t>(kinds_.at(name))];
  if (is_healed_ || left == 0 || !chance(rate->second)) return false;
  --left;
  ++count.injected;
  return true;
}

void Faults::visit_crash_point(const char* name) {
  if (fires(name) && crash_) crash_(rates_.find(std::string_view(name))->first);
}

}  // namespace sluice::sim
