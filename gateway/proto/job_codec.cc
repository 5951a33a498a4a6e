#include "gateway/proto/job_codec.h"

#include <algorithm>

#include "base/secrets.h"

namespace sluice::gateway {
namespace {

// Position + 1 = number in the proto.
constexpr JobState kStates[] = {
    JobState::Created,    JobState::Starting,     JobState::Running,    JobState::RunningEmpty,
    JobState::Restarting, JobState::Savepointing, JobState::Stopped,    JobState::Finished,
    JobState::Failed,     JobState::Lost,         JobState::Cancelling, JobState::Cancelled,
};
static_assert(std::size(kStates) + 1 == v1::JobState_ARRAYSIZE);

v1::JobKind encode_kind(JobKind kind) {
  switch (kind) {
    case JobKind::Insert:
      return v1::JOB_KIND_INSERT;
    case JobKind::StatementSet:
      return v1::JOB_KIND_STATEMENT_SET;
    case JobKind::Select:
      return v1::JOB_KIND_SELECT;
  }
  return v1::JOB_KIND_UNSPECIFIED;
}

void encode_checkpoints(const runtime::CheckpointStats& stats, v1::Checkpoints& out) {
  out.set_completed(stats.completed);
  out.set_failed(stats.failed);
  out.set_last_id(stats.last_id);
  out.set_last_duration_ms(stats.last_duration_ms);
  out.set_last_bytes(stats.last_bytes);
  out.set_total_bytes(stats.total_bytes);
}

}  // namespace

void encode_error(const PlacedError& error, v1::Diagnostic& out) {
  out.set_code(static_cast<uint32_t>(error.code));
  out.set_message(error.message);
  out.set_hint(error.hint);
  if (!error.place) return;
  v1::Place& place = *out.mutable_place();
  place.set_file(error.place->file);
  place.set_line(error.place->line);
  place.set_column(error.place->column);
  place.set_source_line(error.place->source_line);
  place.set_begin(error.place->begin);
  place.set_end(error.place->end);
}

PlacedError decode_error(const v1::Diagnostic& in) {
  PlacedError out{static_cast<ErrorCode>(in.code()), in.message(), in.hint(), std::nullopt};
  if (!in.has_place()) return out;
  const v1::Place& place = in.place();
  out.place = Place{place.file(), place.line(), place.column(), place.source_line(), place.begin(), place.end()};
  return out;
}

v1::JobState encode_state(JobState state) {
  return static_cast<v1::JobState>(std::ranges::find(kStates, state) - std::begin(kStates) + 1);
}

std::optional<JobState> decode_state(v1::JobState state) {
  if (state < 1 || static_cast<size_t>(state) > std::size(kStates)) return std::nullopt;
  return kStates[state - 1];
}

void encode_job(const JobView& view, v1::Job& out) {
  out.set_id(view.definition->id);
  out.set_name(view.definition->name);
  out.set_kind(encode_kind(view.definition->kind));
  out.set_state(encode_state(view.state));
  if (view.failure) encode_error(*view.failure, *out.mutable_failure());
  out.set_created_ms(view.definition->created_wall_ms);
  out.set_started_ms(view.status.started_wall_ms);
  out.set_ended_ms(view.ended_wall_ms);
  out.set_restarts(view.restarts);
  out.set_attempt(view.attempt);
  out.set_parallelism(view.status.parallelism);
  out.set_rows_in(view.metrics.rows_in);
  out.set_rows_out(view.metrics.rows_out);
  out.set_state_bytes(view.metrics.state_bytes);
  encode_checkpoints(view.status.checkpoints, *out.mutable_checkpoints());
  out.set_restored_from(view.status.restored_from);
  out.set_savepoint(view.status.savepoint);
  for (const std::string& warning : view.status.warnings) out.add_warnings(warning);
  for (const planner::ScriptFile& file : view.definition->script) out.add_files(file.name);
  out.set_worker_pid(static_cast<int64_t>(view.worker_pid));
}

void encode_job_details(const JobView& view, const jobgraph::JobGraph& graph, v1::Job& out) {
  out.set_sql(without_secrets(graph.sql));
  out.set_directory(view.directory);
  uint32_t last_id = 0;
  for (const runtime::OperatorMetrics& metrics : view.metrics.operators) {
    bool is_next_subtask = out.operators_size() > 0 && metrics.id == last_id;
    v1::OperatorStatistics& op =
        is_next_subtask ? *out.mutable_operators(out.operators_size() - 1) : *out.add_operators();
    last_id = metrics.id;
    op.set_name(metrics.name);
    op.set_rows_in(op.rows_in() + metrics.rows_in);
    op.set_rows_out(op.rows_out() + metrics.rows_out);
    op.set_late_records_dropped(op.late_records_dropped() + metrics.late_records_dropped);
    op.set_malformed_records(op.malformed_records() + metrics.malformed_records);
    for (const runtime::SplitLag& lag : metrics.lags) {
      v1::SplitLag& to = *op.add_lags();
      to.set_split(lag.split);
      to.set_messages(lag.messages);
    }
  }
}

void encode_lineage(const jobgraph::LineageEdge& edge, v1::LineageEdge& out) {
  out.set_source_table(edge.source_table);
  out.set_source_column(edge.source_column);
  out.set_sink_table(edge.sink_table);
  out.set_sink_column(edge.sink_column);
  out.set_direct(edge.direct);
  out.set_reason(edge.reason);
  out.set_span_begin(edge.span.begin);
  out.set_span_end(edge.span.end);
}

jobgraph::LineageEdge decode_lineage(const v1::LineageEdge& in) {
  return {in.source_table(),
          in.source_column(),
          in.sink_table(),
          in.sink_column(),
          in.direct(),
          in.reason(),
          {in.span_begin(), in.span_end()}};
}

}  // namespace sluice::gateway
