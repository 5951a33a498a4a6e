#include "runtime/worker/worker_server.h"

#include <condition_variable>
#include <mutex>

#include "runtime/worker/worker_core.h"

namespace sluice::runtime {
namespace {

class CoreOwner final : public WorkerServer {
 public:
  explicit CoreOwner(std::shared_ptr<WorkerCore> core) : core_(std::move(core)) {}
  ~CoreOwner() override {
    std::mutex mutex;
    std::condition_variable changed;
    bool is_done = false;
    core_->shut_down([&] {
      std::lock_guard lock(mutex);
      is_done = true;
      changed.notify_all();
    });
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return is_done; });
  }

 private:
  std::shared_ptr<WorkerCore> core_;
};

}  // namespace

Result<std::unique_ptr<WorkerServer>> WorkerServer::start(std::unique_ptr<FileLock> lock, WorkerServerOptions options) {
  auto core = std::make_shared<WorkerCore>(std::move(lock), std::move(options));
  SLUICE_DO(core->listen());
  return std::unique_ptr<WorkerServer>(std::make_unique<CoreOwner>(std::move(core)));
}

}  // namespace sluice::runtime
