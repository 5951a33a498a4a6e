#pragma once
// Jobs in a simulated machine that can lose its process: virtual time, files in memory, checkpoints and crashes on
// demand, restarts at another parallelism.
#include <map>
#include <memory>
#include <string>

#include "runtime/connectors/values/store.h"
#include "runtime/job/embedded_engine.h"
#include "tests/sim/memory_file_system.h"
#include "tests/sim/run_mode.h"
#include "tests/sim/sim_env.h"

namespace sluice::sim {

class JobWorld {
 public:
  // `code` and `store` outlive the world.
  JobWorld(const RunMode& mode, runtime::CodeProvider& code, runtime::ValuesStore& store, uint64_t seed);
  ~JobWorld();
  JobWorld(const JobWorld&) = delete;

  Status start(const std::string& name, jobgraph::JobGraph graph);
  // Of a job that has ended: restarts leave it out.
  void forget(const std::string& name) { jobs_.erase(name); }
  // Also when the job is gone: its last state before the crash.
  runtime::JobStatus status(const std::string& name) const { return jobs_.at(name).job->status(); }
  runtime::JobMetrics metrics(const std::string& name) const { return jobs_.at(name).job->metrics(); }

  // Takes a checkpoint of the job, and fails with what the job failed with. Done also when the job has ended.
  Status checkpoint(const std::string& name);
  // What the mode does behind a step: the process dies, and all jobs go on from their newest checkpoint.
  Status end_step();
  // The process dies with everything that was not synced. Without a restart nothing runs any more.
  void crash();
  // A new process: all jobs go on from their newest checkpoint.
  Status restart(uint32_t parallelism);

  SimEnv& env() { return *env_; }
  MemoryFileSystem& files() { return files_; }

 private:
  struct Held {
    jobgraph::JobGraph graph;
    std::shared_ptr<runtime::Job> job;
  };
  void begin_process();
  Status submit(const std::string& name, Held& held, bool restores);

  RunMode mode_;
  runtime::CodeProvider& code_;
  runtime::ValuesStore& store_;
  uint64_t seed_;
  uint32_t parallelism_ = 1;
  MemoryFileSystem files_;
  std::unique_ptr<SimEnv> env_;
  std::unique_ptr<runtime::EmbeddedEngine> engine_;
  std::map<std::string, Held> jobs_;
};

}  // namespace sluice::sim
