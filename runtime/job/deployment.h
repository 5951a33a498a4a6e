#pragma once
// One attempt of a job: its tasks and the channels between them.
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "runtime/job/job_plan.h"
#include "runtime/state/state_memory.h"
#include "runtime/task/source_reader.h"
#include "runtime/task/task.h"

namespace sluice::runtime {

// Memory and session of a job; outlives its attempts, and what is left of them on other threads.
struct JobMemory {
  JobMemory(uint64_t state_budget, Executor* executor) : state(state_budget, executor) {}
  BufferPool buffers;
  StateMemory state;
  std::string time_zone;
  SessionContext session;  // Points to `time_zone`.
};

struct DeploymentOptions {
  EngineOptions engine;
  std::shared_ptr<const JobPlan> plan;
  std::shared_ptr<JobMemory> memory;
  uint64_t attempt = 0;
  std::string shared_directory;  // Of the checkpoints; empty: none are taken.
  std::string spill_directory;
  std::shared_ptr<const RestoreSource> restore;
  std::map<uint32_t, SplitList> splits;  // Per source operator.
  SinkTable sinks;
  TaskListener* listener = nullptr;
};

class Deployment {
 public:
  explicit Deployment(DeploymentOptions options);
  Deployment(const Deployment&) = delete;

  const std::vector<std::shared_ptr<Task>>& tasks() const { return tasks_; }
  void start();
  JobMetrics metrics() const;

 private:
  // Where an operator's input comes from.
  struct InputRef {
    const jobgraph::Operator* from = nullptr;
    bool is_inside = false;  // Of the same fragment.
  };
  struct NodeMetrics {
    const jobgraph::Operator* op = nullptr;
    uint32_t subtask = 0;
    std::unique_ptr<Metrics> metrics;
  };

  void make_channels();
  void make_task(const jobgraph::Fragment& fragment, uint32_t subtask);
  void connect_channels();
  OperatorContext make_context(const jobgraph::Fragment& fragment, const jobgraph::Operator& op, uint32_t subtask);
  std::vector<TaskInput> task_inputs(const jobgraph::Fragment& fragment, uint32_t subtask);
  Result<ChainParts> make_chain(const jobgraph::Fragment& fragment, uint32_t subtask,
                                const std::vector<Metrics*>& metrics, Arena& arena);
  Result<SourceAlignment::Options> alignment_of(const jobgraph::Source& source);
  Result<std::unique_ptr<Operator>> make_node(const jobgraph::Operator& op, uint32_t subtask, uint32_t parallelism);
  const jobgraph::Fragment& fragment_of(uint32_t op) const;

  // The channels of one edge: one per pair of subtasks that it joins, null for others.
  struct EdgeChannels {
    const jobgraph::Edge* edge = nullptr;
    uint32_t from_fragment = 0, to_fragment = 0;
    uint32_t from_parallelism = 0, to_parallelism = 0;
    std::vector<std::unique_ptr<Channel>> channels;  // [from * to_parallelism + to]
    Channel* at(uint32_t from, uint32_t to) const { return channels[from * to_parallelism + to].get(); }
  };

  DeploymentOptions options_;
  const JobPlan& plan_;
  std::vector<EdgeChannels> edges_;
  AlignmentGroups alignments_;
  std::vector<std::shared_ptr<Task>> tasks_;
  std::vector<NodeMetrics> metrics_;
};

}  // namespace sluice::runtime
