#pragma once
// Jobs whose process dies behind every checkpoint, while further rows and perhaps the next barrier are under way.
#include <vector>

#include "tools/conformance/engine_run.h"

namespace sluice::conformance {

RunResult run_simulated(std::vector<jobgraph::JobGraph> graphs, std::vector<TableRows> rows,
                        runtime::ValuesStore& store, const RunOptions& options);

}  // namespace sluice::conformance
