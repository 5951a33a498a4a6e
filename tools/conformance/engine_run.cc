#include "tools/conformance/engine_run.h"

#include "tools/sluice/local/job_report.h"

namespace sluice::conformance {

std::optional<Error> run_jobs(planner::CompiledScript& script, runtime::ValuesStore& store, const RunOptions& options) {
  gateway::EngineHostOptions host_options;
  host_options.env.task_threads = 1;
  host_options.jit = options.mode != Mode::Interpreter;
  host_options.values = &store;
  host_options.print = [](std::string_view, bool) {};
  auto host = gateway::EngineHost::create(host_options);
  if (!host) return host.error();
  for (planner::CompiledStatement& statement : script.statements) {
    auto* compiled = std::get_if<planner::CompiledJob>(&statement.kind);
    if (compiled == nullptr) continue;
    compiled->graph.settings["execution.checkpointing.dir"] = options.directory;
    compiled->graph.settings["restart-strategy.type"] = "none";
    runtime::JobOptions job_options;
    job_options.parallelism = 1;
    if (options.mode == Mode::BatchOfOne) job_options.batch_rows_max = 1;
    tools::JobWait wait;
    auto job = (*host)->engine().submit(std::move(compiled->graph), job_options);
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
  }
  return std::nullopt;
}

}  // namespace sluice::conformance
