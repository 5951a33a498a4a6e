#include "tests/sim/job_world.h"

#include <optional>

namespace sluice::sim {
namespace {

constexpr uint64_t kStepsMax = 5'000'000;

}  // namespace

JobWorld::JobWorld(const RunMode& mode, runtime::CodeProvider& code, runtime::ValuesStore& store, uint64_t seed)
    : mode_(mode), code_(code), store_(store), seed_(seed) {
  begin_process();
}

JobWorld::~JobWorld() {
  env_->executor().clear();
  for (auto& [name, held] : jobs_) held.job.reset();
  engine_.reset();
}

Status JobWorld::start(const std::string& name, jobgraph::JobGraph graph) {
  graph.settings["execution.checkpointing.dir"] = "/checkpoints";
  Held& held = jobs_[name] = {std::move(graph), nullptr};
  return submit(name, held, false);
}

Status JobWorld::submit(const std::string& name, Held& held, bool restores) {
  runtime::JobOptions options = mode_.job_options();
  options.parallelism = parallelism_;
  options.job_id = name;
  options.restore_from = restores ? "latest" : "none";
  SLUICE_TRY(held.job, engine_->submit(held.graph, options));
  held.job->start();
  return Done{};
}

Status JobWorld::checkpoint(const std::string& name) {
  runtime::Job& job = *jobs_.at(name).job;
  env_->run_until([&] { return job.status().state != runtime::JobState::Starting; }, kStepsMax);
  if (auto failed = job.status().failure) return Failure{*failed};
  // Shared with the call back, which may come when this has given up waiting.
  auto taken = std::make_shared<std::optional<Status>>();
  job.trigger_checkpoint(
      [taken](Result<runtime::CheckpointId> id) { *taken = id ? Status(Done{}) : Status(std::move(id).as_failure()); });
  env_->run_until([&] { return taken->has_value() || is_terminal(job.status().state); }, kStepsMax);
  // A job that is coming to its end takes none, and has one of its own.
  constexpr uint64_t kStepsToTheEnd = 10'000;
  if (taken->has_value() && !**taken) env_->run_until([&] { return is_terminal(job.status().state); }, kStepsToTheEnd);
  runtime::JobStatus status = job.status();
  if (status.failure && status.state == runtime::JobState::Failed) return Failure{*status.failure};
  if (is_terminal(status.state)) return Done{};
  if (!taken->has_value()) return fail(ErrorCode::CheckpointFailed, "the checkpoint did not end");
  return **taken;
}

Status JobWorld::end_step() {
  if (!mode_.restarts()) return Done{};
  crash();
  return restart(mode_.rescales_after_every_step ? parallelism_ % 3 + 1 : parallelism_);
}

void JobWorld::crash() {
  store_.forget_subscribers();
  env_->executor().clear();
  for (auto& [name, held] : jobs_) held.job.reset();
  env_->executor().clear();
  engine_.reset();
  files_.crash();
}

void JobWorld::begin_process() {
  // Another seed: a process draws other names than the one before it.
  env_ = std::make_unique<SimEnv>(seed_++, &files_);
  runtime::EngineOptions options;
  options.env = env_->env();
  options.code = &code_;
  options.connectors = &runtime::connectors();
  options.values = &store_;
  options.print = [](std::string_view, bool) {};
  engine_ = std::make_unique<runtime::EmbeddedEngine>(std::move(options));
}

Status JobWorld::restart(uint32_t parallelism) {
  parallelism_ = parallelism;
  begin_process();
  for (auto& [name, held] : jobs_) SLUICE_DO(submit(name, held, true));
  return Done{};
}

}  // namespace sluice::sim
