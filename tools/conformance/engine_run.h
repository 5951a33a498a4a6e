#pragma once
// A compiled script's jobs, run one after another over rows in memory: on this machine, or, in modes whose process
// dies, in a simulated one.
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "planner/script/compile.h"
#include "runtime/connectors/values/store.h"
#include "tests/sim/run_mode.h"

namespace sluice::conformance {

// What a source table holds, by its dotted path.
struct TableRows {
  std::string table;
  std::vector<runtime::TableChange> changes;
};

struct RunOptions {
  const sim::RunMode* mode = nullptr;
  std::string directory;  // For checkpoints.
  int64_t timeout_ms = 20'000;
  std::map<std::string, std::string> files;  // What a simulated machine has on disk, by path.
};

struct RunResult {
  std::optional<Error> failure;  // Of the first job that did not finish.
  int crashes = 0;
};

RunResult run_jobs(planner::CompiledScript& script, std::vector<TableRows> rows, runtime::ValuesStore& store,
                   const RunOptions& options);

}  // namespace sluice::conformance
