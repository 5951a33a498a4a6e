#pragma once
// How a case is run again, and what must stay the same: the modes of `slt_runner` and `sluice-conformance`.
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "runtime/job/embedded_engine.h"

namespace sluice::sim {

struct RunMode {
  std::string name = "base";
  bool jit = true;
  uint32_t batch_rows_max = kBatchRowsMax;
  uint32_t channel_capacity = 8;
  bool spills = false;  // State beyond the budget goes to disk.
  bool crashes_after_every_step = false;
  bool rescales_after_every_step = false;       // 1 -> 2 -> 3 -> 1
  std::map<std::string, std::string> settings;  // On top of the case's own.
  bool compares_tables_only = false;            // The final table stays, the changelog need not.

  // Whether the process dies between steps, so that the job needs a simulated environment.
  bool restarts() const { return crashes_after_every_step || rescales_after_every_step; }
  // What the mode asks of a job.
  runtime::JobOptions job_options() const;
};

// base, interpreter, batch_1, channel_1, crash, rescale, tiny_memory, minibatch.
const std::vector<RunMode>& run_modes();
// Null for a name that no mode has.
const RunMode* find_run_mode(const std::string& name);

}  // namespace sluice::sim
