#pragma once
// The worker's state and everything that changes it. Runs on one strand: connections, the job and timers post to it.
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "runtime/job/strand.h"
#include "runtime/worker/frame_connection.h"
#include "runtime/worker/hosted_job.h"
#include "runtime/worker/job_directory.h"
#include "runtime/worker/wire.h"

namespace sluice::runtime {

// One connection of a gateway.
struct WorkerSession {
  std::shared_ptr<FrameConnection> connection;
  uint64_t attempt = 0;  // 0: it has not said hello.
  uint32_t heartbeat_ms = 0;
  uint64_t timer = 0;       // Before hello its deadline, then the heartbeat; 0: none.
  uint64_t until = 0;       // Credit, while it is the reader.
  bool is_closing = false;  // Or gone.
};
using SessionRef = std::shared_ptr<WorkerSession>;

class WorkerCore final : public std::enable_shared_from_this<WorkerCore> {
 public:
  static constexpr size_t kSessionsMax = 64;
  static constexpr size_t kSmallMessageBytesMax = 64U << 10;  // Of everything but a deployment.

  WorkerCore(std::unique_ptr<FileLock> lock, WorkerServerOptions options);

  // Any thread.
  Status listen();
  void shut_down(std::function<void()> done);

 private:
  // ---- worker_core.cc: connections, attempts, the end
  void post(std::function<void()> work);
  uint64_t post_after(int64_t ms, std::function<void()> work);
  void accept(std::unique_ptr<Connection> connection);
  void on_message(const SessionRef& session, const std::string& bytes);
  void on_closed(const SessionRef& session, const Error& why);
  void reject(const SessionRef& session, const std::string& why);
  void on_hello(const SessionRef& session, uint64_t request, uint64_t attempt, const wire::Hello& hello);
  void take_over(uint64_t attempt);
  void admit(const SessionRef& session, uint64_t request, uint64_t attempt, uint32_t heartbeat_ms);
  void welcome(const SessionRef& session, uint64_t request);
  void fence(const SessionRef& session, uint64_t request);
  void close_when_sent(const SessionRef& session);
  void heartbeat(const SessionRef& session);
  void watch_state();
  void wait_for_deployment();
  void on_job_end(uint64_t attempt);
  void write_final();
  void on_final_written(const Status& written, uint64_t attempt);
  void keep_result();
  void leave_if_done();
  void leave();
  void exit();
  void finish_shut_down();

  // ---- worker_requests.cc: what is asked
  void on_request(const SessionRef& session, const wire::ToWorker& message);
  void deploy(const SessionRef& session, uint64_t request, const wire::Deploy& deploy);
  void on_deployed(const SessionRef& session, uint64_t request, uint64_t attempt,
                   Result<std::unique_ptr<HostedJob>> hosted);
  void begin_barrier();
  void pass_barrier();
  void end_barrier();
  void trigger_checkpoint(const SessionRef& session, uint64_t request);
  void stop_with_savepoint(const SessionRef& session, uint64_t request, const std::string& directory);
  void cancel(const SessionRef& session, uint64_t request);
  void read_result(const SessionRef& session, uint64_t request, const wire::ReadResult& read);
  void on_demand(const SessionRef& session, const wire::ResultDemand& demand);
  void pump();
  WorkerReport report() const;
  void push_report(const SessionRef& session, uint64_t request);
  wire::FromWorker answer(uint64_t request) const;
  void send(const SessionRef& session, const wire::FromWorker& message);
  void refuse(const SessionRef& session, uint64_t request, const Error& error);
  void log(const std::string& line) const {
    if (options_.log) options_.log(line);
  }

  const WorkerServerOptions options_;
  const JobDirectory directory_;
  std::unique_ptr<FileLock> lock_;
  std::shared_ptr<Strand> strand_;
  std::unique_ptr<Listener> listener_;
  uint64_t attempt_;  // The highest seen.

  std::vector<SessionRef> sessions_;
  SessionRef reader_;
  std::vector<std::pair<SessionRef, uint64_t>> awaiting_deployment_;  // Hellos whose answer depends on it.

  std::unique_ptr<HostedJob> job_;
  uint64_t job_attempt_ = 0;  // That deployed it.
  uint32_t being_made_ = 0;   // Jobs on the Io pool; more than one when the first one's attempt has been fenced.
  uint64_t deploying_ = 0;    // The attempt whose job is being taken on; 0: none.
  JobState seen_state_ = JobState::Created;
  uint64_t seen_restarts_ = 0;
  int64_t result_keep_ms_ = 0;
  int64_t last_demand_ns_ = 0;
  std::atomic<bool> is_pump_posted_ = false;
  uint32_t barriers_asked_for_ = 0;
  bool is_passing_barriers_ = false;
  bool has_ended_ = false;
  bool is_writing_final_ = false;
  bool is_final_written_ = false;
  bool is_result_done_ = false;
  bool is_leaving_ = false;
  bool has_exited_ = false;
  std::function<void()> on_shut_down_;
};

}  // namespace sluice::runtime
