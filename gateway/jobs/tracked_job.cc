#include "gateway/jobs/tracked_job.h"

#include <chrono>

namespace sluice::gateway {
namespace {

constexpr int64_t kDiscardTimeoutMs = 10'000;

JobState state_of(runtime::JobState state) {
  switch (state) {
    case runtime::JobState::Created:
    case runtime::JobState::Starting:
      return JobState::Starting;
    case runtime::JobState::Running:
      return JobState::Running;
    case runtime::JobState::Restarting:
      return JobState::Restarting;
    case runtime::JobState::Stopping:
      return JobState::Savepointing;
    case runtime::JobState::Cancelling:
      return JobState::Cancelling;
    case runtime::JobState::Finished:
      return JobState::Finished;
    case runtime::JobState::Failed:
      return JobState::Failed;
    case runtime::JobState::Cancelled:
      return JobState::Cancelled;
    case runtime::JobState::Stopped:
      return JobState::Stopped;
  }
  return JobState::Lost;
}

}  // namespace

TrackedJob::TrackedJob(const JobHost& host, JobDefinition definition, JobFate fate)
    : host_(host), definition_(std::make_shared<const JobDefinition>(std::move(definition))), fate_(std::move(fate)) {
  for (const planner::ScriptFile& file : definition_->script) source_.append(file.name, file.text);
  if (fate_.ended_as) state_ = *fate_.ended_as;
}

JobView TrackedJob::view() const {
  Lock lock(mutex_);
  JobView view;
  view.definition = definition_;
  view.state = state_;
  view.attempt = fate_.attempt;
  view.restarts = fate_.restarts + restarts_before_ + report_.status.restarts;
  view.status = report_.status;
  view.status.checkpoints = runtime::checkpoints_behind(checkpoints_before_, report_.status.checkpoints);
  view.metrics = runtime::metrics_behind(metrics_before_, report_.metrics);
  view.directory = host_.store->directory_of(definition_->id);
  view.worker_pid = client_ && !is_terminal(state_) ? worker_pid_ : 0;
  view.ended_wall_ms = fate_.ended_as ? fate_.ended_wall_ms : report_.status.ended_wall_ms;
  const std::optional<Error>& of_worker = report_.status.failure;
  if (fate_.ended_as || !of_worker) {
    if (fate_.failure) view.failure = placed(*fate_.failure, source_);
  } else {
    view.failure = placed(*of_worker, source_);
  }
  return view;
}

bool TrackedJob::is_ended() const {
  Lock lock(mutex_);
  return is_terminal(state_);
}

bool TrackedJob::wait_for_end_ms(int64_t timeout_ms) const {
  Lock lock(mutex_);
  return changed_.wait_for(lock, std::chrono::milliseconds(timeout_ms), [this] { return is_terminal(state_); });
}

// ---- State; with mutex_ held

bool TrackedJob::advance(JobState to) {
  if (!may_follow(state_, to)) return false;
  state_ = to;
  changed_.notify_all();
  return true;
}

void TrackedJob::take_report(const runtime::WorkerReport& report) {
  if (is_terminal(state_)) return;
  report_ = report;
  JobState said = state_of(report.status.state);
  // What was under way when the wish to cancel came does not take it back.
  advance(fate_.is_cancel_wanted && !is_terminal(said) ? JobState::Cancelling : said);
  if (is_terminal(state_)) later_ms(0, &TrackedJob::check_worker);  // Which lets go of the line.
}

// The counters of a worker that is gone stay; the next one begins at 0.
void TrackedJob::forget_report() {
  metrics_before_ = runtime::metrics_behind(metrics_before_, report_.metrics);
  checkpoints_before_ = runtime::checkpoints_behind(checkpoints_before_, report_.status.checkpoints);
  restarts_before_ += report_.status.restarts;
  report_ = {};
}

void TrackedJob::end_as(JobState state, std::optional<Error> cause) {
  if (is_terminal(state_)) return;
  fate_.ended_as = state;
  if (cause) fate_.failure = std::move(cause);
  fate_.ended_wall_ms = host_.env.clock->wall_ms();
  save_fate();
  advance(state);
}

// A disk that takes nothing any more must not bring down the gateway with all its jobs: what could not be written is
// decided again, in the same way, by the next gateway.
void TrackedJob::save_fate() { static_cast<void>(host_.store->write(definition_->id, fate_)); }

// ---- One worker

Status TrackedJob::start(std::unique_ptr<runtime::WorkerClient> warm_line) {
  Status launched = launch(warm_line != nullptr);
  if (launched) return launched;
  Lock lock(mutex_);
  bool is_cancelled = fate_.is_cancel_wanted;
  end_as(is_cancelled ? JobState::Cancelled : JobState::Failed, launched.error());
  return launched;
}

Status TrackedJob::launch(bool has_worker) {
  std::shared_ptr<runtime::WorkerClient> client;
  {
    Lock lock(mutex_);
    is_attended_ = true;
    is_lost_ = false;
    if (has_worker) fate_.attempt = 1;
    advance(JobState::Starting);
  }
  if (has_worker) {
    if (auto connected = connect(kConnectTimeoutMs)) client = *std::move(connected);
  }
  if (!client) {
    SLUICE_TRY(client, start_worker());
  }
  Result<runtime::DeployRequest> request = deploy_request();
  Status deployed = request ? client->deploy(*request) : Status(std::move(request).as_failure());
  if (!deployed) {
    static_cast<void>(client->cancel());  // A worker without a job goes at once.
    return deployed;
  }
  take_over(client);
  later_ms(0, &TrackedJob::save_deployed);
  return Done{};
}

// The first attempt needs no word on disk beside the definition.
Result<std::shared_ptr<runtime::WorkerClient>> TrackedJob::start_worker() {
  runtime::SpawnOptions spawn;
  {
    Lock lock(mutex_);
    if (fate_.is_cancel_wanted || is_terminal(state_)) {
      return fail(ErrorCode::JobCancelled, "the job was cancelled before it was started");
    }
    ++fate_.attempt;
    if (fate_.attempt > 1) SLUICE_DO(host_.store->write(definition_->id, fate_));
    spawn.attempt = fate_.attempt;
    advance(JobState::Starting);
  }
  spawn.executable = host_.executable;
  spawn.directory = host_.store->directory_of(definition_->id);
  spawn.job_id = definition_->id;
  SLUICE_DO(runtime::spawn_worker(spawn));
  return connect(spawn.timeout_ms);
}

// Not on the way to the first row: until it is written, the worker itself says that it has the job.
void TrackedJob::save_deployed() {
  Lock lock(mutex_);
  if (fate_.is_deployed) return;
  fate_.is_deployed = true;
  save_fate();
}

Result<runtime::DeployRequest> TrackedJob::deploy_request() {
  runtime::DeployRequest request;
  request.job_graph = definition_->job_graph;
  request.parallelism = definition_->parallelism;
  request.restore_from = definition_->restore_from;
  if (fate_.attempt > 1) {
    SLUICE_TRY(bool has_own, has_own_checkpoint());
    if (has_own) request.restore_from = "latest";
  }
  request.object_cache = host_.object_cache;
  return request;
}

runtime::WorkerClientOptions TrackedJob::line_options(int64_t timeout_ms) const {
  runtime::WorkerClientOptions options;
  options.env = host_.env;
  options.directory = host_.store->directory_of(definition_->id);
  options.job_id = definition_->id;
  options.timeout_ms = timeout_ms;
  Lock lock(mutex_);
  options.attempt = fate_.attempt;
  return options;
}

Result<std::shared_ptr<runtime::WorkerClient>> TrackedJob::connect(int64_t timeout_ms) {
  runtime::WorkerClientOptions options = line_options(timeout_ms);
  std::weak_ptr<TrackedJob> weak = weak_from_this();
  options.on_report = [weak, attempt = options.attempt](const runtime::WorkerReport& report) {
    if (auto self = weak.lock()) self->on_report(attempt, report);
  };
  options.on_lost = [weak, attempt = options.attempt](const Error&) {
    if (auto self = weak.lock()) self->on_lost(attempt);
  };
  SLUICE_TRY(std::unique_ptr<runtime::WorkerClient> client, runtime::WorkerClient::connect(std::move(options)));
  return std::shared_ptr<runtime::WorkerClient>(std::move(client));
}

// The line is the job's from now on. A wish to cancel that came while there was none is passed on.
void TrackedJob::take_over(const std::shared_ptr<runtime::WorkerClient>& client) {
  bool cancels = false;
  {
    Lock lock(mutex_);
    client_ = client;
    worker_pid_ = client->welcome().pid;
    cancels = fate_.is_cancel_wanted && !is_terminal(state_);
    is_attended_ = is_lost_;
    if (is_lost_) later_ms(0, &TrackedJob::check_worker);
  }
  if (cancels) static_cast<void>(client->cancel());
}

void TrackedJob::on_report(uint64_t attempt, const runtime::WorkerReport& report) {
  Lock lock(mutex_);
  if (attempt == fate_.attempt) take_report(report);
}

// On the Io pool, which the line itself needs: what has to be done is done elsewhere.
void TrackedJob::on_lost(uint64_t attempt) {
  Lock lock(mutex_);
  if (attempt != fate_.attempt) return;
  is_lost_ = true;
  if (!std::exchange(is_attended_, true)) later_ms(0, &TrackedJob::check_worker);
}

void TrackedJob::later_ms(int64_t delay_ms, void (TrackedJob::*what)()) {
  std::weak_ptr<TrackedJob> weak = weak_from_this();
  Executor* executor = host_.env.executor;
  auto work = [weak, what] {
    if (auto self = weak.lock()) (self.get()->*what)();
  };
  if (delay_ms <= 0) return executor->submit(Executor::Pool::State, work);
  executor->submit_at(host_.env.clock->monotonic_ns() + delay_ms * 1'000'000,
                      [executor, work] { executor->submit(Executor::Pool::State, work); });
}

// ---- Asked from outside

Status TrackedJob::cancel() {
  std::shared_ptr<runtime::WorkerClient> client;
  {
    Lock lock(mutex_);
    if (is_terminal(state_)) {
      return fail(ErrorCode::JobNotFound, "the job `{}` is {} already", definition_->name, text_of(state_));
    }
    fate_.is_cancel_wanted = true;
    SLUICE_DO(host_.store->write(definition_->id, fate_));
    client = client_;
    advance(JobState::Cancelling);
  }
  if (client) SLUICE_DO(client->cancel());
  return Done{};
}

Result<std::string> TrackedJob::stop_with_savepoint(const std::string& directory, int64_t timeout_ms) {
  std::shared_ptr<runtime::WorkerClient> client;
  {
    Lock lock(mutex_);
    if (is_terminal(state_)) {
      return fail(ErrorCode::JobNotFound, "the job `{}` is {} already", definition_->name, text_of(state_));
    }
    client = client_;
    if (!client) {
      return fail(ErrorCode::WorkerLost, "the job `{}` is {} and cannot take a savepoint now", definition_->name,
                  text_of(state_));
    }
  }
  return client->stop_with_savepoint(directory, timeout_ms);
}

// ---- Results

Result<std::shared_ptr<runtime::WorkerClient>> TrackedJob::connect_reader() {
  if (definition_->kind != JobKind::Select) {
    return fail(ErrorCode::WrongArguments, "the job `{}` has no result to read: it writes to a table",
                definition_->name);
  }
  auto client = runtime::WorkerClient::connect(line_options(kConnectTimeoutMs));
  if (client) {
    ++readers_;
    return std::shared_ptr<runtime::WorkerClient>(client->release(),
                                                  [self = shared_from_this()](runtime::WorkerClient* line) {
                                                    delete line;
                                                    --self->readers_;
                                                  });
  }
  return fail(ErrorCode::WorkerLost, "the result of the job `{}` is not there any more", definition_->name)
      .hint("A result goes when it has been read to its end, and some minutes after the job's end.");
}

void TrackedJob::discard_result() {
  if (definition_->kind != JobKind::Select || readers_ > 0) return;
  auto client = connect_reader();
  if (!client || !(*client)->read_result(runtime::WorkerClient::kFirstKept)) return;
  int64_t deadline_ns = host_.env.clock->monotonic_ns() + kDiscardTimeoutMs * 1'000'000;
  while (host_.env.clock->monotonic_ns() < deadline_ns) {
    auto item = (*client)->next_result(200);
    if (!item) return;
    if (auto* rows = std::get_if<runtime::ResultRows>(&*item)) {
      (*client)->acknowledge(rows->position + rows->changes.size());
    } else if (auto* end = std::get_if<runtime::ResultEnd>(&*item)) {
      return (*client)->acknowledge(end->position);
    }
  }
}

}  // namespace sluice::gateway
