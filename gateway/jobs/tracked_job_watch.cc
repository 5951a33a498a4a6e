// What becomes of a job whose worker is not heard of any more, and of those that an earlier gateway has left.
#include "gateway/jobs/tracked_job.h"
#include "planner/jobgraph/codec.h"
#include "runtime/checkpoint/checkpoint_directory.h"

namespace sluice::gateway {
namespace {

constexpr int64_t kCheckAgainMs = 1000;  // Between two looks at a worker that does not answer.

Error lost(std::string message, std::string hint = {}) {
  return {ErrorCode::WorkerLost, std::move(message), std::move(hint), std::nullopt};
}

}  // namespace

void TrackedJob::adopt() {
  {
    Lock lock(mutex_);
    if (is_terminal(state_)) return;
    if (fate_.attempt == 0) {
      return end_as(JobState::Lost, lost("the gateway ended before it had started a worker for the job",
                                         "Nothing of the job has run. Submit it again."));
    }
    advance(fate_.attempt > 1 ? JobState::Restarting : JobState::Starting);
  }
  check_worker();
}

void TrackedJob::check_worker() {
  std::shared_ptr<runtime::WorkerClient> gone;
  {
    Lock lock(mutex_);
    gone = std::move(client_);
    client_ = nullptr;
    is_attended_ = true;
    is_lost_ = false;
    if (is_terminal(state_)) return;
  }
  gone.reset();
  auto trace = runtime::inspect_worker(host_.env, host_.store->directory_of(definition_->id));
  if (!trace) return check_worker_later();
  if (trace->has_final) {
    Lock lock(mutex_);
    return take_report(trace->final);
  }
  if (trace->life != runtime::WorkerLife::Alive) return on_worker_died();
  auto client = connect(kConnectTimeoutMs);
  if (!client) return check_worker_later();
  if (!(*client)->welcome().is_deployed) {
    static_cast<void>((*client)->cancel());  // A worker without a job goes at once.
    return on_worker_died();
  }
  {
    Lock lock(mutex_);
    fate_.is_deployed = true;
    take_report((*client)->welcome().report);
  }
  take_over(*client);
}

void TrackedJob::check_worker_later() {
  {
    Lock lock(mutex_);
    if (is_terminal(state_)) return;
    if (!fate_.is_cancel_wanted) advance(JobState::RunningEmpty);
  }
  later_ms(kCheckAgainMs, &TrackedJob::check_worker);
}

// It left no final status, or it never heard of the job.
void TrackedJob::on_worker_died() {
  Lock lock(mutex_);
  if (is_terminal(state_)) return;
  if (fate_.is_cancel_wanted) return end_as(JobState::Cancelled, std::nullopt);
  if (!fate_.is_deployed) {
    return end_as(JobState::Lost, lost("the gateway ended before its worker had taken on the job",
                                       "Nothing of the job has run. Submit it again."));
  }
  Error cause = lost("the job's worker process died without a word",
                     fmt::format("`{}/worker.log` may say why.", host_.store->directory_of(definition_->id)));
  lock.unlock();
  if (restart_after(cause)) return;
  lock.lock();
  end_as(JobState::Lost, cause);
}

// Starts the job again when its restart strategy wants that. A SELECT ends with its worker: its reader has seen rows
// that would come again.
bool TrackedJob::restart_after(const Error& cause) {
  if (definition_->kind == JobKind::Select) return false;
  auto graph = jobgraph::decode(definition_->job_graph);
  if (!graph) return false;
  Settings settings(graph->settings);
  bool takes_checkpoints = settings.get_ms("execution.checkpointing.interval") > 0;
  if (!takes_checkpoints) {
    Result<bool> has_own = has_own_checkpoint();
    takes_checkpoints = !has_own || *has_own;
  }
  Lock lock(mutex_);
  if (!restarts_) restarts_ = runtime::make_restart_strategy(settings, takes_checkpoints, *host_.env.random);
  std::optional<int64_t> delay_ms = restarts_->on_failure(host_.env.clock->wall_ms());
  if (!delay_ms) return false;
  ++fate_.restarts;
  fate_.failure = cause;
  save_fate();
  forget_report();
  advance(JobState::Restarting);
  lock.unlock();
  later_ms(*delay_ms, &TrackedJob::relaunch);
  return true;
}

void TrackedJob::relaunch() {
  Status launched = launch(false);
  if (launched) return;
  Lock lock(mutex_);
  if (is_terminal(state_)) return;
  if (fate_.is_cancel_wanted) return end_as(JobState::Cancelled, std::nullopt);
  lock.unlock();
  bool is_for_good = launched.error().code == ErrorCode::NoCheckpoint;
  if (!is_for_good && restart_after(launched.error())) return;
  lock.lock();
  end_as(JobState::Failed, launched.error());
}

// An error is none of these: a checkpoint that cannot be read now may hold rows that everybody has seen.
Result<bool> TrackedJob::has_own_checkpoint() {
  SLUICE_TRY(jobgraph::JobGraph graph, jobgraph::decode(definition_->job_graph));
  Settings settings(graph.settings);
  runtime::CheckpointDirectory checkpoints(host_.env,
                                           {settings.get("execution.checkpointing.dir"), definition_->name, 1});
  std::vector<runtime::RefusedCheckpoint> refused;
  SLUICE_TRY(std::optional<runtime::RestoreSource> newest, checkpoints.newest(refused));
  if (newest && newest->manifest.job_id == definition_->id) return true;
  if (refused.empty()) return false;
  return fail(ErrorCode::NoCheckpoint, "the newest checkpoint of `{}` cannot be used: {}", definition_->name,
              refused.front().why.message)
      .hint("A job that is submitted with `--from none` begins anew, and writes rows again that are visible already.");
}

}  // namespace sluice::gateway
