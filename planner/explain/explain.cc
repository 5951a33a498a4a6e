#include "planner/explain/explain.h"

#include "planner/explain/plan_text.h"
#include "planner/jobgraph/print.h"
#include "planner/lineage/lineage.h"

namespace sluice::planner {
namespace {

std::string plans_text(const std::vector<Plan>& sinks) {
  std::string out;
  for (const Plan& sink : sinks) out += (out.empty() ? "" : "\n") + plan_text(sink);
  return out;
}

}  // namespace

Result<std::string> explain_stage(ExplainStage stage, const JobRequest& request, const Settings& settings,
                                  const SessionContext& session, Diagnostics& diagnostics) {
  if (stage == ExplainStage::Logical) return plans_text(request.sinks);
  if (stage == ExplainStage::Lineage) return lineage_text(lineage_of(request.sinks));
  SLUICE_TRY(OptimizedJob job, optimize_job(request, settings, session, diagnostics));
  if (stage == ExplainStage::Optimized) return plans_text(job.sinks);
  SLUICE_TRY(jobgraph::JobGraph graph, lower_job(request, job, settings, session));
  return stage == ExplainStage::Physical ? physical_text(graph) : jobgraph::print(graph);
}

Result<std::string> explain_statement(const JobRequest& request, const std::vector<ast::ExplainDetail>& details,
                                      const Settings& settings, const SessionContext& session,
                                      Diagnostics& diagnostics) {
  for (ast::ExplainDetail detail : details) {
    if (detail == ast::ExplainDetail::ChangelogMode) continue;
    return fail(ErrorCode::NotSupportedYet, "EXPLAIN with details other than CHANGELOG_MODE is not supported yet");
  }
  SLUICE_TRY(OptimizedJob job, optimize_job(request, settings, session, diagnostics));
  auto graph = lower_job(request, job, settings, session);
  bool runs = graph.has_value();
  if (!runs && graph.error().code != ErrorCode::NotSupportedYet) return std::move(graph).as_failure();
  std::string execution = runs ? physical_text(*graph) : graph.error().message + "\n";
  return "== Abstract Syntax Tree ==\n" + plans_text(request.sinks) + "\n== Optimized Physical Plan ==\n" +
         plans_text(job.sinks) + "\n== Optimized Execution Plan ==\n" + execution;
}

}  // namespace sluice::planner
