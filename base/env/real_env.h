#pragma once
// The Env of the product: the machine's clock, files, threads and sockets.
#include <memory>

#include "base/env/env.h"

namespace sluice {

struct RealEnvOptions {
  uint32_t task_threads = 0;  // 0: one per core.
  uint32_t state_threads = 1;
  uint32_t io_threads = 2;
};

// After `stop` no callback is handed to the executor any more; sockets that are still there go on without.
class RealNetwork : public Network {
 public:
  virtual void stop() = 0;
};

// Owns everything that its Env points to; threads end with it. Work still queued then is dropped.
class RealEnv {
 public:
  explicit RealEnv(RealEnvOptions options = {});
  ~RealEnv();
  RealEnv(const RealEnv&) = delete;
  const Env& env() const { return env_; }

 private:
  std::unique_ptr<Clock> clock_;
  std::unique_ptr<Random> random_;
  std::unique_ptr<FileSystem> files_;
  std::unique_ptr<Executor> executor_;
  std::unique_ptr<RealNetwork> network_;
  Env env_;
};

// The parts, one file each.
std::unique_ptr<Clock> make_real_clock();
std::unique_ptr<Random> make_real_random();
std::unique_ptr<FileSystem> make_real_file_system();
std::unique_ptr<Executor> make_real_executor(const RealEnvOptions& options);
std::unique_ptr<RealNetwork> make_real_network(Executor& executor);

}  // namespace sluice
