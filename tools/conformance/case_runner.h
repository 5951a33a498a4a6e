#pragma once
// Runs cases in child processes, so that a crash or a hang is one wrong case and not the end of the run.
#include <functional>
#include <string>
#include <vector>

#include "tools/conformance/outcome.h"

namespace sluice::conformance {

// Calls `run(i)` for every i below `count`, each in some child process; at most `processes` at a time.
std::vector<Outcome> run_cases(size_t count, int processes, int64_t timeout_ms,
                               const std::function<Outcome(size_t)>& run);

}  // namespace sluice::conformance
