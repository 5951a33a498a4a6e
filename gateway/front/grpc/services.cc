#include "gateway/front/grpc/services.h"

#include <algorithm>
#include <chrono>

#include "gateway/front/grpc/status.h"
#include "gateway/front/grpc/stream_listener.h"
#include "planner/jobgraph/codec.h"

namespace sluice::gateway {
namespace {

constexpr int64_t kAnswerTimeoutMs = 60'000;  // Of a call without a deadline.
constexpr int64_t kEndTimeoutMs = 10'000;     // From the wish to the end: a worker may not answer.
constexpr int64_t kDeadlineMarginMs = 1'000;  // The answer has to reach the client, too.
constexpr int64_t kLookMs = 100;              // Between two looks whether the client has gone.

// What is left of a call's time for the work behind it.
int64_t time_left_ms(const grpc::ServerContext& context, const Clock& clock) {
  if (context.deadline() == std::chrono::system_clock::time_point::max()) return kAnswerTimeoutMs;
  auto since_1970 = std::chrono::duration_cast<std::chrono::milliseconds>(context.deadline().time_since_epoch());
  int64_t left_ms = since_1970.count() - clock.wall_ms() - kDeadlineMarginMs;
  return std::clamp<int64_t>(left_ms, 0, 24 * 3'600'000);
}

// Waits for the job's end as long as the call may take and the client is there, and answers what the job is then.
void answer_at_end(const TrackedJob& job, const grpc::ServerContext& context, const Clock& clock, v1::Job& response) {
  int64_t end_ns = clock.monotonic_ns() + std::min(time_left_ms(context, clock), kEndTimeoutMs) * 1'000'000;
  while (clock.monotonic_ns() < end_ns && !context.IsCancelled()) {
    if (job.wait_for_end_ms(kLookMs)) break;
  }
  encode_job(job.view(), response);
}

class ExecuteListener final : public StreamListener<v1::ExecuteEvent, ScriptListener> {
 public:
  using StreamListener::StreamListener;

  void on_rejected(const std::vector<PlacedError>& errors) override {
    v1::ExecuteEvent event;
    for (const PlacedError& error : errors) encode_error(error, *event.mutable_rejected()->add_diagnostics());
    static_cast<void>(write(event));
    rejected_ = errors.size();
  }

  bool on_table(const RowSchema& columns, const std::vector<ValueList>& rows) override {
    v1::ExecuteEvent event;
    encode_columns(columns, *event.mutable_table()->mutable_columns());
    for (const ValueList& row : rows) encode_values(row, *event.mutable_table()->add_rows()->mutable_values());
    return write(event);
  }

  bool on_text(const std::string& text) override {
    v1::ExecuteEvent event;
    event.set_text(text);
    return write(event);
  }

  size_t rejected() const { return rejected_; }

 private:
  size_t rejected_ = 0;
};

ScriptRequest request_of(const v1::ExecuteRequest& in) {
  ScriptRequest out;
  for (const v1::SourceFile& file : in.files()) out.parts.files.push_back({file.name(), file.text()});
  out.parts.settings.insert(in.settings().begin(), in.settings().end());
  out.parts.variables.insert(in.variables().begin(), in.variables().end());
  out.parallelism = in.parallelism();
  out.restore_from = in.restore_from();
  out.is_detached = in.detached();
  return out;
}

}  // namespace

grpc::Status StatementsService::Execute(grpc::ServerContext* context, const v1::ExecuteRequest* request,
                                        grpc::ServerWriter<v1::ExecuteEvent>* writer) {
  ExecuteListener listener(*context, *writer);
  Session session(jobs_);
  Status done = session.execute(request_of(*request), listener);
  if (!done) return status_of(done.error());
  if (context->IsCancelled()) return grpc::Status::CANCELLED;
  if (listener.rejected() == 0) return grpc::Status::OK;
  return {grpc::StatusCode::INVALID_ARGUMENT, fmt::format("the script has {} errors", listener.rejected())};
}

grpc::Status JobsService::ListJobs(grpc::ServerContext*, const v1::ListJobsRequest*, v1::ListJobsResponse* response) {
  for (const auto& job : jobs_.list()) encode_job(job->view(), *response->add_jobs());
  return grpc::Status::OK;
}

grpc::Status JobsService::GetJob(grpc::ServerContext*, const v1::GetJobRequest* request, v1::Job* response) {
  auto job = jobs_.find(request->id());
  if (!job) return status_of(job.error());
  JobView view = (*job)->view();
  encode_job(view, *response);
  auto graph = jobgraph::decode(view.definition->job_graph);
  if (!graph) return status_of(graph.error());
  encode_job_details(view, *graph, *response);
  return grpc::Status::OK;
}

grpc::Status JobsService::StreamResults(grpc::ServerContext* context, const v1::StreamResultsRequest* request,
                                        grpc::ServerWriter<v1::ResultEvent>* writer) {
  auto job = jobs_.find(request->id());
  if (!job) return status_of(job.error());
  StreamListener<v1::ResultEvent, ResultListener> listener(*context, *writer);
  std::optional<uint64_t> from;
  if (request->has_from()) from = request->from();
  auto done = stream_result(**job, from, nullptr, listener);
  return done ? grpc::Status::OK : status_of(done.error());
}

grpc::Status JobsService::CancelJob(grpc::ServerContext* context, const v1::CancelJobRequest* request,
                                    v1::Job* response) {
  auto job = jobs_.find(request->id());
  if (!job) return status_of(job.error());
  Status told = (*job)->cancel();
  if (!told) return status_of(told.error());
  (*job)->discard_result();
  answer_at_end(**job, *context, *jobs_.env().clock, *response);
  return grpc::Status::OK;
}

grpc::Status JobsService::StopJob(grpc::ServerContext* context, const v1::StopJobRequest* request, v1::Job* response) {
  auto job = jobs_.find(request->id());
  if (!job) return status_of(job.error());
  const Clock& clock = *jobs_.env().clock;
  auto savepoint = (*job)->stop_with_savepoint(request->savepoint_directory(), time_left_ms(*context, clock));
  if (!savepoint) return status_of(savepoint.error());
  answer_at_end(**job, *context, clock, *response);
  response->set_savepoint(*savepoint);
  return grpc::Status::OK;
}

grpc::Status LineageService::GetJobLineage(grpc::ServerContext*, const v1::GetJobLineageRequest* request,
                                           v1::GetJobLineageResponse* response) {
  auto job = jobs_.find(request->id());
  if (!job) return status_of(job.error());
  auto graph = jobgraph::decode((*job)->definition().job_graph);
  if (!graph) return status_of(graph.error());
  for (const jobgraph::LineageEdge& edge : graph->lineage) {
    encode_lineage(edge, *response->add_edges());
  }
  return grpc::Status::OK;
}

}  // namespace sluice::gateway
