#pragma once
// Warnings about right SQL that goes wrong once it runs for long: state without end, watermarks that stand still,
// updates that cannot be taken back. Each has a code 50xx, so that it can be suppressed.
#include "base/diagnostics.h"
#include "planner/script/compile.h"

namespace sluice::planner {

// Of the script's PlannedJobs.
void find_hazards(const CompiledScript& script, Diagnostics& diagnostics);

}  // namespace sluice::planner
