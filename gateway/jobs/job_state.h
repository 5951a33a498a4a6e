#pragma once
// The state machine of jobs as the gateway sees them, whatever runs them.
#include <cstdint>
#include <string_view>

namespace sluice::gateway {

// created -> starting -> running -> finished
//               ^           |-> running-empty: its worker does not answer -> running, or lost
//               |           |-> restarting -> starting
//               |           |-> savepointing -> stopped
//               |           '-> cancelling -> cancelled
//               '- restarting: in its worker, or in a new one when the worker died
// Each state that is not terminal may also become failed or lost.
enum class JobState : uint8_t {
  Created,
  Starting,
  Running,
  RunningEmpty,
  Restarting,
  Savepointing,
  Cancelling,
  Stopped,
  Finished,
  Failed,
  Lost,
  Cancelled,
};
inline constexpr JobState kLastJobState = JobState::Cancelled;

std::string_view text_of(JobState state);  // As in `sluice jobs`: running-empty.
constexpr bool is_terminal(JobState state) { return state >= JobState::Stopped; }

// Whether a job may go from one state to another. What is heard of a job comes with gaps, because a gateway may have
// been away, so steps may be skipped; but nothing follows a terminal state, and nothing becomes created again.
bool may_follow(JobState from, JobState to);

}  // namespace sluice::gateway
