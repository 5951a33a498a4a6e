#pragma once
// One job from start to its terminal state: attempts, checkpoints, restarts. Everything happens on a strand; tasks and
// the Io pool post to it.
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "runtime/job/attempt_preparation.h"
#include "runtime/job/checkpoint_coordinator.h"
#include "runtime/job/deployment.h"
#include "runtime/job/restart_strategy.h"

namespace sluice::runtime {

class JobExecution final : public TaskListener,
                           public CheckpointHost,
                           public std::enable_shared_from_this<JobExecution> {
 public:
  JobExecution(EngineOptions engine, std::shared_ptr<const JobPlan> plan);

  // Any thread.
  void start();
  void cancel();
  void stop_with_savepoint(const std::string& directory, SavepointDone done);
  void trigger_checkpoint(std::function<void(Result<CheckpointId>)> done);
  void on_end(std::function<void()> done);
  JobStatus status() const;
  JobMetrics metrics() const;
  void abandon();

 private:
  // Tasks' threads.
  void on_opened(Task& task) override;
  void on_failed(Task& task, Failure failure) override;
  void on_ended(Task& task) override;
  void on_snapshot(Task& task, CheckpointId id, Result<TaskSnapshot> snapshot) override;
  void on_closed(Task& task) override;
  // The strand.
  void trigger_tasks(BarrierRequest request) override;
  void on_checkpoint_failed(Failure failure) override;
  void on_checkpoint_completed(const CheckpointStats& stats) override;

  // Why the attempt comes to its end.
  enum class Ending : uint8_t { None, Finish, Fail, Cancel, Stop };

  void begin_attempt();
  void on_prepared(Result<PreparedAttempt> prepared);
  void deploy(PreparedAttempt prepared);
  void on_all_opened();
  void on_all_ended();
  void end_attempt(Ending ending, std::optional<Failure> cause);
  void close_step();
  void attempt_over();
  void restart_or_fail();
  Status may_take_savepoint() const;
  void refuse_waiting_stops();
  void begin_savepoint(const std::string& path, const SavepointDone& done);
  void settle(JobState state);
  void set_state(JobState state);
  void post(std::function<void()> work);
  void post_of_attempt(uint64_t attempt, std::function<void()> work);

  EngineOptions engine_;
  std::shared_ptr<const JobPlan> plan_;
  std::shared_ptr<Strand> strand_;
  std::shared_ptr<JobMemory> memory_;
  std::unique_ptr<RestartStrategy> restarts_;

  bool is_started_ = false;
  std::shared_ptr<JobExecution> self_;  // While it runs: tasks and timers point here.
  uint64_t attempt_ = 0;
  // What the job started from, and the first id of its own checkpoints.
  bool has_chosen_ = false;
  std::shared_ptr<const RestoreSource> initial_;
  CheckpointId own_from_ = 0;
  std::unique_ptr<FileLock> lock_;  // On the directory of checkpoints, over all attempts.
  std::unique_ptr<CheckpointCoordinator> coordinator_;
  size_t opened_ = 0, ended_ = 0, closed_ = 0;
  bool is_preparing_ = false;
  bool is_drained_ = false;  // No checkpoint is worked on any more.
  Ending ending_ = Ending::None;
  std::optional<Failure> cause_;
  uint64_t restart_timer_ = 0;
  std::string savepoint_;                                             // Of a stop that has succeeded.
  std::vector<std::pair<std::string, SavepointDone>> waiting_stops_;  // Asked for before anything ran.
  std::vector<std::function<void()>> on_end_;

  mutable std::mutex mutex_;  // Guards what follows.
  JobStatus status_;
  std::shared_ptr<Deployment> deployment_;
  JobMetrics ended_metrics_;  // Of the attempts before.
};

}  // namespace sluice::runtime
