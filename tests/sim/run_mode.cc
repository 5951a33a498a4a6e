#include "tests/sim/run_mode.h"

#include <algorithm>

namespace sluice::sim {

runtime::JobOptions RunMode::job_options() const {
  runtime::JobOptions options;
  options.parallelism = 1;
  options.channel_capacity = channel_capacity;
  options.batch_rows_max = batch_rows_max;
  options.spills = spills;
  return options;
}

const std::vector<RunMode>& run_modes() {
  static const std::vector<RunMode> kModes = {
      {.name = "base"},
      {.name = "interpreter", .jit = false},
      {.name = "batch_1", .jit = false, .batch_rows_max = 1},
      {.name = "channel_1", .jit = false, .channel_capacity = 1},
      // Small batches, so that barriers stand between any two rows of a file.
      {.name = "crash", .jit = false, .batch_rows_max = 2, .crashes_after_every_step = true},
      {.name = "rescale",
       .jit = false,
       .batch_rows_max = 2,
       .rescales_after_every_step = true,
       .compares_tables_only = true},
      {.name = "tiny_memory", .jit = false, .spills = true, .settings = {{"state.memory.budget", "1 mb"}}},
      {.name = "minibatch",
       .jit = false,
       .settings = {{"table.exec.mini-batch.enabled", "true"},
                    {"table.exec.mini-batch.allow-latency", "1 s"},
                    {"table.exec.mini-batch.size", "3"}},
       .compares_tables_only = true},
  };
  return kModes;
}

const RunMode* find_run_mode(const std::string& name) {
  auto found = std::ranges::find(run_modes(), name, &RunMode::name);
  return found == run_modes().end() ? nullptr : &*found;
}

}  // namespace sluice::sim
