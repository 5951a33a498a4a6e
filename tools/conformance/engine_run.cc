#include "tools/conformance/engine_run.h"

#include "gateway/engine/engine_host.h"
#include "tools/conformance/simulated_run.h"
#include "tools/sluice/local/job_report.h"

namespace sluice::conformance {
namespace {

std::optional<Error> run_job(gateway::EngineHost& host, jobgraph::JobGraph graph, const RunOptions& options) {
  graph.settings["execution.checkpointing.dir"] = options.directory;
  tools::JobWait wait;
  auto job = host.engine().submit(std::move(graph), options.mode->job_options());
  if (!job) return job.error();
  (*job)->on_end([&wait] { wait.notify(); });
  (*job)->start();
  if (!wait.wait_ms(options.timeout_ms)) {
    (*job)->cancel();
    wait.wait_ms(5000);
    return Error{ErrorCode::JobCancelled, "the job did not end in time", {}, {}};
  }
  runtime::JobStatus status = (*job)->status();
  if (status.state == runtime::JobState::Failed) return status.failure;
  if (status.state != runtime::JobState::Finished) {
    return Error{ErrorCode::JobCancelled, "the job did not finish", {}, {}};
  }
  return std::nullopt;
}

std::optional<Error> run_here(std::vector<jobgraph::JobGraph> graphs, std::vector<TableRows> rows,
                              runtime::ValuesStore& store, const RunOptions& options) {
  gateway::EngineHostOptions host_options;
  host_options.env.task_threads = 1;
  host_options.jit = options.mode->jit;
  host_options.values = &store;
  host_options.print = [](std::string_view, bool) {};
  auto host = gateway::EngineHost::create(host_options);
  if (!host) return host.error();
  for (TableRows& table : rows) {
    store.append(table.table, std::move(table.changes));
    store.close(table.table);
  }
  for (jobgraph::JobGraph& graph : graphs) {
    if (auto failure = run_job(**host, std::move(graph), options)) return failure;
  }
  return std::nullopt;
}

}  // namespace

RunResult run_jobs(planner::CompiledScript& script, std::vector<TableRows> rows, runtime::ValuesStore& store,
                   const RunOptions& options) {
  std::vector<jobgraph::JobGraph> graphs;
  for (planner::CompiledStatement& statement : script.statements) {
    auto* compiled = std::get_if<planner::CompiledJob>(&statement.kind);
    if (compiled == nullptr) continue;
    compiled->graph.settings["restart-strategy.type"] = "none";
    graphs.push_back(std::move(compiled->graph));
  }
  if (options.mode->restarts()) return run_simulated(std::move(graphs), std::move(rows), store, options);
  return {run_here(std::move(graphs), std::move(rows), store, options), 0};
}

}  // namespace sluice::conformance
