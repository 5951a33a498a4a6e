#include "planner/physical/plan_job.h"

#include "base/check.h"
#include "planner/jobgraph/validate.h"
#include "planner/lineage/lineage.h"
#include "planner/physical/job_builder.h"
#include "planner/physical/lower.h"
#include "planner/physical/physical_settings.h"
#include "planner/rules/share_scans.h"

namespace sluice::planner {

namespace {

bool shares_scans(const Settings& settings) {
  return settings.get_bool("table.optimizer.reuse-sub-plan-enabled") &&
         settings.get_bool("table.optimizer.reuse-source-enabled");
}

}  // namespace

Result<OptimizedJob> optimize_job(const JobRequest& request, const Settings& settings, const SessionContext& session,
                                  Diagnostics& diagnostics) {
  OptimizeOptions options;
  options.context.session = session;
  // One sink that reads watermarks is enough for the source that all of them share.
  if (request.sinks.size() > 1) options.disabled_rules.insert("prune_watermarks");
  OptimizedJob job;
  for (const Plan& sink : request.sinks) job.sinks.push_back(optimize(sink, options));
  if (shares_scans(settings)) job.sinks = share_scans(std::move(job.sinks), options);
  size_t errors_before = diagnostics.count();
  job.changelogs = infer_changelogs(job.sinks, diagnostics);
  if (diagnostics.count() > errors_before) return Failure{diagnostics.errors().back()};
  return job;
}

Result<jobgraph::JobGraph> lower_job(const JobRequest& request, const OptimizedJob& job, const Settings& settings,
                                     const SessionContext& session) {
  SLUICE_TRY(PhysicalSettings physical, physical_settings(settings));
  physical.time_zone = session.time_zone;
  JobBuilder builder(physical.shares_sub_plans);
  Lowering lowering(builder, physical, job.changelogs);
  for (const Plan& sink : job.sinks) SLUICE_DO(lowering.lower_sink(sink));
  jobgraph::JobGraph graph;
  graph.name = request.name;
  graph.sql = request.sql;
  graph.settings = settings.values();
  // A job that goes on elsewhere keeps its zone.
  graph.settings["table.local-time-zone"] = session.time_zone;
  graph.max_parallelism = physical.max_parallelism;
  builder.build_fragments(graph);
  graph.lineage = lineage_of(request.sinks);
  Status valid = jobgraph::validate(graph);
  SLUICE_CHECK(valid.has_value());
  return graph;
}

Result<jobgraph::JobGraph> plan_job(const JobRequest& request, const Settings& settings, const SessionContext& session,
                                    Diagnostics& diagnostics) {
  SLUICE_TRY(OptimizedJob job, optimize_job(request, settings, session, diagnostics));
  return lower_job(request, job, settings, session);
}

}  // namespace sluice::planner
