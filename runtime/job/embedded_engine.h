#pragma once
// Runs jobs in the calling process: what the shell, `sluice run`, tests and the worker process embed.
//
//   EmbeddedEngine engine({.env = env, .code = &provider, .connectors = &connectors()});
//   auto job = engine.submit(graph, {.parallelism = 2, .restore_from = "latest"});
//   job->on_end([&] { ... });
//   job->start();
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/env/env.h"
#include "planner/jobgraph/jobgraph.h"
#include "runtime/abi/code_provider.h"
#include "runtime/connectors/connector.h"
#include "runtime/job/job_status.h"
#include "runtime/task/task.h"

namespace sluice::runtime {

// Everything pointed to outlives the engine and its jobs.
struct EngineOptions {
  Env env;
  CodeProvider* code = nullptr;
  const std::vector<ConnectorFactory>* connectors = nullptr;
  ValuesStore* values = nullptr;
  std::function<void(std::string_view lines, bool to_standard_error)> print;
  TaskStateFactory make_state;  // Empty: TaskState::create.
};

struct JobOptions {
  uint32_t parallelism = 0;     // 0: `parallelism.default` of the graph's settings.
  std::string job_id;           // Empty: a new one.
  std::string restore_from;     // "none", "latest" or a path; empty: `execution.state-recovery.path`.
  std::string spill_directory;  // For state beyond the memory budget; empty: below the checkpoint directory.
  bool spills = true;           // false: the budget is not kept to.
  ResultConsumer* results = nullptr;
  const SessionContext* session = nullptr;  // Null: made from the graph's settings.
  uint32_t channel_capacity = 8;            // Batches per channel.
  uint32_t batch_rows_max = kBatchRowsMax;  // Of what sources are asked for at a time.
};

// Where a savepoint lies, or why there is none.
using SavepointDone = std::function<void(Result<std::string> path)>;

// All calls may come from any thread, none blocks. Callbacks come on the Task pool. The object may go at any time; a
// job that has not ended is cancelled then.
class Job {
 public:
  virtual ~Job() = default;
  virtual void start() = 0;
  // Called once, when the state is terminal and nothing of the job runs any more; at once when that is so already.
  virtual void on_end(std::function<void()> done) = 0;
  virtual JobStatus status() const = 0;
  virtual JobMetrics metrics() const = 0;
  virtual void cancel() = 0;
  // Takes a savepoint below `directory` (empty: `execution.checkpointing.savepoint-dir`) and ends the job behind it.
  virtual void stop_with_savepoint(const std::string& directory, SavepointDone done) = 0;
  // Takes a checkpoint now, beside the periodic ones.
  virtual void trigger_checkpoint(std::function<void(Result<CheckpointId>)> done) = 0;
  // For simulated crashes, when the executor has forgotten all work: frees what the job holds, and nothing else.
  virtual void abandon() = 0;
};

class EmbeddedEngine {
 public:
  explicit EmbeddedEngine(EngineOptions options) : options_(std::move(options)) {}
  // Fails when the graph cannot run: an unknown connector, an operator that is not supported yet.
  Result<std::shared_ptr<Job>> submit(jobgraph::JobGraph graph, JobOptions options);

 private:
  EngineOptions options_;
};

}  // namespace sluice::runtime
