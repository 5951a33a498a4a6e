#pragma once
// What EXPLAIN and `sluice explain` print about a job, stage by stage.
#include <string>
#include <vector>

#include "grammar/ast/statement.h"
#include "planner/physical/plan_job.h"

namespace sluice::planner {

enum class ExplainStage : uint8_t {
  Logical,    // As bound.
  Optimized,  // After all rules.
  Physical,   // Operators from the sinks down, with exchanges and traits.
  JobGraph,   // Fragments, edges, uids, state tables.
  Lineage,
};

Result<std::string> explain_stage(ExplainStage stage, const JobRequest& request, const Settings& settings,
                                  const SessionContext& session, Diagnostics& diagnostics);

// The answer to an EXPLAIN statement: Flink's three headings above our plans. The kinds of change are always shown, so
// CHANGELOG_MODE adds nothing; the other details are refused. In place of operators that do not run yet stands which
// ones these are.
Result<std::string> explain_statement(const JobRequest& request, const std::vector<ast::ExplainDetail>& details,
                                      const Settings& settings, const SessionContext& session,
                                      Diagnostics& diagnostics);

}  // namespace sluice::planner
