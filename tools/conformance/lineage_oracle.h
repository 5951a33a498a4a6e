#pragma once
// What lineage claims about a program, held against what its jobs do: one column of the input is changed, and the
// columns of the output that change then must be among those that lineage names; what lineage names should change by
// some such experiment.
#include <cstdint>
#include <string>
#include <vector>

#include "planner/script/compile.h"
#include "tools/conformance/engine_run.h"

namespace sluice::conformance {

struct OracleResult {
  std::string skipped;                  // Why no input was tried.
  int claimed = 0;                      // Pairs of a column that comes in and one that goes out, `*` is all of a sink.
  int shown = 0;                        // Those that an experiment has shown.
  std::vector<std::string> unshown;     // `table.column -> sink.column`
  std::vector<std::string> violations;  // What changed though lineage does not say so, and by which change.
};

struct OracleOptions {
  RunOptions run;
  uint64_t seed = 1;
  int tries = 24;  // Experiments per input and column, as long as claims are left to be shown; at least six.
};

// Each of `inputs` has the rows of every source table; the sinks are tables of the connector `values`. An input that
// the program fails on, or that it answers in different ways, is left out.
OracleResult check_lineage(const planner::CompiledScript& script, const std::vector<std::vector<TableRows>>& inputs,
                           const OracleOptions& options);

}  // namespace sluice::conformance
