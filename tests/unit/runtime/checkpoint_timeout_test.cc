// A checkpoint that does not end in its time is given up, and what comes late of it is not taken for the next one.
#include <gtest/gtest.h>

#include "runtime/job/checkpoint_coordinator.h"
#include "tests/sim/memory_file_system.h"
#include "tests/sim/sim_env.h"

namespace sluice::runtime {
namespace {

class Host final : public CheckpointHost {
 public:
  void trigger_tasks(BarrierRequest request) override { triggered.push_back(request.id); }
  void on_checkpoint_failed(Failure failure) override { failures.push_back(failure.error); }
  void on_checkpoint_completed(const CheckpointStats& next) override { stats = next; }
  std::vector<CheckpointId> triggered;
  std::vector<Error> failures;
  CheckpointStats stats;
};

class CheckpointTimeoutTest : public testing::Test {
 protected:
  CheckpointTimeoutTest() {
    auto plan = std::make_shared<JobPlan>();
    plan->graph.name = "job";
    plan->settings.set("execution.checkpointing.timeout", "10 s");
    directory_ = std::make_shared<CheckpointDirectory>(env_.env(), CheckpointDirectory::Options{"/chk", "job", 1});
    EXPECT_TRUE(directory_->prepare());
    CheckpointCoordinator::Options options{env_.env(), plan, directory_, strand_, {}, 1, 2, {}, {}};
    coordinator_ = std::make_unique<CheckpointCoordinator>(std::move(options), host_);
    coordinator_->start();
  }
  void request(std::vector<std::string>& outcomes) {
    coordinator_->request({false, false, {}, [&outcomes](Result<CheckpointId> id) {
                             outcomes.push_back(id ? std::to_string(*id) : id.error().message);
                           }});
  }

  sim::MemoryFileSystem files_;
  sim::SimEnv env_{1, &files_};
  std::shared_ptr<Strand> strand_ = std::make_shared<Strand>(*env_.env().executor);
  std::shared_ptr<CheckpointDirectory> directory_;
  Host host_;
  std::unique_ptr<CheckpointCoordinator> coordinator_;
};

TEST_F(CheckpointTimeoutTest, OneTaskIsMissing) {
  std::vector<std::string> outcomes;
  request(outcomes);
  coordinator_->on_snapshot("a", 1, TaskSnapshot{});
  env_.run_for_ms(9'000);
  EXPECT_TRUE(outcomes.empty());
  env_.run_for_ms(2'000);
  ASSERT_EQ(outcomes.size(), 1U);
  EXPECT_EQ(outcomes[0], "checkpoint 1 took longer than `execution.checkpointing.timeout`");
  ASSERT_EQ(host_.failures.size(), 1U);
  EXPECT_EQ(host_.failures[0].code, ErrorCode::CheckpointFailed);
  EXPECT_EQ(host_.stats.failed, 1U);
}

TEST_F(CheckpointTimeoutTest, LateSnapshotsCountForNothing) {
  std::vector<std::string> outcomes;
  request(outcomes);
  coordinator_->on_snapshot("a", 1, TaskSnapshot{});
  env_.run_for_ms(11'000);
  request(outcomes);
  coordinator_->on_snapshot("b", 1, TaskSnapshot{});
  coordinator_->on_snapshot("a", 2, TaskSnapshot{});
  env_.run_for_ms(1'000);
  EXPECT_EQ(outcomes.size(), 1U);
  coordinator_->on_snapshot("b", 2, TaskSnapshot{});
  env_.run_for_ms(1'000);
  ASSERT_EQ(outcomes.size(), 2U);
  EXPECT_EQ(outcomes[1], "2");
  EXPECT_EQ(host_.triggered, (std::vector<CheckpointId>{1, 2}));
  EXPECT_EQ(host_.stats.completed, 1U);
}

TEST_F(CheckpointTimeoutTest, ACheckpointInTimeIsNotGivenUpLater) {
  std::vector<std::string> outcomes;
  request(outcomes);
  for (const char* task : {"a", "b"}) coordinator_->on_snapshot(task, 1, TaskSnapshot{});
  env_.run_for_ms(60'000);
  EXPECT_EQ(outcomes, std::vector<std::string>{"1"});
  EXPECT_TRUE(host_.failures.empty());
}

}  // namespace
}  // namespace sluice::runtime
