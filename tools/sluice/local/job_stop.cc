#include "tools/sluice/local/job_stop.h"

#include <utility>

namespace sluice::tools {
namespace {

constexpr int64_t kSecondNs = 1'000'000'000;
constexpr int64_t kPatienceNs = 5 * kSecondNs;

}  // namespace

void JobStop::give_up(State& state, Clock& clock, runtime::Job& job, Error why) {
  {
    std::lock_guard lock(state.mutex);
    if (!state.missing) state.missing = std::move(why);
  }
  state.cancelled_ns = clock.monotonic_ns();
  job.cancel();
}

// Whoever asked a job to stop does not want it to go on: without a savepoint it is cancelled.
void JobStop::with_savepoint(const std::shared_ptr<runtime::Job>& job, uint32_t timeout_s) {
  std::weak_ptr<runtime::Job> weak = job;
  auto give_up_with = [weak, state = state_, clock = env_.clock](Error why) {
    auto unstopped = weak.lock();
    if (unstopped && !is_terminal(unstopped->status().state)) give_up(*state, *clock, *unstopped, std::move(why));
  };
  job->stop_with_savepoint("", [give_up_with](Result<std::string> savepoint) {
    if (!savepoint) give_up_with(savepoint.error());
  });
  env_.executor->submit_at(env_.clock->monotonic_ns() + timeout_s * kSecondNs, [give_up_with, timeout_s] {
    Failure late = fail(ErrorCode::CheckpointFailed, "it was not complete after {} s", timeout_s);
    give_up_with(std::move(late).hint("`--stop-timeout` waits longer.").error);
  });
}

void JobStop::cancel(runtime::Job& job) {
  state_->cancelled_ns = env_.clock->monotonic_ns();
  job.cancel();
}

bool JobStop::hangs() const {
  int64_t cancelled_ns = state_->cancelled_ns;
  return cancelled_ns != 0 && env_.clock->monotonic_ns() > cancelled_ns + kPatienceNs;
}

std::optional<Error> JobStop::missing() const {
  std::lock_guard lock(state_->mutex);
  return state_->missing;
}

}  // namespace sluice::tools
