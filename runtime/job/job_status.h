#pragma once
// What anyone may know about a job: its state, its checkpoints, its counters. Copies, taken at one moment.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "runtime/formats/decode_fault.h"
#include "runtime/operators/operator.h"
#include "runtime/task/metrics.h"

namespace sluice::runtime {

// created -> starting -> running -> finished
//              ^           |-> restarting -> starting, or failed
//              |           |-> cancelling -> cancelled
//              |           '-> stopping (with a savepoint) -> stopped
enum class JobState : uint8_t {
  Created,
  Starting,
  Running,
  Restarting,
  Stopping,
  Cancelling,
  Finished,
  Failed,
  Cancelled,
  Stopped,
};

std::string_view text_of(JobState state);  // Lower case.
constexpr bool is_terminal(JobState state) { return state >= JobState::Finished; }

struct CheckpointStats {
  uint64_t completed = 0;
  uint64_t failed = 0;
  CheckpointId last_id = 0;  // Of those completed; 0 for none.
  int64_t last_duration_ms = 0;
  uint64_t last_bytes = 0;   // Written anew for it.
  uint64_t total_bytes = 0;  // Written anew for all of them.
};

struct JobStatus {
  std::string name;
  std::string id;
  JobState state = JobState::Created;
  std::optional<Error> failure;  // The cause of Failed, and of the last restart.
  uint32_t parallelism = 1;
  bool takes_checkpoints = false;  // And savepoints. A worker does not say.
  uint64_t restarts = 0;
  std::string restored_from;  // Path of the checkpoint that the current attempt started from; empty: none.
  std::string savepoint;      // Path that Stopped left behind.
  std::vector<std::string> warnings;
  CheckpointStats checkpoints;
  int64_t started_wall_ms = 0;
  int64_t ended_wall_ms = 0;  // 0 while it runs.
};

struct OperatorMetrics {
  uint32_t id = 0;
  std::string name;
  std::string uid;
  uint32_t subtask = 0;
  uint64_t rows_in = 0;
  uint64_t rows_out = 0;
  uint64_t late_records_dropped = 0;
  uint64_t not_null_records_dropped = 0;
  uint64_t malformed_records = 0;
  TimestampMs watermark = kWatermarkMin;
  DecodeCounts malformed_by_fault{};  // Their sum is `malformed_records`.
  std::vector<SplitLag> lags;         // Of sources that know how far behind they are.
};

struct TaskLoad {
  std::string name;
  uint64_t busy_ns = 0;
  uint64_t back_pressured_ns = 0;
};

// Of all attempts: rows that came again are counted again.
struct JobMetrics {
  std::vector<OperatorMetrics> operators;  // In the graph's order, subtasks together.
  std::vector<TaskLoad> tasks;
  uint64_t rows_in = 0;   // Written by sources.
  uint64_t rows_out = 0;  // Taken by sinks.
  uint64_t state_bytes = 0;
  uint64_t buffer_bytes = 0;
};

// Of the attempts whose counters are in `before` and of the one behind them.
JobMetrics metrics_behind(const JobMetrics& before, JobMetrics now);
CheckpointStats checkpoints_behind(const CheckpointStats& before, CheckpointStats now);

}  // namespace sluice::runtime
