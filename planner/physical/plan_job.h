#pragma once
// Bound inserts of one job -> JobGraph: optimize, infer changelogs, choose operators, distribute, cut into fragments.
#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "base/kernel_context.h"
#include "catalog/objects/settings.h"
#include "planner/jobgraph/jobgraph.h"
#include "planner/plan/logical.h"
#include "planner/plan/traits.h"
#include "planner/rules/optimize.h"

namespace sluice::planner {

struct JobRequest {
  std::string name;
  std::string sql;          // The statement(s), for people.
  std::vector<Plan> sinks;  // As bound: Sink nodes.
};

// What lies between the bound plans and the JobGraph; EXPLAIN prints it.
struct OptimizedJob {
  std::vector<Plan> sinks;
  ChangelogAnnotations changelogs;
};

// Reports what only the whole plan shows (a sink or an operator that cannot take updates), and then fails.
Result<OptimizedJob> optimize_job(const JobRequest& request, const Settings& settings, const SessionContext& session,
                                  Diagnostics& diagnostics);

Result<jobgraph::JobGraph> plan_job(const JobRequest& request, const Settings& settings, const SessionContext& session,
                                    Diagnostics& diagnostics);
// The second half of plan_job.
Result<jobgraph::JobGraph> lower_job(const JobRequest& request, const OptimizedJob& job, const Settings& settings,
                                     const SessionContext& session);

}  // namespace sluice::planner
