#include "gateway/jobs/job_store.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/env/real_env.h"

namespace sluice::gateway {
namespace {

class JobStoreTest : public ::testing::Test {
 protected:
  JobStoreTest() {
    directory_ = std::filesystem::temp_directory_path() / fmt::format("job_store_{}", env_.env().random->next());
  }
  ~JobStoreTest() override { std::filesystem::remove_all(directory_); }

  std::unique_ptr<JobStore> open() {
    auto store = JobStore::open(env_.env(), directory_);
    EXPECT_TRUE(store) << store.error().message;
    return *std::move(store);
  }

  RealEnv env_;
  std::string directory_;
};

JobDefinition definition(char digit, int64_t created) {
  JobDefinition out;
  out.id = std::string(32, digit);
  out.name = "orders_by_day";
  out.kind = JobKind::Select;
  out.job_graph = std::string("\0graph", 6);
  out.parallelism = 3;
  out.restore_from = "latest";
  out.time_zone = "Europe/Berlin";
  out.created_wall_ms = created;
  out.script = {{"a.sql", "SELECT 1;\n"}, {"b.sql", ""}};
  return out;
}

TEST_F(JobStoreTest, ALaterGatewayReadsWhatWasWritten) {
  JobFate fate;
  fate.attempt = 4;
  fate.restarts = 3;
  fate.is_deployed = true;
  fate.ended_as = JobState::Lost;
  fate.failure = Error{ErrorCode::WorkerLost, "gone", "Look.", SourceSpan{7, 9}};
  fate.ended_wall_ms = 12;
  {
    auto store = open();
    ASSERT_TRUE(store->create(definition('b', 10)));
    ASSERT_TRUE(store->create(definition('a', 20)));
    ASSERT_TRUE(store->write(std::string(32, 'b'), fate));
  }
  std::vector<std::string> refused;
  auto jobs = open()->load(refused);
  ASSERT_TRUE(jobs);
  EXPECT_TRUE(refused.empty());
  ASSERT_EQ(jobs->size(), 2U);
  EXPECT_EQ((*jobs)[0].definition, definition('b', 10));  // By creation, not by id.
  EXPECT_EQ((*jobs)[1].definition, definition('a', 20));
  const JobFate& read = (*jobs)[0].fate;
  EXPECT_EQ(read.attempt, 4U);
  EXPECT_EQ(read.restarts, 3U);
  EXPECT_TRUE(read.is_deployed);
  EXPECT_FALSE(read.is_cancel_wanted);
  EXPECT_EQ(read.ended_as, JobState::Lost);
  EXPECT_EQ(read.failure->message, "gone");
  EXPECT_EQ(read.failure->span, (SourceSpan{7, 9}));
  EXPECT_EQ((*jobs)[1].fate.attempt, 1U);  // It may have had its first worker.
}

TEST_F(JobStoreTest, ASecondGatewayIsRefused) {
  auto first = open();
  auto second = JobStore::open(env_.env(), directory_);
  ASSERT_FALSE(second);
  EXPECT_FALSE(second.error().hint.empty());
}

TEST_F(JobStoreTest, WhatIsDamagedIsReportedAndTheOthersAreRead) {
  auto store = open();
  ASSERT_TRUE(store->create(definition('a', 1)));
  ASSERT_TRUE(store->create(definition('b', 2)));
  std::string path = store->directory_of(std::string(32, 'a')) + "/definition";
  ASSERT_TRUE((*env_.env().files->create(path))->append("nonsense"));
  std::vector<std::string> refused;
  auto jobs = store->load(refused);
  ASSERT_TRUE(jobs);
  EXPECT_EQ(jobs->size(), 1U);
  EXPECT_EQ(refused.size(), 1U);
}

TEST_F(JobStoreTest, ADirectoryWithoutADefinitionIsNoJob) {
  auto store = open();
  ASSERT_TRUE(env_.env().files->create_directories(store->directory_of(std::string(32, 'c'))));
  std::vector<std::string> refused;
  EXPECT_TRUE(store->load(refused)->empty());
  EXPECT_TRUE(refused.empty());
  EXPECT_FALSE(*env_.env().files->exists(store->directory_of(std::string(32, 'c'))));
}

TEST(JobId, OnlyThirtyTwoHexadecimalDigitsAreAnId) {
  EXPECT_TRUE(is_job_id(std::string(32, '0')));
  EXPECT_FALSE(is_job_id(std::string(31, '0')));
  EXPECT_FALSE(is_job_id(std::string(33, '0')));
  EXPECT_FALSE(is_job_id(std::string(32, 'A')));
  EXPECT_FALSE(is_job_id("../../../../../../../../etc/pass"));
  EXPECT_FALSE(is_job_id(""));
}

}  // namespace
}  // namespace sluice::gateway
