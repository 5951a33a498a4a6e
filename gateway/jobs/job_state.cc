#include "gateway/jobs/job_state.h"

#include <cstddef>

namespace sluice::gateway {

std::string_view text_of(JobState state) {
  constexpr std::string_view kText[] = {"created",    "starting",     "running",    "running-empty",
                                        "restarting", "savepointing", "cancelling", "stopped",
                                        "finished",   "failed",       "lost",       "cancelled"};
  static_assert(std::size(kText) == static_cast<size_t>(kLastJobState) + 1);
  return kText[static_cast<size_t>(state)];
}

bool may_follow(JobState from, JobState to) { return !is_terminal(from) && to != JobState::Created && from != to; }

}  // namespace sluice::gateway
