#pragma once
// What Ctrl-C and SIGTERM do to a job of this process: it stops with a savepoint; without one in time, or when asked
// again, it is cancelled. What a job waits for may be away, and is asked for many minutes: one that is cancelled and
// does not end is left alone, as after a crash.
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>

#include "base/env/env.h"
#include "runtime/job/embedded_engine.h"

namespace sluice::tools {

// Calls may come from any thread.
class JobStop {
 public:
  explicit JobStop(const Env& env) : env_(env) {}

  void with_savepoint(const std::shared_ptr<runtime::Job>& job, uint32_t timeout_s);
  void cancel(runtime::Job& job);
  // It was cancelled, and should have ended by now.
  bool hangs() const;
  // Why there is no savepoint, if one was asked for.
  std::optional<Error> missing() const;

 private:
  // Outlives the job, whose threads write it.
  struct State {
    mutable std::mutex mutex;
    std::optional<Error> missing;
    std::atomic<int64_t> cancelled_ns = 0;  // 0: not yet.
  };
  static void give_up(State& state, Clock& clock, runtime::Job& job, Error why);

  Env env_;
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace sluice::tools
