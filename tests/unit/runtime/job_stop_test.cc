// Stopping with a savepoint when that cannot be done at once or at all, and starting from what is none.
#include <optional>

#include <gtest/gtest.h>

#include "runtime/connectors/values/store.h"
#include "runtime/interp/interpreter_provider.h"
#include "runtime/job/embedded_engine.h"
#include "tests/sim/graph_builder.h"
#include "tests/sim/memory_file_system.h"
#include "tests/sim/sim_env.h"

namespace sluice::runtime {
namespace {

class JobStopTest : public testing::Test {
 protected:
  void submit(jobgraph::JobGraph graph, JobOptions options) {
    options.spills = false;
    auto submitted = engine.submit(std::move(graph), std::move(options));
    ASSERT_TRUE(submitted) << submitted.error().message;
    job = *std::move(submitted);
  }
  void stop(const std::string& directory) {
    answer.reset();
    job->stop_with_savepoint(directory, [this](Result<std::string> done) { answer = std::move(done); });
  }
  bool run_until_answer() {
    return env.run_until([this] { return answer.has_value(); }, 100'000);
  }
  bool run_to(JobState state) {
    return env.run_until([this, state] { return job->status().state == state; }, 100'000);
  }
  void TearDown() override {
    env.executor().clear();
    if (job) job->abandon();
  }

  sim::MemoryFileSystem files;
  ValuesStore store;
  InterpreterProvider code;
  sim::SimEnv env{7, &files};
  EmbeddedEngine engine{EngineOptions{.env = env.env(), .code = &code, .connectors = &connectors(), .values = &store}};
  std::shared_ptr<Job> job;
  std::optional<Result<std::string>> answer;
};

TEST_F(JobStopTest, BeforeTheJobRunsTheStopWaits) {
  submit(sim::counting_graph("job", false), {});
  stop("/savepoints");
  job->start();
  ASSERT_TRUE(run_until_answer());
  ASSERT_TRUE(*answer) << answer->error().message;
  ASSERT_TRUE(run_to(JobState::Stopped));
  EXPECT_TRUE(*files.exists(**answer + "/manifest"));
}

TEST_F(JobStopTest, AJobThatIsCancelledBeforeItRunsAnswersTheStop) {
  submit(sim::counting_graph("job", false), {});
  stop("/savepoints");
  job->cancel();
  ASSERT_TRUE(run_until_answer());
  EXPECT_FALSE(*answer);
  EXPECT_TRUE(run_to(JobState::Cancelled));
}

TEST_F(JobStopTest, ADirectoryElsewhereLeavesTheJobAlone) {
  submit(sim::counting_graph("job", false), {});
  job->start();
  ASSERT_TRUE(run_to(JobState::Running));
  stop("s3://bucket/savepoints");
  ASSERT_TRUE(run_until_answer());
  ASSERT_FALSE(*answer);
  EXPECT_EQ(answer->error().code, ErrorCode::NotSupportedYet);
  EXPECT_EQ(job->status().state, JobState::Running);
  stop("file:///savepoints");
  ASSERT_TRUE(run_until_answer());
  ASSERT_TRUE(*answer) << answer->error().message;
  EXPECT_TRUE((*answer)->starts_with("/savepoints/job-")) << **answer;
}

TEST_F(JobStopTest, ASavepointThatIsNotThereFailsTheJobAtOnce) {
  auto graph = sim::counting_graph("job", false);
  graph.settings["execution.checkpointing.interval"] = "10 ms";
  submit(graph, {.restore_from = "/savepoints/nope"});
  job->start();
  ASSERT_TRUE(run_to(JobState::Failed));
  EXPECT_EQ(job->status().failure->code, ErrorCode::NoCheckpoint);
  EXPECT_EQ(job->status().restarts, 0U);
}

TEST_F(JobStopTest, ADamagedSavepointFailsTheJobAtOnce) {
  auto graph = sim::counting_graph("job", false);
  graph.settings["execution.checkpointing.interval"] = "10 ms";
  ASSERT_TRUE(files.create_directories("/savepoint"));
  auto made = files.create("/savepoint/manifest");
  ASSERT_TRUE(made);
  ASSERT_TRUE((*made)->append("no manifest"));
  submit(graph, {.restore_from = "/savepoint"});
  job->start();
  ASSERT_TRUE(run_to(JobState::Failed));
  EXPECT_EQ(job->status().failure->code, ErrorCode::CorruptCheckpoint);
}

TEST(MetricsTest, CountersGoOnOverAttempts) {
  JobMetrics first;
  first.operators.push_back({.id = 1, .name = "a", .uid = "a", .subtask = 0, .rows_in = 5, .rows_out = 4});
  first.rows_in = 5;
  JobMetrics second;
  second.operators.push_back({.id = 1, .name = "a", .uid = "a", .subtask = 0, .rows_in = 2, .rows_out = 1});
  second.operators.push_back({.id = 1, .name = "a", .uid = "a", .subtask = 1, .rows_in = 7});
  second.rows_in = 9;
  JobMetrics both = metrics_behind(first, second);
  EXPECT_EQ(both.rows_in, 14U);
  EXPECT_EQ(both.operators[0].rows_in, 7U);
  EXPECT_EQ(both.operators[0].rows_out, 5U);
  EXPECT_EQ(both.operators[1].rows_in, 7U);
  EXPECT_EQ(metrics_behind(both, {}).rows_in, 14U);
}

}  // namespace
}  // namespace sluice::runtime
