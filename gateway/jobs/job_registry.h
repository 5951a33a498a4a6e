#pragma once
// All jobs of a gateway. Thread-safe; calls block.
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "gateway/jobs/tracked_job.h"
#include "planner/jobgraph/jobgraph.h"

namespace sluice::gateway {

struct NewJob {
  JobKind kind = JobKind::Insert;
  bool is_name_chosen = false;  // By the author, and not made up from the statement.
  jobgraph::JobGraph graph;
  uint32_t parallelism = 0;
  std::string restore_from;
  std::vector<planner::ScriptFile> script;
};

struct SubmittedJob {
  std::shared_ptr<TrackedJob> job;
  bool is_started = false;
};

class JobRegistry {
 public:
  static constexpr size_t kJobsMax = 10'000;  // Those that have ended and are still listed included.

  explicit JobRegistry(const JobHost& host) : host_(host), warm_(host) {}

  const Env& env() const { return host_.env; }

  // Takes up what earlier gateways have left. `refused` gets what cannot be read.
  Status load(std::vector<std::string>& refused);

  // Records the job and starts it; one that could not be started has ended. Two jobs that live at the same time have
  // different names, because their checkpoints lie under them: a SELECT without a chosen name gets a free one.
  Result<SubmittedJob> submit(NewJob job);

  // By id, by the beginning of an id, or by the name of a job; of several with the name the one that has not ended.
  Result<std::shared_ptr<TrackedJob>> find(const std::string& text) const;
  // By creation.
  std::vector<std::shared_ptr<TrackedJob>> list() const;

  // The gateway is about to end: clients that go from now on go because of that, and their SELECTs go on.
  void leave();
  bool is_leaving() const { return is_leaving_; }

 private:
  Result<std::shared_ptr<TrackedJob>> create(NewJob job, const std::string& id);
  void adopt(const std::vector<std::shared_ptr<TrackedJob>>& jobs);
  Status choose_name(NewJob& job) const;
  bool is_name_taken(const jobgraph::JobGraph& graph, const std::string& name) const;
  Status forget_oldest_ended();

  struct Entry {
    std::shared_ptr<TrackedJob> job;
    std::string checkpoints;  // execution.checkpointing.dir
  };

  const JobHost& host_;
  WarmWorkerPool warm_;
  std::atomic<bool> is_leaving_ = false;
  mutable std::mutex mutex_;
  std::vector<Entry> jobs_;  // By creation.
};

}  // namespace sluice::gateway
