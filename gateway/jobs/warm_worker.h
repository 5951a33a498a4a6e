#pragma once
// A worker process that waits for a job, so that a statement's first row need not wait for a process to start.
#include <memory>
#include <mutex>
#include <string>

#include "gateway/jobs/job_host.h"
#include "runtime/worker/worker_client.h"

namespace sluice::gateway {

struct WarmWorker {
  std::string job_id;  // Of the job that it is for, and of the directory it works in.
  // As long as it is there, the worker waits. Null: there is none, and the id is a new one.
  std::unique_ptr<runtime::WorkerClient> line;
};

// Keeps one at hand. Thread-safe.
class WarmWorkerPool {
 public:
  explicit WarmWorkerPool(const JobHost& host) : shelf_(std::make_shared<Shelf>(host)) {}

  // Starts a worker on the State pool, unless one is there or on its way. One that cannot be started is not missed.
  void refill();
  WarmWorker take();
  void put_back(WarmWorker worker);

 private:
  struct Shelf {
    explicit Shelf(const JobHost& job_host) : host(job_host) {}
    const JobHost& host;
    std::mutex mutex;
    WarmWorker worker;
    bool is_starting = false;
  };
  static Result<WarmWorker> start(const JobHost& host);

  std::shared_ptr<Shelf> shelf_;
};

}  // namespace sluice::gateway
