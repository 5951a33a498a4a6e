#pragma once
// What a worker says about its job.
#include <cstdint>

#include "runtime/job/job_status.h"

namespace sluice::runtime {

struct WorkerReport {
  JobStatus status;
  JobMetrics metrics;
  double compile_ms = 0;
  uint64_t peak_memory_bytes = 0;  // Of the worker process.
  uint64_t result_produced = 0;    // Position behind the last row of the result.
  uint64_t result_acknowledged = 0;
};

}  // namespace sluice::runtime
