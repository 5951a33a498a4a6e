#pragma once
// A compiled script's jobs, run one after another over rows in memory.
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gateway/engine/engine_host.h"
#include "planner/script/compile.h"
#include "runtime/connectors/values/store.h"
#include "tools/conformance/outcome.h"

namespace sluice::conformance {

struct RunOptions {
  Mode mode = Mode::Base;
  std::string directory;
  int64_t timeout_ms = 20'000;
};

// Nothing when every job finished, else the failure of the first that did not.
std::optional<Error> run_jobs(planner::CompiledScript& script, runtime::ValuesStore& store, const RunOptions& options);

}  // namespace sluice::conformance
