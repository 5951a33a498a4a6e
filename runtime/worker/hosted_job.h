#pragma once
// The one job of a worker process with its engine and the rows of its result.
#include <memory>
#include <optional>

#include "runtime/worker/result_buffer.h"
#include "runtime/worker/worker_report.h"
#include "runtime/worker/worker_server.h"

namespace sluice::runtime {

struct HostedJobOptions {
  std::string job_graph;
  uint32_t parallelism = 0;
  std::string restore_from;
  std::string object_cache;
  std::string spill_directory;
  std::string origin;                  // See ResultBuffer.
  std::function<void()> on_rows;       // The result has more to give; any thread.
  std::function<void()> on_state_end;  // The job has ended; any thread.
};

class HostedJob {
 public:
  // Decodes the graph, makes the engine, takes the job on. May take long: on the Io pool.
  static Result<std::unique_ptr<HostedJob>> create(const WorkerServerOptions& server, HostedJobOptions options);

  void start() { job_->start(); }
  Job& job() { return *job_; }
  ResultBuffer* result() { return result_.get(); }  // Null: the job is no SELECT.
  WorkerReport report() const;

 private:
  HostedJob() = default;

  std::unique_ptr<ResultBuffer> result_;
  std::unique_ptr<WorkerEngine> engine_;
  std::shared_ptr<Job> job_;
};

}  // namespace sluice::runtime
