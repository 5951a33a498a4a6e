#include "runtime/job/embedded_engine.h"

#include <utility>

#include "planner/jobgraph/validate.h"
#include "runtime/job/job_execution.h"

namespace sluice::runtime {
namespace {

class EmbeddedJob final : public Job {
 public:
  explicit EmbeddedJob(std::shared_ptr<JobExecution> execution) : execution_(std::move(execution)) {}
  ~EmbeddedJob() override {
    if (execution_) execution_->cancel();
  }
  void start() override { execution_->start(); }
  void on_end(std::function<void()> done) override { execution_->on_end(std::move(done)); }
  JobStatus status() const override { return execution_->status(); }
  JobMetrics metrics() const override { return execution_->metrics(); }
  void cancel() override { execution_->cancel(); }
  void stop_with_savepoint(const std::string& directory, SavepointDone done) override {
    execution_->stop_with_savepoint(directory, std::move(done));
  }
  void trigger_checkpoint(std::function<void(Result<CheckpointId>)> done) override {
    execution_->trigger_checkpoint(std::move(done));
  }
  void abandon() override { std::exchange(execution_, nullptr)->abandon(); }

 private:
  std::shared_ptr<JobExecution> execution_;
};

}  // namespace

Result<std::shared_ptr<Job>> EmbeddedEngine::submit(jobgraph::JobGraph graph, JobOptions options) {
  SLUICE_DO(jobgraph::validate(graph));
  SLUICE_TRY(std::shared_ptr<const JobPlan> plan, make_job_plan(options_, std::move(graph), std::move(options)));
  EngineOptions engine = options_;
  if (!engine.make_state) engine.make_state = TaskState::create;
  auto execution = std::make_shared<JobExecution>(std::move(engine), std::move(plan));
  return std::shared_ptr<Job>(std::make_shared<EmbeddedJob>(std::move(execution)));
}

}  // namespace sluice::runtime
