// What befalls the checkpoints of a simulated run while nobody works on them, and from which one somebody starts.
#include "base/check.h"
#include "tests/sim/sim_disk.h"
#include "tests/sim/simulated_run.h"

namespace sluice::sim {

// Of all that are there, the newest as well: empty for none.
std::string SimulatedRun::older_checkpoint() {
  constexpr double kChance = 0.3;
  if (!scenario_.goes_back || faults_.is_healed() || !faults_.chance(kChance)) return {};
  std::vector<std::string> all = all_checkpoints(disk_, kJobName);
  std::erase(all, flipped_);
  if (all.empty()) return {};
  faults_.note("job.restore_from_older");
  return all[faults_.random().below(all.size())];
}

// As people do before they go on from a savepoint: nothing but that is needed.
void SimulatedRun::clear_checkpoints(const std::string& savepoint) {
  only_savepoint_ = savepoint;
  SLUICE_CHECK(disk_.remove_recursively(kCheckpoints).has_value());
  SLUICE_CHECK(disk_.create_directories(kCheckpoints).has_value());
  if (!flipped_.empty()) flipped_ = "gone";
  faults_.note("checkpoint.all_removed");
  note("all checkpoints are removed");
}

// Of the newest checkpoint: the one before it has to be used then. The broker cannot take rows back that somebody has
// seen, so there it must not have been published; the files sink can, if there is one before.
void SimulatedRun::flip_a_bit() {
  if (!flipped_.empty() || !faults_.chance(scenario_.flips_soon ? 1 : 0.3)) return;
  std::optional<NewestCheckpoint> newest = newest_checkpoint(disk_, kJobName);
  if (!newest || newest->id <= broker_.newest_published() || newest->own_files.empty()) return;
  if (scenario_.program->sinks[0].folding == Folding::Files && newest->is_alone) return;
  const std::string& file = newest->own_files[faults_.random().below(newest->own_files.size())];
  uint64_t bytes = disk_.read_all(file)->size();
  if (bytes == 0) return;
  disk_.flip_bit(file, faults_.random().below(bytes * 8));
  flipped_ = newest->path;
  faults_.note("checkpoint.flipped_bit");
  note("flips a bit of " + file);
}

}  // namespace sluice::sim
