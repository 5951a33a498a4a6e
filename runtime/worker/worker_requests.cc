#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "runtime/worker/worker_core.h"

namespace sluice::runtime {
namespace {

constexpr int64_t kResultKeepMs = 300'000;
constexpr int64_t kBarrierMs = 10;
constexpr int64_t kNextBarrierMs = 250;

Error no_job() { return fail(ErrorCode::JobNotFound, "no job has been deployed to this worker").error; }

}  // namespace

void WorkerCore::on_request(const SessionRef& session, const wire::ToWorker& message) {
  uint64_t request = message.request();
  switch (message.body_case()) {
    case wire::ToWorker::kDeploy:
      return deploy(session, request, message.deploy());
    case wire::ToWorker::kGetReport:
      return push_report(session, request);
    case wire::ToWorker::kTriggerCheckpoint:
      return trigger_checkpoint(session, request);
    case wire::ToWorker::kStopWithSavepoint:
      return stop_with_savepoint(session, request, message.stop_with_savepoint().directory());
    case wire::ToWorker::kCancel:
      return cancel(session, request);
    case wire::ToWorker::kReadResult:
      return read_result(session, request, message.read_result());
    case wire::ToWorker::kResultDemand:
      return on_demand(session, message.result_demand());
    case wire::ToWorker::kHello:
    case wire::ToWorker::BODY_NOT_SET:
      break;
  }
}

// ---- The job

void WorkerCore::deploy(const SessionRef& session, uint64_t request, const wire::Deploy& deploy) {
  if (job_ || deploying_ == attempt_) {
    return refuse(session, request, fail(ErrorCode::InvalidJobGraph, "this worker has its job already").error);
  }
  if (deploy.objects_size() != 0) {
    return refuse(session, request,
                  fail(ErrorCode::NotSupportedYet, "compiled objects are read from a directory only").error);
  }
  deploying_ = attempt_;
  ++being_made_;
  result_keep_ms_ = deploy.result_keep_ms() == 0
                        ? kResultKeepMs
                        : static_cast<int64_t>(std::min<uint64_t>(deploy.result_keep_ms(), INT32_MAX));
  auto options = std::make_shared<HostedJobOptions>();
  options->job_graph = deploy.job_graph();
  options->parallelism = deploy.parallelism();
  options->restore_from = deploy.restore_from();
  options->object_cache = deploy.object_cache();
  options->spill_directory = directory_.spill();
  options->origin = std::to_string(attempt_);
  std::weak_ptr<WorkerCore> weak = weak_from_this();
  options->on_rows = [weak] {
    auto self = weak.lock();
    if (self && !self->is_pump_posted_.exchange(true)) self->post([self = self.get()] { self->pump(); });
  };
  options->on_state_end = [weak, attempt = attempt_] {
    if (auto self = weak.lock()) self->post([self = self.get(), attempt] { self->on_job_end(attempt); });
  };
  options_.env.executor->submit(Executor::Pool::Io, [weak, session, request, attempt = attempt_, options] {
    auto self = weak.lock();
    if (!self) return;
    auto hosted =
        std::make_shared<Result<std::unique_ptr<HostedJob>>>(HostedJob::create(self->options_, std::move(*options)));
    self->post([self = self.get(), session, request, attempt, hosted] {
      self->on_deployed(session, request, attempt, std::move(*hosted));
    });
  });
}

// The gateway that asked for it may have been fenced meanwhile; then its job does not begin.
void WorkerCore::on_deployed(const SessionRef& session, uint64_t request, uint64_t attempt,
                             Result<std::unique_ptr<HostedJob>> hosted) {
  --being_made_;
  if (attempt != deploying_ || attempt != attempt_) {
    if (hosted) hosted = std::unique_ptr<HostedJob>();
    return finish_shut_down();
  }
  deploying_ = 0;
  if (hosted) {
    job_ = *std::move(hosted);
    job_attempt_ = attempt;
    send(session, [&] {
      wire::FromWorker message = answer(request);
      message.mutable_accepted();
      return message;
    }());
    log("deployed");
    job_->start();
    watch_state();
  } else {
    log(fmt::format("not deployed: {}", hosted.error().message));
    refuse(session, request, hosted.error());
    if (sessions_.empty()) wait_for_deployment();
  }
  for (const auto& [waiting, hello] : std::exchange(awaiting_deployment_, {})) welcome(waiting, hello);
}

// A full result does not stop a barrier that was asked for. It may stand behind that of a periodic checkpoint, so room
// is made again until the checkpoint is complete; but first the barrier gets the time to reach the sources, lest they
// use it.
void WorkerCore::begin_barrier() {
  ++barriers_asked_for_;
  if (job_->result() == nullptr || std::exchange(is_passing_barriers_, true)) return;
  post_after(kBarrierMs, [this] { pass_barrier(); });
}

void WorkerCore::pass_barrier() {
  is_passing_barriers_ = barriers_asked_for_ > 0;
  if (!is_passing_barriers_) return;
  job_->result()->let_barrier_pass();
  post_after(kNextBarrierMs, [this] { pass_barrier(); });
}

void WorkerCore::end_barrier() {
  if (--barriers_asked_for_ == 0 && job_->result() != nullptr) job_->result()->forget_barrier();
}

void WorkerCore::trigger_checkpoint(const SessionRef& session, uint64_t request) {
  if (!job_) return refuse(session, request, no_job());
  begin_barrier();
  job_->job().trigger_checkpoint([weak = weak_from_this(), session, request](Result<CheckpointId> id) {
    auto self = weak.lock();
    if (!self) return;
    auto shared = std::make_shared<Result<CheckpointId>>(std::move(id));
    self->post([self = self.get(), session, request, shared] {
      self->end_barrier();
      if (!*shared) return self->refuse(session, request, shared->error());
      wire::FromWorker message = self->answer(request);
      message.mutable_checkpoint_taken()->set_id(**shared);
      self->send(session, message);
    });
  });
}

void WorkerCore::stop_with_savepoint(const SessionRef& session, uint64_t request, const std::string& directory) {
  if (!job_) return refuse(session, request, no_job());
  begin_barrier();
  job_->job().stop_with_savepoint(directory, [weak = weak_from_this(), session, request](Result<std::string> path) {
    auto self = weak.lock();
    if (!self) return;
    auto shared = std::make_shared<Result<std::string>>(std::move(path));
    self->post([self = self.get(), session, request, shared] {
      self->end_barrier();
      if (!*shared) return self->refuse(session, request, shared->error());
      wire::FromWorker message = self->answer(request);
      message.mutable_savepoint_taken()->set_path(**shared);
      self->send(session, message);
    });
  });
}

// Without a job there is nothing to wait for: the worker goes.
void WorkerCore::cancel(const SessionRef& session, uint64_t request) {
  wire::FromWorker message = answer(request);
  message.mutable_accepted();
  send(session, message);
  if (job_) return job_->job().cancel();
  if (deploying_ != 0) {
    deploying_ = 0;  // What is being made is thrown away.
    for (const auto& [waiting, hello] : std::exchange(awaiting_deployment_, {})) welcome(waiting, hello);
  }
  leave();
}

// ---- The result

void WorkerCore::read_result(const SessionRef& session, uint64_t request, const wire::ReadResult& read) {
  if (!job_) return refuse(session, request, no_job());
  ResultBuffer* result = job_->result();
  if (result == nullptr) {
    return refuse(session, request, fail(ErrorCode::JobNotFound, "the job is no SELECT and has no result").error);
  }
  Status found = result->seek(read.from_first_kept() ? result->acknowledged() : read.from());
  if (!found) return refuse(session, request, found.error());
  if (reader_ && reader_ != session) {
    wire::FromWorker message = answer(0);
    message.mutable_reader_replaced();
    send(reader_, message);
  }
  reader_ = session;
  session->until = read.until();
  last_demand_ns_ = options_.env.clock->monotonic_ns();
  wire::FromWorker message = answer(request);
  message.mutable_accepted();
  send(session, message);
  pump();
}

void WorkerCore::on_demand(const SessionRef& session, const wire::ResultDemand& demand) {
  if (session != reader_) return;  // From before it was replaced.
  session->until = std::max(session->until, demand.until());
  last_demand_ns_ = options_.env.clock->monotonic_ns();
  is_result_done_ |= job_->result()->acknowledge(demand.acknowledged());
  pump();
  leave_if_done();
}

// Sends what the reader has credit for, as long as the connection takes it.
void WorkerCore::pump() {
  is_pump_posted_ = false;
  if (!reader_) return;
  while (reader_->connection->queued_bytes() < FrameConnection::kQueuedBytesShort) {
    ResultElement element = job_->result()->take(reader_->until);
    wire::FromWorker message = answer(0);
    if (auto* rows = std::get_if<RowBlock>(&element)) {
      wire::ResultRows& out = *message.mutable_rows();
      out.set_position(rows->position);
      out.set_count(rows->count);
      out.set_subtask(rows->subtask);
      out.set_rows(std::move(rows->bytes));
    } else if (const auto* mark = std::get_if<RestartMark>(&element)) {
      message.mutable_restarted()->set_position(mark->position);
      for (const auto& [subtask, rows] : mark->kept) {
        auto& kept = *message.mutable_restarted()->add_kept();
        kept.set_subtask(subtask);
        kept.set_rows(rows);
      }
    } else if (const auto* end = std::get_if<EndMark>(&element)) {
      message.mutable_end()->set_position(end->position);
    } else {
      return;
    }
    send(reader_, message);
  }
}

// ---- Answers

WorkerReport WorkerCore::report() const {
  WorkerReport report = job_->report();
  if (options_.peak_memory_bytes) report.peak_memory_bytes = options_.peak_memory_bytes();
  return report;
}

void WorkerCore::push_report(const SessionRef& session, uint64_t request) {
  wire::FromWorker message = answer(request);
  if (job_) {
    write_report(report(), *message.mutable_report());
  } else if (request != 0) {
    return refuse(session, request, no_job());
  } else {
    message.mutable_report();  // A sign of life.
  }
  send(session, message);
}

wire::FromWorker WorkerCore::answer(uint64_t request) const {
  wire::FromWorker message;
  message.set_job_id(options_.job_id);
  message.set_attempt(attempt_);
  message.set_request(request);
  return message;
}

void WorkerCore::send(const SessionRef& session, const wire::FromWorker& message) {
  session->connection->send(message.SerializeAsString());
}

void WorkerCore::refuse(const SessionRef& session, uint64_t request, const Error& error) {
  wire::FromWorker message = answer(request);
  write_error(error, *message.mutable_failure());
  send(session, message);
}

}  // namespace sluice::runtime
