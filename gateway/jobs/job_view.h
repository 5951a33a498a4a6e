#pragma once
// What anyone may know about a job of the gateway: a copy, taken at one moment.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/placed_error.h"
#include "gateway/jobs/job_definition.h"
#include "runtime/job/job_status.h"

namespace sluice::gateway {

struct JobView {
  std::shared_ptr<const JobDefinition> definition;
  JobState state = JobState::Created;
  std::optional<PlacedError> failure;  // Why it failed, was lost, or was restarted last.
  uint64_t attempt = 0;                // Of worker processes.
  uint64_t restarts = 0;               // Inside of workers and by new ones.
  int64_t ended_wall_ms = 0;
  uint64_t worker_pid = 0;  // 0: none.
  std::string directory;
  runtime::JobStatus status;  // As the worker said last; its state is not the job's.
  runtime::JobMetrics metrics;
};

}  // namespace sluice::gateway
