#include "runtime/worker/wire.h"

#include <algorithm>

#include "runtime/checkpoint/type_codec.h"

namespace sluice::runtime {
namespace {

static_assert(static_cast<int>(JobState::Created) == wire::CREATED &&
              static_cast<int>(JobState::Starting) == wire::STARTING &&
              static_cast<int>(JobState::Running) == wire::RUNNING &&
              static_cast<int>(JobState::Restarting) == wire::RESTARTING &&
              static_cast<int>(JobState::Stopping) == wire::STOPPING &&
              static_cast<int>(JobState::Cancelling) == wire::CANCELLING &&
              static_cast<int>(JobState::Finished) == wire::FINISHED &&
              static_cast<int>(JobState::Failed) == wire::FAILED &&
              static_cast<int>(JobState::Cancelled) == wire::CANCELLED &&
              static_cast<int>(JobState::Stopped) == wire::STOPPED);

void write_metrics(const JobMetrics& metrics, wire::Metrics& out) {
  for (const OperatorMetrics& op : metrics.operators) {
    wire::Metrics::Operator& to = *out.add_operators();
    to.set_id(op.id);
    to.set_name(op.name);
    to.set_uid(op.uid);
    to.set_subtask(op.subtask);
    to.set_rows_in(op.rows_in);
    to.set_rows_out(op.rows_out);
    to.set_late_records_dropped(op.late_records_dropped);
    to.set_not_null_records_dropped(op.not_null_records_dropped);
    to.set_malformed_records(op.malformed_records);
    to.set_watermark(op.watermark);
    for (uint64_t count : op.malformed_by_fault) to.add_malformed_by_fault(count);
    for (const SplitLag& lag : op.lags) {
      to.add_lag_splits(lag.split);
      to.add_lags(lag.messages);
    }
  }
  for (const TaskLoad& task : metrics.tasks) {
    wire::Metrics::Task& to = *out.add_tasks();
    to.set_name(task.name);
    to.set_busy_ns(task.busy_ns);
    to.set_back_pressured_ns(task.back_pressured_ns);
  }
  out.set_rows_in(metrics.rows_in);
  out.set_rows_out(metrics.rows_out);
  out.set_state_bytes(metrics.state_bytes);
  out.set_buffer_bytes(metrics.buffer_bytes);
}

JobMetrics read_metrics(const wire::Metrics& in) {
  JobMetrics metrics;
  for (const wire::Metrics::Operator& op : in.operators()) {
    metrics.operators.push_back({op.id(),
                                 op.name(),
                                 op.uid(),
                                 op.subtask(),
                                 op.rows_in(),
                                 op.rows_out(),
                                 op.late_records_dropped(),
                                 op.not_null_records_dropped(),
                                 op.malformed_records(),
                                 op.watermark(),
                                 {},
                                 {}});
    DecodeCounts& faults = metrics.operators.back().malformed_by_fault;
    for (int i = 0; i < op.malformed_by_fault_size() && i < static_cast<int>(kDecodeFaults); ++i) {
      faults[static_cast<size_t>(i)] = op.malformed_by_fault(i);
    }
    for (int i = 0; i < std::min(op.lags_size(), op.lag_splits_size()); ++i) {
      metrics.operators.back().lags.push_back({op.lag_splits(i), op.lags(i)});
    }
  }
  for (const wire::Metrics::Task& task : in.tasks()) {
    metrics.tasks.push_back({task.name(), task.busy_ns(), task.back_pressured_ns()});
  }
  metrics.rows_in = in.rows_in();
  metrics.rows_out = in.rows_out();
  metrics.state_bytes = in.state_bytes();
  metrics.buffer_bytes = in.buffer_bytes();
  return metrics;
}

void write_checkpoints(const CheckpointStats& stats, wire::Checkpoints& out) {
  out.set_completed(stats.completed);
  out.set_failed(stats.failed);
  out.set_last_id(stats.last_id);
  out.set_last_duration_ms(stats.last_duration_ms);
  out.set_last_bytes(stats.last_bytes);
  out.set_total_bytes(stats.total_bytes);
}

CheckpointStats read_checkpoints(const wire::Checkpoints& in) {
  return {in.completed(), in.failed(), in.last_id(), in.last_duration_ms(), in.last_bytes(), in.total_bytes()};
}

void write_status(const JobStatus& status, wire::JobReport& out) {
  out.set_name(status.name);
  out.set_id(status.id);
  out.set_state(static_cast<uint32_t>(status.state));
  if (status.failure) write_error(*status.failure, *out.mutable_failure());
  out.set_parallelism(status.parallelism);
  out.set_restarts(status.restarts);
  out.set_restored_from(status.restored_from);
  out.set_savepoint(status.savepoint);
  for (const std::string& warning : status.warnings) out.add_warnings(warning);
  write_checkpoints(status.checkpoints, *out.mutable_checkpoints());
  out.set_started_wall_ms(status.started_wall_ms);
  out.set_ended_wall_ms(status.ended_wall_ms);
}

}  // namespace

void write_error(const Error& error, wire::Error& out) {
  out.set_code(static_cast<uint32_t>(error.code));
  out.set_message(error.message);
  out.set_hint(error.hint);
  if (!error.span) return;
  out.set_has_span(true);
  out.set_span_begin(error.span->begin);
  out.set_span_end(error.span->end);
}

Error read_error(const wire::Error& in) {
  Error error{static_cast<ErrorCode>(in.code()), in.message(), in.hint(), std::nullopt};
  if (in.has_span() && in.span_begin() <= in.span_end()) error.span = SourceSpan{in.span_begin(), in.span_end()};
  return error;
}

void write_report(const WorkerReport& report, wire::JobReport& out) {
  write_status(report.status, out);
  write_metrics(report.metrics, *out.mutable_metrics());
  out.set_compile_ms(report.compile_ms);
  out.set_peak_memory_bytes(report.peak_memory_bytes);
  out.set_result_produced(report.result_produced);
  out.set_result_acknowledged(report.result_acknowledged);
}

Result<WorkerReport> read_report(const wire::JobReport& in) {
  if (!wire::JobStateNumber_IsValid(static_cast<int>(in.state()))) {
    return fail(ErrorCode::NetworkError, "a job has no state {}", in.state());
  }
  WorkerReport report;
  JobStatus& status = report.status;
  status.name = in.name();
  status.id = in.id();
  status.state = static_cast<JobState>(in.state());
  if (in.has_failure()) status.failure = read_error(in.failure());
  status.parallelism = in.parallelism();
  status.restarts = in.restarts();
  status.restored_from = in.restored_from();
  status.savepoint = in.savepoint();
  status.warnings.assign(in.warnings().begin(), in.warnings().end());
  status.checkpoints = read_checkpoints(in.checkpoints());
  status.started_wall_ms = in.started_wall_ms();
  status.ended_wall_ms = in.ended_wall_ms();
  report.metrics = read_metrics(in.metrics());
  report.compile_ms = in.compile_ms();
  report.peak_memory_bytes = in.peak_memory_bytes();
  report.result_produced = in.result_produced();
  report.result_acknowledged = in.result_acknowledged();
  return report;
}

void write_columns(const RowSchema& columns, wire::Welcome& out) {
  for (const RowField& field : columns) {
    wire::Column& column = *out.add_result_columns();
    column.set_name(field.name);
    ByteWriter type;
    write_type(type, field.type);
    column.set_type(type.take());
  }
}

Result<RowSchema> read_columns(const wire::Welcome& in) {
  RowSchema columns;
  for (const wire::Column& column : in.result_columns()) {
    ByteReader reader(column.type());
    Type type = read_type(reader);
    if (!reader.is_good() || !reader.is_at_end()) {
      return fail(ErrorCode::NetworkError, "column `{}` of the result has no readable type", column.name());
    }
    columns.push_back({column.name(), type});
  }
  return columns;
}

}  // namespace sluice::runtime
