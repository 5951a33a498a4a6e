#pragma once
// The folder nexmark/: frozen events and Flink's final tables.
#include <string>
#include <vector>

#include "tests/sim/run_mode.h"
#include "tools/conformance/outcome.h"

namespace sluice::conformance {

struct NexmarkCase {
  std::string suite;           // "main"
  std::string query;           // "q17"
  std::string events, answer;  // Files, compressed.
};

// The cases of DIR/nexmark, in the order of their names.
std::vector<NexmarkCase> nexmark_cases(const std::string& directory);

struct NexmarkOptions {
  const sim::RunMode* mode = nullptr;
  std::string scratch;  // For the events and checkpoints.
  int64_t timeout_ms = 60'000;
};
Outcome run_nexmark(const NexmarkCase& nexmark, const NexmarkOptions& options);

}  // namespace sluice::conformance
