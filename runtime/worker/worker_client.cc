#include "runtime/worker/worker_client.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <utility>

#include <fmt/format.h>

#include "runtime/worker/frame_connection.h"
#include "runtime/worker/job_directory.h"
#include "runtime/worker/result_rows.h"
#include "runtime/worker/wire.h"

namespace sluice::runtime {
namespace {

constexpr size_t kMessageBytesMax = 1U << 30;  // A row may be large, and the worker is ours.
constexpr uint32_t kHeartbeatsMissedMax = 10;

// What callbacks of the connection and callers share; callbacks hold it weakly.
class Line final : public std::enable_shared_from_this<Line> {
 public:
  explicit Line(WorkerClientOptions options) : options_(std::move(options)) {}

  Status open() {
    JobDirectory directory(options_.env, options_.directory);
    Result<std::unique_ptr<Connection>> connection = options_.env.network->connect(directory.socket_address());
    if (!connection) {
      return fail(ErrorCode::WorkerLost, "no worker of job `{}` answers: {}", options_.job_id,
                  connection.error().message);
    }
    connection_ = std::make_shared<FrameConnection>(*std::move(connection), kMessageBytesMax);
    std::weak_ptr<Line> weak = weak_from_this();
    connection_->start({
        [weak](const std::string& bytes) {
          if (auto self = weak.lock()) self->on_message(bytes);
        },
        [weak](const Error& why) {
          if (auto self = weak.lock()) self->lose(fail(ErrorCode::WorkerLost, "{}", why.message).error);
        },
        [] {},
    });
    return Done{};
  }

  // No callback of the options is under way behind it.
  void close() {
    connection_->close();
    {
      std::lock_guard lock(mutex_);
      options_.env.executor->cancel(std::exchange(timer_, 0));
      is_closed_ = true;
    }
    std::lock_guard wait(callback_mutex_);
  }

  // Sends the request and waits for its answer.
  Result<wire::FromWorker> ask(wire::ToWorker message, int64_t timeout_ms) {
    std::unique_lock lock(mutex_);
    if (lost_) return Failure{*lost_};
    uint64_t request = ++last_request_;
    if (message.has_read_result()) read_request_ = request;
    answers_[request] = std::nullopt;
    lock.unlock();
    message.set_request(request);
    tell(message);
    lock.lock();
    bool is_answered = changed_.wait_for(lock, std::chrono::milliseconds(timeout_ms),
                                         [&] { return answers_[request].has_value() || lost_; });
    std::optional<wire::FromWorker> answer = std::move(answers_[request]);
    answers_.erase(request);
    if (answer && answer->has_failure()) return Failure{read_error(answer->failure())};
    if (answer) return *std::move(answer);
    if (is_answered) return Failure{*lost_};
    return fail(ErrorCode::WorkerLost, "the worker of job `{}` has not answered within {} ms", options_.job_id,
                timeout_ms);
  }

  void tell(wire::ToWorker& message) {
    message.set_job_id(options_.job_id);
    message.set_attempt(options_.attempt);
    connection_->send(message.SerializeAsString());
  }

  void watch() {
    if (options_.heartbeat_ms == 0) return;
    std::lock_guard lock(mutex_);
    last_heard_ns_ = options_.env.clock->monotonic_ns();
    arm_watch();
  }

  void begin_result(uint64_t window_rows) {
    std::lock_guard lock(mutex_);
    items_.clear();
    has_reader_ = true;
    is_replaced_ = false;
    window_rows_ = std::max<uint64_t>(window_rows, 1);
    // From any position on: the worker answers with where it begins, and credit follows what has been taken.
    taken_ = until_ = acknowledged_ = 0;
  }
  void set_credit(uint64_t until) {
    std::lock_guard lock(mutex_);
    until_ = std::max(until_, until);
  }

  Result<ResultItem> next(int64_t timeout_ms, const RowSchema& columns) {
    wire::FromWorker item;
    {
      std::unique_lock lock(mutex_);
      if (!has_reader_) return fail(ErrorCode::JobNotFound, "the result is not being read");
      changed_.wait_for(lock, std::chrono::milliseconds(timeout_ms),
                        [this] { return !items_.empty() || lost_ || is_replaced_; });
      if (items_.empty()) {
        if (is_replaced_) return fail(ErrorCode::Fenced, "another reader has taken the result over");
        if (lost_) return Failure{*lost_};
        return ResultItem(NothingYet{});
      }
      item = std::move(items_.front());
      items_.pop_front();
    }
    return item_of(item, columns);
  }

  void acknowledge(uint64_t position) {
    std::unique_lock lock(mutex_);
    acknowledged_ = std::max(acknowledged_, position);
    send_demand(std::move(lock));
  }

  const WorkerClientOptions& options() const { return options_; }

 private:
  Result<ResultItem> item_of(const wire::FromWorker& item, const RowSchema& columns) {
    if (item.has_rows()) {
      const wire::ResultRows& rows = item.rows();
      ResultRows out{rows.position(), rows.subtask(), {}};
      SLUICE_TRY(out.changes, decode_rows(rows.rows(), rows.count(), columns));
      std::unique_lock lock(mutex_);
      taken_ = rows.position() + rows.count();
      if (taken_ + window_rows_ / 2 >= until_) {
        until_ = taken_ + window_rows_;
        send_demand(std::move(lock));
      }
      return ResultItem(std::move(out));
    }
    if (item.has_restarted()) {
      ResultRestarted out{item.restarted().position(), {}};
      constexpr uint32_t kSubtasksMax = 1U << 15;
      for (const auto& kept : item.restarted().kept()) {
        if (kept.subtask() >= kSubtasksMax) return fail(ErrorCode::NetworkError, "there is no such subtask");
        if (out.kept.size() <= kept.subtask()) out.kept.resize(kept.subtask() + 1);
        out.kept[kept.subtask()] = kept.rows();
      }
      return ResultItem(std::move(out));
    }
    return ResultItem(ResultEnd{item.end().position()});
  }

  bool is_closed() const {
    std::lock_guard lock(mutex_);
    return is_closed_;
  }

  void send_demand(std::unique_lock<std::mutex> lock) {
    wire::ToWorker message;
    message.mutable_result_demand()->set_acknowledged(acknowledged_);
    message.mutable_result_demand()->set_until(until_);
    lock.unlock();
    tell(message);
  }

  void on_message(const std::string& bytes) {
    wire::FromWorker message;
    if (!message.ParseFromString(bytes) || message.body_case() == wire::FromWorker::BODY_NOT_SET) {
      return lose(fail(ErrorCode::WorkerLost, "the worker of job `{}` sent what is no message", options_.job_id).error);
    }
    if (message.has_fenced()) {
      return lose(fail(ErrorCode::Fenced, "attempt {} of job `{}` is fenced by attempt {}", options_.attempt,
                       options_.job_id, message.fenced().attempt())
                      .error);
    }
    if (message.request() == 0 && message.has_report()) on_report(message.report());
    std::lock_guard lock(mutex_);
    last_heard_ns_ = options_.env.clock->monotonic_ns();
    if (message.request() != 0) {
      if (message.request() == read_request_) items_.clear();  // What is left of an earlier reading.
      auto waiting = answers_.find(message.request());
      if (waiting != answers_.end()) waiting->second = std::move(message);
    } else if (message.has_reader_replaced()) {
      is_replaced_ = true;
    } else if (message.has_rows() || message.has_restarted() || message.has_end()) {
      items_.push_back(std::move(message));
    }
    changed_.notify_all();
  }

  void on_report(const wire::JobReport& message) {
    Result<WorkerReport> report = read_report(message);
    if (!report) return;
    if (is_terminal(report->status.state)) {
      std::lock_guard lock(mutex_);
      is_ended_ = true;
    }
    bool is_about_a_job = !report->status.id.empty();
    std::lock_guard lock(callback_mutex_);
    if (options_.on_report && is_about_a_job && !is_closed()) options_.on_report(*report);
  }

  // The first reason stays. Rows that have arrived can still be taken.
  void lose(const Error& why) {
    bool is_told = false;
    {
      std::lock_guard lock(mutex_);
      if (lost_ || is_closed_) return;
      lost_ = why;
      is_told = !is_ended_ || why.code == ErrorCode::Fenced;
    }
    connection_->close();
    changed_.notify_all();
    std::lock_guard lock(callback_mutex_);
    if (is_told && options_.on_lost && !is_closed()) options_.on_lost(why);
  }

  void arm_watch() {
    int64_t limit_ns = int64_t{options_.heartbeat_ms} * kHeartbeatsMissedMax * 1'000'000;
    timer_ = options_.env.executor->submit_at(last_heard_ns_ + limit_ns, [weak = weak_from_this(), limit_ns] {
      auto self = weak.lock();
      if (!self) return;
      bool is_silent = false;
      {
        std::lock_guard lock(self->mutex_);
        if (self->lost_ || self->is_closed_) return;
        is_silent = self->options_.env.clock->monotonic_ns() - self->last_heard_ns_ >= limit_ns;
        if (!is_silent) self->arm_watch();
      }
      if (!is_silent) return;
      self->options_.env.executor->submit(Executor::Pool::Io, [self] {
        self->lose(fail(ErrorCode::WorkerLost, "the worker of job `{}` is silent", self->options_.job_id).error);
      });
    });
  }

  const WorkerClientOptions options_;
  std::shared_ptr<FrameConnection> connection_;
  std::mutex callback_mutex_;  // Held while the options' callbacks run; taken before the other one.
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<uint64_t, std::optional<wire::FromWorker>> answers_;  // Of requests under way.
  uint64_t last_request_ = 0;
  uint64_t read_request_ = 0;           // The last that asked for the result.
  std::deque<wire::FromWorker> items_;  // Of the result; bounded by the credit.
  std::optional<Error> lost_;
  bool has_reader_ = false, is_replaced_ = false, is_ended_ = false, is_closed_ = false;
  uint64_t window_rows_ = 1, taken_ = 0, until_ = 0, acknowledged_ = 0;
  int64_t last_heard_ns_ = 0;
  uint64_t timer_ = 0;
};

class LineClient final : public WorkerClient {
 public:
  explicit LineClient(std::shared_ptr<Line> line) : line_(std::move(line)) {}
  ~LineClient() override { line_->close(); }

  Status hello() {
    wire::ToWorker message;
    message.mutable_hello()->set_protocol(kWorkerProtocol);
    message.mutable_hello()->set_heartbeat_ms(line_->options().heartbeat_ms);
    SLUICE_TRY(wire::FromWorker answer, ask(message));
    const wire::Welcome& in = answer.welcome();
    WorkerWelcome welcome;
    welcome.is_deployed = in.is_deployed();
    welcome.pid = in.pid();
    welcome.has_result = in.has_result();
    SLUICE_TRY(welcome.result_columns, read_columns(in));
    if (in.is_deployed()) {
      SLUICE_TRY(welcome.report, read_report(in.report()));
    }
    welcome_ = std::move(welcome);
    return Done{};
  }

  const WorkerWelcome& welcome() const override { return welcome_; }

  Status deploy(const DeployRequest& request) override {
    wire::ToWorker message;
    wire::Deploy& deploy = *message.mutable_deploy();
    deploy.set_job_graph(request.job_graph);
    deploy.set_parallelism(request.parallelism);
    deploy.set_restore_from(request.restore_from);
    deploy.set_object_cache(request.object_cache);
    deploy.set_result_keep_ms(static_cast<uint64_t>(std::max<int64_t>(request.result_keep_ms, 0)));
    SLUICE_DO(ask(message));
    return hello();  // The result's columns.
  }

  Result<WorkerReport> report() override {
    wire::ToWorker message;
    message.mutable_get_report();
    SLUICE_TRY(wire::FromWorker answer, ask(message));
    return read_report(answer.report());
  }

  Result<CheckpointId> trigger_checkpoint(int64_t timeout_ms) override {
    wire::ToWorker message;
    message.mutable_trigger_checkpoint();
    SLUICE_TRY(wire::FromWorker answer, line_->ask(std::move(message), timeout_ms));
    return CheckpointId{answer.checkpoint_taken().id()};
  }

  Result<std::string> stop_with_savepoint(const std::string& directory, int64_t timeout_ms) override {
    wire::ToWorker message;
    message.mutable_stop_with_savepoint()->set_directory(directory);
    SLUICE_TRY(wire::FromWorker answer, line_->ask(std::move(message), timeout_ms));
    return answer.savepoint_taken().path();
  }

  Status cancel() override {
    wire::ToWorker message;
    message.mutable_cancel();
    SLUICE_DO(ask(message));
    return Done{};
  }

  Status read_result(uint64_t from, uint64_t window_rows) override {
    line_->begin_result(window_rows);
    wire::ToWorker message;
    wire::ReadResult& read = *message.mutable_read_result();
    read.set_from_first_kept(from == kFirstKept);
    if (from == kFirstKept) {
      SLUICE_TRY(WorkerReport now, report());
      from = now.result_acknowledged;
    } else {
      read.set_from(from);
    }
    line_->set_credit(from + window_rows);
    read.set_until(from + window_rows);
    SLUICE_DO(ask(message));
    return Done{};
  }

  Result<ResultItem> next_result(int64_t timeout_ms) override {
    return line_->next(timeout_ms, welcome_.result_columns);
  }
  void acknowledge(uint64_t position) override { line_->acknowledge(position); }

 private:
  Result<wire::FromWorker> ask(wire::ToWorker message) {
    return line_->ask(std::move(message), line_->options().timeout_ms);
  }

  std::shared_ptr<Line> line_;
  WorkerWelcome welcome_;
};

}  // namespace

Result<std::unique_ptr<WorkerClient>> WorkerClient::connect(WorkerClientOptions options) {
  auto line = std::make_shared<Line>(std::move(options));
  SLUICE_DO(line->open());
  auto client = std::make_unique<LineClient>(line);
  SLUICE_DO(client->hello());
  line->watch();
  return std::unique_ptr<WorkerClient>(std::move(client));
}

}  // namespace sluice::runtime
