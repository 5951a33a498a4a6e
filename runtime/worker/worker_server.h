#pragma once
// A worker's end of the line: the socket in the job's directory, attempts and who is fenced, the one job and its
// result.
//
//   SLUICE_TRY(auto lock, directory.lock());
//   SLUICE_TRY(auto server, WorkerServer::start(std::move(lock), options));
//   ... until options.on_exit is called; then the server is destroyed and the process ends.
#include <functional>
#include <memory>
#include <string>

#include "runtime/job/embedded_engine.h"

namespace sluice::runtime {

// The engine that the process makes when its job comes. Goes after the job.
class WorkerEngine {
 public:
  virtual ~WorkerEngine() = default;
  virtual EmbeddedEngine& engine() = 0;
  virtual double compile_ms() const = 0;
};

struct WorkerServerOptions {
  // Threads of its own, so that a busy job does not keep the gateway waiting.
  Env env;
  std::string directory;
  std::string job_id;
  uint64_t attempt = 1;
  uint64_t process_id = 0;
  // On the Io pool.
  std::function<Result<std::unique_ptr<WorkerEngine>>(const jobgraph::JobGraph&, const std::string& object_cache)>
      make_engine;
  std::function<uint64_t()> peak_memory_bytes;       // Of this process.
  std::function<void(const std::string& line)> log;  // Life cycle only.
  int64_t undeployed_ms_max = 60'000;                // How long a worker without a job waits for a connection.
  int64_t goodbye_ms_max = 2'000;                    // How long the last messages may take to be sent.
  // Called once, on any thread: the final status is written, nobody needs this process any more.
  std::function<void()> on_exit;
};

class WorkerServer {
 public:
  // Listens. The lock is the directory's and is held until the server goes. Fails with Fenced when this attempt or a
  // higher one was here before.
  static Result<std::unique_ptr<WorkerServer>> start(std::unique_ptr<FileLock> lock, WorkerServerOptions options);
  virtual ~WorkerServer() = default;
};

}  // namespace sluice::runtime
