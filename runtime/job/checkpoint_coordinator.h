#pragma once
// Takes the checkpoints of one attempt: trigger -> barriers at sources -> snapshots of all tasks -> manifest durable ->
// published by every sink -> done. One at a time: N+1 is not triggered before N is published everywhere.
//
// Lives on the job's strand; files and sinks are worked on in the Io pool.
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "runtime/checkpoint/checkpoint_directory.h"
#include "runtime/job/job_plan.h"
#include "runtime/job/job_status.h"
#include "runtime/job/strand.h"
#include "runtime/task/task.h"

namespace sluice::runtime {

// What the coordinator asks of the attempt it belongs to.
class CheckpointHost {
 public:
  virtual ~CheckpointHost() = default;
  virtual void trigger_tasks(BarrierRequest request) = 0;
  virtual void on_checkpoint_failed(Failure failure) = 0;
  virtual void on_checkpoint_completed(const CheckpointStats& stats) = 0;
};

// A checkpoint that somebody asks for. With `savepoint`, it is exported to that path as well.
struct CheckpointRequest {
  bool stops_sources = false;
  bool is_final = false;
  std::string savepoint;
  std::function<void(Result<CheckpointId>)> done;
};

// The one that is being taken.
struct RunningCheckpoint {
  CheckpointRequest request;
  CheckpointId id = 0;
  int64_t begin_ns = 0;
  std::map<std::string, TaskSnapshot> snapshots;  // By task.
  bool is_completing = false;                     // In the Io pool.
  uint64_t timeout = 0;
};

class CheckpointCoordinator {
 public:
  struct Options {
    Env env;
    std::shared_ptr<const JobPlan> plan;
    std::shared_ptr<CheckpointDirectory> directory;
    std::shared_ptr<Strand> strand;
    SinkTable sinks;
    CheckpointId next_id = 1;
    size_t tasks = 0;
    std::set<std::string> known_files;  // Segments of the checkpoint that was restored.
    CheckpointStats stats;              // Of the attempts before.
    SourceTable sources;
    std::map<std::string, std::vector<std::string>> kept;  // By uid: what sinks of other connectors have said.
  };
  CheckpointCoordinator(Options options, CheckpointHost& host) : options_(std::move(options)), host_(host) {}
  ~CheckpointCoordinator() { *alive_ = false; }
  CheckpointCoordinator(const CheckpointCoordinator&) = delete;

  // Periodic checkpoints from now on.
  void start();
  // One more, as soon as none is running.
  void request(CheckpointRequest request);
  void on_snapshot(const std::string& task, CheckpointId id, Result<TaskSnapshot> snapshot);
  // No checkpoint is begun any more. `drained` is called when none is worked on, at once if so; requests fail.
  void close(std::function<void()> drained);

 private:
  void schedule();
  void begin(CheckpointRequest request);
  void complete();
  void end(uint64_t bytes);
  void fail_running(Failure failure);
  Manifest make_manifest(const RunningCheckpoint& running) const;
  uint64_t new_bytes(const Manifest& manifest);
  int64_t now_ns() const { return options_.env.clock->monotonic_ns(); }
  // Posts to the strand, unless this coordinator is gone by then.
  std::function<void()> later(std::function<void()> work);

  Options options_;
  CheckpointHost& host_;
  std::optional<RunningCheckpoint> running_;
  std::deque<CheckpointRequest> requests_;
  bool is_started_ = false;
  bool is_closed_ = false;
  int64_t next_due_ns_ = 0;
  uint64_t timer_ = 0;
  std::function<void()> drained_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // Read and written on the strand only.
};

}  // namespace sluice::runtime
