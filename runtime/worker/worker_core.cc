#include "runtime/worker/worker_core.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "planner/jobgraph/codec.h"

namespace sluice::runtime {
namespace {

constexpr int64_t kHelloMsMax = 10'000;
constexpr int64_t kWatchMs = 20;  // How soon a change of the job's state is told.
constexpr int64_t kFinalRetryMs = 1000;
constexpr uint32_t kHeartbeatMsMin = 10;

}  // namespace

WorkerCore::WorkerCore(std::unique_ptr<FileLock> lock, WorkerServerOptions options)
    : options_(std::move(options)),
      directory_(options_.env, options_.directory),
      lock_(std::move(lock)),
      strand_(std::make_shared<Strand>(*options_.env.executor)),
      attempt_(options_.attempt) {}

void WorkerCore::post(std::function<void()> work) {
  strand_->post([weak = weak_from_this(), work = std::move(work)] {
    if (auto self = weak.lock()) work();
  });
}

uint64_t WorkerCore::post_after(int64_t ms, std::function<void()> work) {
  int64_t due = options_.env.clock->monotonic_ns() + ms * 1'000'000;
  return options_.env.executor->submit_at(due, [weak = weak_from_this(), work = std::move(work)] {
    if (auto self = weak.lock()) self->post(work);
  });
}

Status WorkerCore::listen() {
  SLUICE_TRY(uint64_t before, directory_.attempt());
  if (before >= options_.attempt) {
    return fail(ErrorCode::Fenced, "attempt {} was in `{}` before attempt {}", before, options_.directory,
                options_.attempt);
  }
  SLUICE_DO(directory_.write_attempt(options_.attempt));
  SLUICE_DO(directory_.remove_spill());
  SLUICE_TRY(listener_, options_.env.network->listen(directory_.socket_address()));
  listener_->on_connection([weak = weak_from_this()](std::unique_ptr<Connection> connection) {
    auto self = weak.lock();
    if (!self) return;
    auto shared = std::make_shared<std::unique_ptr<Connection>>(std::move(connection));
    self->post([self = self.get(), shared] { self->accept(std::move(*shared)); });
  });
  post([this] { wait_for_deployment(); });
  log(fmt::format("listening job={} attempt={}", options_.job_id, options_.attempt));
  return Done{};
}

// What is under way on other threads uses what goes with this object, so it comes to its end first.
void WorkerCore::shut_down(std::function<void()> done) {
  post([this, done = std::move(done)] {
    is_leaving_ = has_exited_ = true;
    listener_.reset();
    reader_.reset();
    for (const SessionRef& session : std::exchange(sessions_, {})) session->connection->close();
    deploying_ = 0;
    awaiting_deployment_.clear();
    on_shut_down_ = done;
    if (job_ && !has_ended_) job_->job().cancel();
    finish_shut_down();
  });
}

void WorkerCore::finish_shut_down() {
  if (!on_shut_down_ || being_made_ > 0 || is_writing_final_ || (job_ && !has_ended_)) return;
  job_.reset();
  Status removed = directory_.remove_spill();
  if (!removed) log(removed.error().message);
  lock_.reset();
  std::exchange(on_shut_down_, nullptr)();
}

// ---- Connections

void WorkerCore::accept(std::unique_ptr<Connection> connection) {
  if (is_leaving_ || sessions_.size() >= kSessionsMax) return;
  auto session = std::make_shared<WorkerSession>();
  session->connection = std::make_shared<FrameConnection>(std::move(connection), kSmallMessageBytesMax);
  sessions_.push_back(session);
  session->timer = post_after(kHelloMsMax, [this, session] {
    if (session->attempt == 0) reject(session, "it did not say hello");
  });
  std::weak_ptr<WorkerCore> weak = weak_from_this();
  auto posted = [weak](auto work) {
    if (auto self = weak.lock()) self->post([self = self.get(), work = std::move(work)] { work(*self); });
  };
  session->connection->start({
      [posted, session](std::string bytes) {
        posted([session, bytes = std::move(bytes)](WorkerCore& core) { core.on_message(session, bytes); });
      },
      [posted, session](const Error& why) {
        posted([session, why](WorkerCore& core) { core.on_closed(session, why); });
      },
      [posted] { posted([](WorkerCore& core) { core.pump(); }); },
  });
}

void WorkerCore::on_message(const SessionRef& session, const std::string& bytes) {
  if (session->is_closing) return;
  wire::ToWorker message;
  if (!message.ParseFromString(bytes) || message.body_case() == wire::ToWorker::BODY_NOT_SET) {
    return reject(session, "it sent what is no message");
  }
  if (message.job_id() != options_.job_id) {
    refuse(session, message.request(),
           fail(ErrorCode::JobNotFound, "this worker runs job `{}`", options_.job_id).error);
    return close_when_sent(session);
  }
  if (message.attempt() < attempt_) return fence(session, message.request());
  if (message.has_hello()) return on_hello(session, message.request(), message.attempt(), message.hello());
  if (session->attempt == 0) return reject(session, "it did not say hello first");
  if (message.attempt() != session->attempt) return reject(session, "its attempt changed");
  on_request(session, message);
}

void WorkerCore::reject(const SessionRef& session, const std::string& why) {
  session->connection->close();
  on_closed(session, {ErrorCode::NetworkError, why, {}, {}});
}

void WorkerCore::on_closed(const SessionRef& session, const Error& why) {
  if (std::erase(sessions_, session) == 0) return;
  session->is_closing = true;
  log(fmt::format("connection closed attempt={} why=\"{}\"", session->attempt, why.message));
  options_.env.executor->cancel(session->timer);
  if (reader_ == session) reader_.reset();
  if (is_leaving_ && sessions_.empty()) return exit();
  if (sessions_.empty()) wait_for_deployment();
}

void WorkerCore::close_when_sent(const SessionRef& session) {
  if (std::exchange(session->is_closing, true)) return;
  if (reader_ == session) reader_.reset();
  options_.env.executor->cancel(session->timer);
  session->timer =
      post_after(options_.goodbye_ms_max, [this, session] { reject(session, "it did not take the rest"); });
  session->connection->close_when_sent();
}

// ---- Attempts

// A higher attempt counts once it survives a crash: a lower one must not come back behind it. Nothing may be answered
// before, so the strand waits for the file.
void WorkerCore::on_hello(const SessionRef& session, uint64_t request, uint64_t attempt, const wire::Hello& hello) {
  if (hello.protocol() != kWorkerProtocol) {
    refuse(session, request,
           fail(ErrorCode::NotSupportedYet, "protocol {} instead of {}", hello.protocol(), kWorkerProtocol).error);
    return close_when_sent(session);
  }
  if (attempt > attempt_) {
    Status written = directory_.write_attempt(attempt);
    if (!written) return refuse(session, request, written.error());
    take_over(attempt);
  }
  admit(session, request, attempt, hello.heartbeat_ms());
}

void WorkerCore::take_over(uint64_t attempt) {
  log(fmt::format("fenced attempt={} by={}", attempt_, attempt));
  attempt_ = attempt;
  for (const SessionRef& other : std::vector<SessionRef>(sessions_)) {
    if (other->attempt != 0 && other->attempt < attempt) fence(other, 0);
  }
  if (is_final_written_) write_final();
}

void WorkerCore::admit(const SessionRef& session, uint64_t request, uint64_t attempt, uint32_t heartbeat_ms) {
  bool is_first = session->attempt == 0;
  session->attempt = attempt;
  session->heartbeat_ms = heartbeat_ms;
  session->connection->set_message_limit(job_ ? kSmallMessageBytesMax
                                              : jobgraph::kEncodedBytesMax + kSmallMessageBytesMax);
  if (is_first) {
    options_.env.executor->cancel(session->timer);
    session->timer = 0;
    heartbeat(session);
  }
  if (deploying_ == attempt_) return awaiting_deployment_.emplace_back(session, request), void();
  welcome(session, request);
}

void WorkerCore::welcome(const SessionRef& session, uint64_t request) {
  wire::FromWorker message = answer(request);
  wire::Welcome& out = *message.mutable_welcome();
  out.set_protocol(kWorkerProtocol);
  out.set_is_deployed(job_ != nullptr);
  out.set_pid(options_.process_id);
  out.set_has_result(job_ && job_->result() != nullptr);
  if (job_ && job_->result() != nullptr) write_columns(job_->result()->columns(), out);
  if (job_) write_report(report(), *out.mutable_report());
  send(session, message);
}

void WorkerCore::fence(const SessionRef& session, uint64_t request) {
  wire::FromWorker message = answer(request);
  message.mutable_fenced()->set_attempt(attempt_);
  send(session, message);
  close_when_sent(session);
}

// ---- Reports unasked

void WorkerCore::heartbeat(const SessionRef& session) {
  if (session->heartbeat_ms == 0 || session->is_closing) return;
  int64_t ms = std::max(session->heartbeat_ms, kHeartbeatMsMin);
  session->timer = post_after(ms, [this, session] {
    if (session->is_closing) return;
    // A peer that does not read gets no more of them.
    if (session->connection->queued_bytes() < FrameConnection::kQueuedBytesShort) push_report(session, 0);
    heartbeat(session);
  });
}

// The end is told by on_final_written.
void WorkerCore::watch_state() {
  if (!job_ || has_ended_) return;
  JobStatus status = job_->job().status();
  bool is_news = status.state != seen_state_ || status.restarts != seen_restarts_;
  if (is_news && !is_terminal(status.state)) {
    seen_state_ = status.state;
    seen_restarts_ = status.restarts;
    for (const SessionRef& session : sessions_) {
      if (session->attempt != 0) push_report(session, 0);
    }
  }
  post_after(kWatchMs, [this] { watch_state(); });
}

// ---- The end

// A worker without a job and without a gateway is of no use.
void WorkerCore::wait_for_deployment() {
  if (job_ || is_leaving_) return;
  post_after(options_.undeployed_ms_max, [this] {
    if (!job_ && deploying_ == 0 && sessions_.empty()) exit();
  });
}

// A job that was thrown away because its attempt had been fenced ends, too.
void WorkerCore::on_job_end(uint64_t attempt) {
  if (!job_ || attempt != job_attempt_) return;
  has_ended_ = true;
  if (on_shut_down_) return finish_shut_down();
  log(fmt::format("job ended state={}", text_of(job_->job().status().state)));
  write_final();
}

// One at a time. It is found by its attempt, so a new attempt has it written again.
void WorkerCore::write_final() {
  if (std::exchange(is_writing_final_, true)) return;
  auto final = std::make_shared<wire::FinalStatus>();
  final->set_job_id(options_.job_id);
  final->set_attempt(attempt_);
  write_report(report(), *final->mutable_report());
  options_.env.executor->submit(Executor::Pool::Io, [weak = weak_from_this(), final] {
    auto self = weak.lock();
    if (!self) return;
    auto written = std::make_shared<Status>(self->directory_.write_final(*final));
    self->post([self = self.get(), written, final] { self->on_final_written(*written, final->attempt()); });
  });
}

void WorkerCore::on_final_written(const Status& written, uint64_t attempt) {
  is_writing_final_ = false;
  if (on_shut_down_) return finish_shut_down();
  if (written && attempt < attempt_) return write_final();
  if (!written) {
    log(fmt::format("cannot write the final status: {}", written.error().message));
    post_after(kFinalRetryMs, [this] { write_final(); });
    return;
  }
  if (std::exchange(is_final_written_, true)) return;
  ResultBuffer* result = job_->result();
  bool is_wanted = result != nullptr && job_->job().status().state != JobState::Cancelled;
  if (result != nullptr) is_wanted ? result->close() : result->drop();
  is_result_done_ = !is_wanted;
  pump();
  for (const SessionRef& session : sessions_) {
    if (session->attempt != 0) push_report(session, 0);
  }
  last_demand_ns_ = options_.env.clock->monotonic_ns();
  if (is_wanted) keep_result();
  leave_if_done();
}

// The result goes when nobody has acknowledged anything for that long.
void WorkerCore::keep_result() {
  int64_t idle_ms = (options_.env.clock->monotonic_ns() - last_demand_ns_) / 1'000'000;
  if (idle_ms >= result_keep_ms_) {
    log("the result is given up: nobody reads it");
    is_result_done_ = true;
    return leave_if_done();
  }
  post_after(result_keep_ms_ - idle_ms, [this] { keep_result(); });
}

void WorkerCore::leave_if_done() {
  if (is_final_written_ && is_result_done_) leave();
}

void WorkerCore::leave() {
  if (std::exchange(is_leaving_, true)) return;
  if (sessions_.empty()) return exit();
  for (const SessionRef& session : std::vector<SessionRef>(sessions_)) close_when_sent(session);
  post_after(options_.goodbye_ms_max, [this] { exit(); });
}

void WorkerCore::exit() {
  if (std::exchange(has_exited_, true)) return;
  is_leaving_ = true;
  log("exit");
  if (options_.on_exit) options_.on_exit();
}

}  // namespace sluice::runtime
