#include "runtime/job/strand.h"

#include <utility>

namespace sluice::runtime {

void Strand::post(std::function<void()> work) {
  {
    std::lock_guard lock(mutex_);
    queue_.push_back(std::move(work));
    if (std::exchange(is_scheduled_, true)) return;
  }
  executor_.submit(Executor::Pool::Task, [self = shared_from_this()] { self->run(); });
}

void Strand::drop() {
  std::deque<std::function<void()>> dropped;
  std::lock_guard lock(mutex_);
  dropped.swap(queue_);
}

void Strand::run() {
  std::unique_lock lock(mutex_);
  while (!queue_.empty()) {
    std::function<void()> work = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    work();
    work = nullptr;
    lock.lock();
  }
  is_scheduled_ = false;
}

}  // namespace sluice::runtime
