#pragma once
// Runs functions one after another, in the order in which they came, on the Task pool: what they share needs no lock.
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

#include "base/env/env.h"

namespace sluice::runtime {

class Strand : public std::enable_shared_from_this<Strand> {
 public:
  explicit Strand(Executor& executor) : executor_(executor) {}
  void post(std::function<void()> work);
  // Forgets what has not begun. For executors that have forgotten their work: nothing is run from then on.
  void drop();

 private:
  void run();

  Executor& executor_;
  std::mutex mutex_;
  std::deque<std::function<void()>> queue_;
  bool is_scheduled_ = false;
};

}  // namespace sluice::runtime
