#include "runtime/job/job_status.h"

#include <algorithm>

namespace sluice::runtime {

std::string_view text_of(JobState state) {
  constexpr std::string_view kText[] = {"created",    "starting", "running", "restarting", "stopping",
                                        "cancelling", "finished", "failed",  "cancelled",  "stopped"};
  return kText[static_cast<size_t>(state)];
}

JobMetrics metrics_behind(const JobMetrics& before, JobMetrics now) {
  if (now.operators.empty()) return before;  // Nothing runs yet.
  now.rows_in += before.rows_in;
  now.rows_out += before.rows_out;
  for (OperatorMetrics& op : now.operators) {
    auto same = [&op](const OperatorMetrics& other) { return other.id == op.id && other.subtask == op.subtask; };
    auto old = std::ranges::find_if(before.operators, same);
    if (old == before.operators.end()) continue;
    op.rows_in += old->rows_in;
    op.rows_out += old->rows_out;
    op.late_records_dropped += old->late_records_dropped;
    op.not_null_records_dropped += old->not_null_records_dropped;
    op.malformed_records += old->malformed_records;
    for (size_t i = 0; i < op.malformed_by_fault.size(); ++i) op.malformed_by_fault[i] += old->malformed_by_fault[i];
  }
  for (TaskLoad& task : now.tasks) {
    auto old = std::ranges::find(before.tasks, task.name, &TaskLoad::name);
    if (old == before.tasks.end()) continue;
    task.busy_ns += old->busy_ns;
    task.back_pressured_ns += old->back_pressured_ns;
  }
  return now;
}

CheckpointStats checkpoints_behind(const CheckpointStats& before, CheckpointStats now) {
  now.completed += before.completed;
  now.failed += before.failed;
  now.total_bytes += before.total_bytes;
  if (now.last_id == 0) {
    now.last_id = before.last_id;
    now.last_duration_ms = before.last_duration_ms;
    now.last_bytes = before.last_bytes;
  }
  return now;
}

}  // namespace sluice::runtime
