#pragma once
// One job of the gateway: its worker process is started, watched, spoken to and, when it dies, started again from the
// newest checkpoint of the job. What it must remember is on disk before it is done, so the object may go at any time,
// with the whole gateway, and the next one takes up where the disk and the worker are.
#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "gateway/jobs/job_store.h"
#include "gateway/jobs/job_view.h"
#include "gateway/jobs/warm_worker.h"
#include "runtime/job/restart_strategy.h"
#include "runtime/worker/worker_client.h"

namespace sluice::gateway {

// Thread-safe. Calls block, and must not come from the Io pool, which carries the workers' answers; watching happens on
// the State pool.
class TrackedJob : public std::enable_shared_from_this<TrackedJob> {
 public:
  TrackedJob(const JobHost& host, JobDefinition definition, JobFate fate);

  const JobDefinition& definition() const { return *definition_; }
  JobView view() const;
  bool is_ended() const;

  // Hands the job, whose definition is on disk, to its first worker: the one that waits for it, or a new one. A failure
  // is the job's end, too.
  Status start(std::unique_ptr<runtime::WorkerClient> warm_line);
  // For a job that an earlier gateway has left: finds out what became of it, and takes it up.
  void adopt();

  // Returns when the worker has been told. A job that has ended is a failure.
  Status cancel();
  // Returns when the savepoint is complete.
  Result<std::string> stop_with_savepoint(const std::string& directory, int64_t timeout_ms);
  // True when the job has ended.
  bool wait_for_end_ms(int64_t timeout_ms) const;

  // A line of its own to the worker for whoever reads the result of a SELECT; also behind the job's end, as long as the
  // result is kept. A new reader takes over from the one before.
  Result<std::shared_ptr<runtime::WorkerClient>> connect_reader();
  // Lets the worker of a job that was cancelled go, unless somebody reads its result. Returns when it did, or after
  // some seconds.
  void discard_result();

 private:
  using Lock = std::unique_lock<std::mutex>;
  static constexpr int64_t kConnectTimeoutMs = 2000;  // To a worker that should be there.

  // ---- One worker
  Status launch(bool has_worker);
  Result<std::shared_ptr<runtime::WorkerClient>> start_worker();
  runtime::WorkerClientOptions line_options(int64_t timeout_ms) const;
  Result<std::shared_ptr<runtime::WorkerClient>> connect(int64_t timeout_ms);
  void take_over(const std::shared_ptr<runtime::WorkerClient>& client);
  Result<runtime::DeployRequest> deploy_request();
  void on_report(uint64_t attempt, const runtime::WorkerReport& report);
  void on_lost(uint64_t attempt);

  // ---- Watching
  void check_worker();
  void check_worker_later();
  void on_worker_died();
  bool restart_after(const Error& cause);
  void relaunch();
  Result<bool> has_own_checkpoint();

  // With mutex_ held.
  bool advance(JobState to);
  void take_report(const runtime::WorkerReport& report);
  void forget_report();
  void end_as(JobState state, std::optional<Error> cause);
  void save_fate();

  void save_deployed();

  void later_ms(int64_t delay_ms, void (TrackedJob::*what)());

  const JobHost& host_;
  std::shared_ptr<const JobDefinition> definition_;
  SourceText source_;

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  JobState state_ = JobState::Created;
  JobFate fate_;
  runtime::WorkerReport report_;
  // What the workers before have counted. A gateway that takes the job up begins anew.
  runtime::JobMetrics metrics_before_;
  runtime::CheckpointStats checkpoints_before_;
  uint64_t restarts_before_ = 0;
  uint64_t worker_pid_ = 0;
  std::shared_ptr<runtime::WorkerClient> client_;
  std::atomic<int> readers_ = 0;
  // Somebody is starting, looking for or about to replace the worker: there is one such at a time.
  bool is_attended_ = false;
  bool is_lost_ = false;                                // The line broke while it was attended to.
  std::unique_ptr<runtime::RestartStrategy> restarts_;  // Made when a worker has died.
};

}  // namespace sluice::gateway
