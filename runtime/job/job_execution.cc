#include "runtime/job/job_execution.h"

#include <utility>

#include "base/check.h"
#include "catalog/types/time_zone.h"
#include "runtime/checkpoint/checkpoint_directory.h"

namespace sluice::runtime {
namespace {

// What would fail again in the same way: the statement, the row, the state. The world's errors pass.
bool is_permanent(const Error& error) {
  switch (error.code) {
    case ErrorCode::RowExpressionFailed:
    case ErrorCode::MalformedRecord:
    case ErrorCode::NullInNotNullColumn:
    case ErrorCode::WrongLength:
    case ErrorCode::NoCheckpoint:
    case ErrorCode::IncompatibleState:
    case ErrorCode::InvalidJobGraph:
    case ErrorCode::CodeGenerationFailed:
    case ErrorCode::Fenced:
    case ErrorCode::ConnectorRefused:
    case ErrorCode::MessageTooLarge:
    case ErrorCode::CheckpointOutdated:
      return true;
    default:
      return static_cast<uint16_t>(error.code) < 2000;
  }
}

// Of what the job was told to start from: nothing else takes its place.
bool is_damaged(const Error& error) { return error.code == ErrorCode::CorruptCheckpoint; }

int64_t wall_ms_of(const void* clock) { return static_cast<const Clock*>(clock)->wall_ms(); }
uint64_t bits_of(void* random) { return static_cast<Random*>(random)->next(); }

}  // namespace

JobExecution::JobExecution(EngineOptions engine, std::shared_ptr<const JobPlan> plan)
    : engine_(std::move(engine)),
      plan_(std::move(plan)),
      strand_(std::make_shared<Strand>(*engine_.env.executor)),
      memory_(std::make_shared<JobMemory>(static_cast<uint64_t>(plan_->settings.get_bytes("state.memory.budget")),
                                          engine_.env.executor)),
      restarts_(make_restart_strategy(plan_->settings, plan_->checkpoint_interval_ms > 0, *engine_.env.random)) {
  memory_->time_zone = plan_->time_zone;
  memory_->session.time_zone = memory_->time_zone.c_str();
  memory_->session.zone = TimeZone::find(memory_->time_zone);
  memory_->session.statement_time_ms = engine_.env.clock->wall_ms();
  if (plan_->options.session) memory_->session = *plan_->options.session;
  memory_->session.now_ms = wall_ms_of;
  memory_->session.clock = engine_.env.clock;
  memory_->session.random = bits_of;
  memory_->session.random_source = engine_.env.random;
  status_.name = plan_->graph.name;
  status_.id = plan_->job_id;
  status_.parallelism = plan_->parallelism;
  status_.warnings = plan_->warnings;
  status_.takes_checkpoints = plan_->takes_checkpoints;
}

// The strand is held here as well: what is posted last may end this object while the call is still under way.
void JobExecution::post(std::function<void()> work) {
  std::shared_ptr<Strand> strand = strand_;
  strand->post([self = shared_from_this(), work = std::move(work)] { work(); });
}

// Stragglers of an attempt that is over are dropped.
void JobExecution::post_of_attempt(uint64_t attempt, std::function<void()> work) {
  post([this, attempt, work = std::move(work)] {
    if (attempt == attempt_ && deployment_) work();
  });
}

// ---- Asked from outside

void JobExecution::start() {
  post([this] {
    if (std::exchange(is_started_, true) || is_terminal(status_.state)) return;
    {
      std::lock_guard lock(mutex_);
      status_.started_wall_ms = engine_.env.clock->wall_ms();
    }
    self_ = shared_from_this();
    begin_attempt();
  });
}

void JobExecution::cancel() {
  post([this] {
    if (is_terminal(status_.state)) return;
    if (!deployment_ && !is_preparing_) {
      engine_.env.executor->cancel(restart_timer_);
      refuse_waiting_stops();
      return settle(JobState::Cancelled);
    }
    set_state(JobState::Cancelling);
    end_attempt(Ending::Cancel, std::nullopt);
  });
}

void JobExecution::trigger_checkpoint(std::function<void(Result<CheckpointId>)> done) {
  post([this, done = std::move(done)]() mutable {
    if (!coordinator_ || !plan_->takes_checkpoints) {
      return done(fail(ErrorCode::CheckpointFailed, "job `{}` takes no checkpoints now", status_.name));
    }
    coordinator_->request({false, false, {}, std::move(done)});
  });
}

void JobExecution::on_end(std::function<void()> done) {
  post([this, done = std::move(done)] {
    if (is_terminal(status_.state)) return done();
    on_end_.push_back(done);
  });
}

JobStatus JobExecution::status() const {
  std::lock_guard lock(mutex_);
  return status_;
}

JobMetrics JobExecution::metrics() const {
  std::lock_guard lock(mutex_);
  return deployment_ ? metrics_behind(ended_metrics_, deployment_->metrics()) : ended_metrics_;
}

void JobExecution::abandon() {
  strand_->drop();
  coordinator_.reset();
  deployment_.reset();
  on_end_.clear();
  self_.reset();
}

// ---- An attempt begins

void JobExecution::begin_attempt() {
  ++attempt_;
  opened_ = ended_ = closed_ = 0;
  ending_ = Ending::None;
  is_drained_ = false;
  is_preparing_ = true;
  set_state(JobState::Starting);
  bool has_completed = status_.checkpoints.completed > 0;
  AttemptStart start{engine_,  plan_,     memory_,          attempt_,     has_chosen_,
                     initial_, own_from_, lock_ != nullptr, has_completed};
  engine_.env.executor->submit(Executor::Pool::Io, [self = shared_from_this(), start = std::move(start)] {
    auto prepared = std::make_shared<Result<PreparedAttempt>>(prepare_attempt(start));
    self->post([self = self.get(), prepared] { self->on_prepared(std::move(*prepared)); });
  });
}

void JobExecution::on_prepared(Result<PreparedAttempt> prepared) {
  is_preparing_ = false;
  if (!prepared && ending_ == Ending::None) {
    ending_ = Ending::Fail;
    cause_ = std::move(prepared).as_failure();
  }
  if (prepared && prepared->lock) lock_ = std::move(prepared->lock);
  if (ending_ != Ending::None) return attempt_over();
  deploy(*std::move(prepared));
}

void JobExecution::deploy(PreparedAttempt prepared) {
  plan_ = prepared.plan;
  if (!std::exchange(has_chosen_, true)) {
    initial_ = prepared.restore;
    own_from_ = prepared.next_id;
  }
  {
    std::lock_guard lock(mutex_);
    status_.id = plan_->job_id;
    status_.restored_from = prepared.restore ? prepared.restore->path : "";
    status_.warnings.insert(status_.warnings.end(), prepared.warnings.begin(), prepared.warnings.end());
  }
  if (prepared.restore && prepared.restore->is_own && prepared.restore->manifest.is_final) {
    ending_ = Ending::Finish;  // All that was left to do was to publish, and that is done.
    return attempt_over();
  }
  DeploymentOptions options{engine_,          plan_,           memory_,        attempt_, {}, {},
                            prepared.restore, prepared.splits, prepared.sinks, this};
  if (prepared.directory) options.shared_directory = prepared.directory->shared();
  if (plan_->options.spills) {
    const std::string& spill = plan_->options.spill_directory;
    std::string job = plan_->settings.get("execution.checkpointing.dir") + "/" + directory_name_of(plan_->graph.name);
    options.spill_directory = spill.empty() ? job + "/spill" : spill;
  }
  auto deployment = std::make_shared<Deployment>(std::move(options));
  CheckpointCoordinator::Options coordination{engine_.env,
                                              plan_,
                                              prepared.directory,
                                              strand_,
                                              prepared.sinks,
                                              prepared.next_id,
                                              deployment->tasks().size(),
                                              {},
                                              status_.checkpoints,
                                              prepared.sources,
                                              prepared.kept};
  if (prepared.restore && prepared.restore->is_own) {
    for (const TaskStateHandle& task : prepared.restore->manifest.tasks) {
      for (const SegmentRef& segment : task.segments) coordination.known_files.insert(segment.file);
    }
  }
  coordinator_ = std::make_unique<CheckpointCoordinator>(std::move(coordination), *this);
  {
    std::lock_guard lock(mutex_);
    deployment_ = deployment;
  }
  deployment->start();
}

// ---- What tasks say

void JobExecution::on_opened(Task& task) {
  post_of_attempt(task.setup().state.attempt, [this] {
    if (++opened_ == deployment_->tasks().size() && ending_ == Ending::None) on_all_opened();
  });
}

void JobExecution::on_all_opened() {
  set_state(JobState::Running);
  if (plan_->takes_checkpoints) coordinator_->start();
  for (auto& [directory, done] : std::exchange(waiting_stops_, {})) stop_with_savepoint(directory, std::move(done));
}

void JobExecution::on_failed(Task& task, Failure failure) {
  post_of_attempt(task.setup().state.attempt,
                  [this, failure = std::move(failure)] { end_attempt(Ending::Fail, failure); });
}

void JobExecution::on_ended(Task& task) {
  post_of_attempt(task.setup().state.attempt, [this] {
    if (++ended_ == deployment_->tasks().size()) on_all_ended();
  });
}

void JobExecution::on_snapshot(Task& task, CheckpointId id, Result<TaskSnapshot> snapshot) {
  auto shared = std::make_shared<Result<TaskSnapshot>>(std::move(snapshot));
  post_of_attempt(task.setup().state.attempt, [this, name = task.setup().name, id, shared] {
    if (coordinator_) coordinator_->on_snapshot(name, id, std::move(*shared));
  });
}

void JobExecution::on_closed(Task& task) {
  post_of_attempt(task.setup().state.attempt, [this] {
    ++closed_;
    close_step();
  });
}

// The rows of a bounded job become visible with its last checkpoint.
void JobExecution::on_all_ended() {
  if (ending_ != Ending::None || status_.state == JobState::Stopping) return;
  if (!plan_->takes_final_checkpoint) return end_attempt(Ending::Finish, std::nullopt);
  coordinator_->request({false, true, {}, [this](Result<CheckpointId> id) {
                           if (id) end_attempt(Ending::Finish, std::nullopt);
                         }});
}

// ---- What the coordinator says

void JobExecution::trigger_tasks(BarrierRequest request) {
  for (const auto& task : deployment_->tasks()) task->trigger(request);
}

void JobExecution::on_checkpoint_failed(Failure failure) { end_attempt(Ending::Fail, std::move(failure)); }

void JobExecution::on_checkpoint_completed(const CheckpointStats& stats) {
  std::lock_guard lock(mutex_);
  status_.checkpoints = stats;
}

// ---- An attempt ends

// Tasks are closed and the running checkpoint is seen through, in any order; then the attempt is over.
void JobExecution::end_attempt(Ending ending, std::optional<Failure> cause) {
  if (ending_ != Ending::None) {
    if (ending == Ending::Cancel && ending_ == Ending::Fail) ending_ = Ending::Cancel;
    return;
  }
  ending_ = ending;
  cause_ = std::move(cause);
  if (!deployment_) return;  // Still being prepared.
  for (const auto& task : deployment_->tasks()) task->cancel();
  coordinator_->close([this] {
    is_drained_ = true;
    post_of_attempt(attempt_, [this] { close_step(); });
  });
}

void JobExecution::close_step() {
  if (closed_ < deployment_->tasks().size() || !is_drained_) return;
  coordinator_.reset();
  {
    std::lock_guard lock(mutex_);
    ended_metrics_ = metrics_behind(ended_metrics_, deployment_->metrics());
    deployment_.reset();
  }
  attempt_over();
}

void JobExecution::attempt_over() {
  refuse_waiting_stops();
  if (cause_) {
    std::lock_guard lock(mutex_);
    status_.failure = cause_->error;
  }
  switch (ending_) {
    case Ending::Finish:
      return settle(JobState::Finished);
    case Ending::Cancel:
      return settle(JobState::Cancelled);
    case Ending::Stop:
      return settle(JobState::Stopped);
    case Ending::Fail:
      return restart_or_fail();
    case Ending::None:
      break;
  }
  SLUICE_UNREACHABLE("an attempt ends for a reason");
}

void JobExecution::restart_or_fail() {
  if (is_permanent(cause_->error) || (!has_chosen_ && is_damaged(cause_->error))) {
    return settle(JobState::Failed);
  }
  Clock& clock = *engine_.env.clock;
  std::optional<int64_t> delay_ms = restarts_->on_failure(clock.wall_ms());
  if (!delay_ms) return settle(JobState::Failed);
  {
    std::lock_guard lock(mutex_);
    ++status_.restarts;
  }
  set_state(JobState::Restarting);
  restart_timer_ =
      engine_.env.executor->submit_at(clock.monotonic_ns() + *delay_ms * 1'000'000, [self = shared_from_this()] {
        self->post([self = self.get()] {
          if (self->status_.state == JobState::Restarting) self->begin_attempt();
        });
      });
}

void JobExecution::settle(JobState state) {
  {
    std::lock_guard lock(mutex_);
    status_.ended_wall_ms = engine_.env.clock->wall_ms();
    status_.savepoint = savepoint_;
  }
  lock_.reset();  // Whoever sees the end may start a job of this name.
  set_state(state);
  for (auto& done : std::exchange(on_end_, {})) done();
  self_.reset();
}

void JobExecution::set_state(JobState state) {
  std::lock_guard lock(mutex_);
  status_.state = state;
}

}  // namespace sluice::runtime
