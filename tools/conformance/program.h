#pragma once
// Runs one record of queries.jsonl: tables with rows, settings, statements, and what Flink made of them.
#include <simdjson.h>

#include <string>

#include "tests/sim/run_mode.h"
#include "tools/conformance/outcome.h"

namespace sluice::conformance {

struct ProgramOptions {
  const sim::RunMode* mode = nullptr;
  std::string directory;  // For checkpoints.
  int64_t timeout_ms = 20'000;
};

Outcome run_program(simdjson::dom::element record, const ProgramOptions& options);

}  // namespace sluice::conformance
