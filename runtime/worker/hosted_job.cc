#include "runtime/worker/hosted_job.h"

#include "planner/jobgraph/codec.h"

namespace sluice::runtime {
namespace {

// The table that stands for the client; null when the job has none.
const jobgraph::TableRef* find_result(const jobgraph::JobGraph& graph) {
  for (const jobgraph::Fragment& fragment : graph.fragments) {
    for (const jobgraph::Operator& op : fragment.operators) {
      const auto* sink = std::get_if<jobgraph::Sink>(&op.kind);
      if (sink == nullptr) continue;
      auto connector = sink->table.options.find("connector");
      if (connector != sink->table.options.end() && connector->second == "$collect") return &sink->table;
    }
  }
  return nullptr;
}

}  // namespace

Result<std::unique_ptr<HostedJob>> HostedJob::create(const WorkerServerOptions& server, HostedJobOptions options) {
  SLUICE_TRY(jobgraph::JobGraph graph, jobgraph::decode(options.job_graph));
  std::unique_ptr<HostedJob> hosted(new HostedJob());
  if (const jobgraph::TableRef* table = find_result(graph)) {
    hosted->result_ = std::make_unique<ResultBuffer>(table->columns, options.origin, options.on_rows);
  }
  SLUICE_TRY(hosted->engine_, server.make_engine(graph, options.object_cache));
  JobOptions job;
  job.parallelism = options.parallelism;
  job.job_id = server.job_id;
  job.restore_from = options.restore_from;
  job.spill_directory = options.spill_directory;
  job.results = hosted->result_.get();
  SLUICE_TRY(hosted->job_, hosted->engine_->engine().submit(std::move(graph), std::move(job)));
  hosted->job_->on_end(std::move(options.on_state_end));
  return hosted;
}

WorkerReport HostedJob::report() const {
  WorkerReport report;
  report.status = job_->status();
  report.metrics = job_->metrics();
  report.compile_ms = engine_->compile_ms();
  if (result_) {
    report.result_produced = result_->produced();
    report.result_acknowledged = result_->acknowledged();
  }
  return report;
}

}  // namespace sluice::runtime
