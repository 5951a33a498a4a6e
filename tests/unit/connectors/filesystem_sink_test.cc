// What the files sink shows behind deaths, power losses and damaged checkpoints. Staged files and committables are made
// by hand, as its writers make them.
#include <functional>

#include <gtest/gtest.h>

#include "runtime/connectors/filesystem/committable.h"
#include "runtime/connectors/filesystem/layout.h"
#include "runtime/connectors/filesystem/sink.h"
#include "tests/sim/memory_file_system.h"
#include "tests/sim/sim_env.h"

namespace sluice::runtime {
namespace {

using filesystem::Committable;
using filesystem::StagedFile;

const std::string kOwner = "/checkpoints/job/staged/uid";
const std::string kStagingName = filesystem::staging_name_of(kOwner);
const std::string kStaging = "/out/" + kStagingName;

std::function<void(std::string_view)> at_fault;

class FilesystemSinkTest : public testing::Test {
 protected:
  FilesystemSinkTest() {
    fault_hook = [](const char* name) {
      if (at_fault) at_fault(name);
    };
  }
  ~FilesystemSinkTest() override {
    fault_hook = nullptr;
    at_fault = nullptr;
  }

  // As a new process makes it.
  std::unique_ptr<SinkConnector> make(const std::string& owner = kOwner) {
    jobgraph::Sink sink;
    sink.table.options = {{"path", "/out"},
                          {"format", "csv"},
                          {"sink.partition-commit.policy.kind", "success-file"},
                          {"sink.partition-commit.delay", "1 h"}};
    sink.table.columns = {{"v", Type::bigint()}, {"p", Type::integer()}};
    sink.table.partition_keys = {1};
    ConnectorContext context;
    context.env = env_.env();
    context.staging_directory = owner;
    auto made = make_filesystem_sink(sink, sink.table.columns, context);
    EXPECT_TRUE(made) << made.error().message;
    return *std::move(made);
  }

  StagedFile stage(const std::string& name, const std::string& partition, const std::string& bytes) {
    EXPECT_TRUE(files_.create_directories(kStaging));
    auto file = files_.create(kStaging + "/" + name);
    EXPECT_TRUE((*file)->append(bytes));
    EXPECT_TRUE((*file)->sync());
    EXPECT_TRUE(files_.sync_directory(kStaging));
    return {kStagingName + "/" + name, partition + "/part-" + name, bytes.size()};
  }

  std::string visible(const StagedFile& file) { return "/out/" + file.destination; }
  std::string bytes_of(const StagedFile& file) {
    auto bytes = files_.read_all(visible(file));
    return bytes ? *bytes : "nothing";
  }

  static std::vector<std::string> committables(std::vector<StagedFile> finished, std::vector<StagedFile> in_progress,
                                               std::vector<std::string> partitions) {
    return {encode(Committable{kStagingName, 0, std::move(finished), std::move(in_progress), std::move(partitions)})};
  }

  sim::MemoryFileSystem files_;
  sim::SimEnv env_{1, &files_};
};

TEST_F(FilesystemSinkTest, AFileKeepsANameWhenPowerGoesDuringASecondPublish) {
  StagedFile file = stage("a", "p=1", "1\n");
  auto prepared = committables({file}, {}, {"p=1"});
  // The first process died behind the rename, and nothing had been synced.
  ASSERT_TRUE(files_.create_directories("/out/p=1"));
  ASSERT_TRUE(files_.rename(kStaging + "/a", visible(file)));
  at_fault = [&](std::string_view name) {
    if (name == "filesystem.after_publish_log") files_.crash();
  };
  ASSERT_TRUE(make()->publish(1, prepared));
  EXPECT_EQ(bytes_of(file), "1\n");
}

TEST_F(FilesystemSinkTest, WhatADamagedCheckpointPublishedDoesNotComeBack) {
  StagedFile file = stage("a", "p=1", "1\n");
  ASSERT_TRUE(make()->publish(2, committables({file}, {}, {"p=1"})));
  ASSERT_EQ(bytes_of(file), "1\n");
  auto sink = make();
  ASSERT_TRUE(sink->publish(1, committables({}, {}, {})));
  ASSERT_TRUE(sink->recover(1));
  files_.crash();
  EXPECT_EQ(bytes_of(file), "nothing");
}

TEST_F(FilesystemSinkTest, AFileThatWasOpenAtTheRestoredCheckpointIsCutBack) {
  StagedFile file = stage("a", "p=1", "1\n2\n");
  ASSERT_TRUE(make()->publish(2, committables({file}, {}, {"p=1"})));
  auto sink = make();
  ASSERT_TRUE(sink->publish(1, committables({}, {{file.staged, file.destination, 2}}, {"p=1"})));
  ASSERT_TRUE(sink->recover(1));
  files_.crash();
  EXPECT_EQ(bytes_of(file), "1\n");
}

// What a recovery showed beyond its publish is still known after the next process has published again.
TEST_F(FilesystemSinkTest, WhatARecoveryShowedIsTakenBackToo) {
  StagedFile file = stage("a", "p=1", "1\n2\n");
  auto second = committables({stage("b", "p=2", "3\n")}, {file}, {"p=1", "p=2"});
  auto sink = make();
  ASSERT_TRUE(sink->publish(2, second));
  ASSERT_TRUE(sink->recover(2));
  ASSERT_EQ(bytes_of(file), "1\n2\n");
  ASSERT_TRUE(make()->publish(2, second));
  sink = make();
  ASSERT_TRUE(sink->publish(1, committables({}, {{file.staged, file.destination, 2}}, {"p=1"})));
  ASSERT_TRUE(sink->recover(1));
  EXPECT_EQ(bytes_of(file), "1\n");
}

// A job that started from savepoint 2 died, and its checkpoint 2 turned out to be damaged.
TEST_F(FilesystemSinkTest, TheLogSurvivesAStartFromASavepoint) {
  StagedFile file = stage("a", "p=1", "1\n");
  auto second = committables({file}, {}, {"p=1"});
  ASSERT_TRUE(make()->publish(2, second));
  auto sink = make();
  ASSERT_TRUE(sink->publish(2, second));
  ASSERT_TRUE(sink->recover(0));
  ASSERT_EQ(bytes_of(file), "1\n");
  sink = make();
  ASSERT_TRUE(sink->publish(1, committables({}, {}, {})));
  ASSERT_TRUE(sink->recover(1));
  EXPECT_EQ(bytes_of(file), "nothing");
}

TEST_F(FilesystemSinkTest, AJobThatBeginsAnewLeavesWhatIsThere) {
  StagedFile file = stage("a", "p=1", "1\n");
  ASSERT_TRUE(make()->publish(5, committables({file}, {}, {"p=1"})));
  ASSERT_TRUE(make()->recover(0));
  auto sink = make();
  ASSERT_TRUE(sink->publish(1, committables({}, {}, {})));
  ASSERT_TRUE(sink->recover(1));
  EXPECT_EQ(bytes_of(file), "1\n");
}

// Their rows would be gone: each may be stopped and go on from a checkpoint that the other knows nothing of.
TEST_F(FilesystemSinkTest, TwoJobsThatWriteOneTableLeaveEachOtherAlone) {
  StagedFile staged = stage("a", "p=1", "1\n"), shown = stage("b", "p=1", "2\n");
  ASSERT_TRUE(make()->publish(2, committables({shown}, {}, {"p=1"})));
  auto other = make("/checkpoints/other/staged/uid");
  ASSERT_TRUE(other->publish(1, {encode(Committable{filesystem::staging_name_of("/checkpoints/other/staged/uid")})}));
  ASSERT_TRUE(other->recover(1));
  EXPECT_EQ(bytes_of(shown), "2\n");
  ASSERT_TRUE(make()->publish(3, committables({staged}, {}, {"p=1"})));
  EXPECT_EQ(bytes_of(staged), "1\n");
}

TEST_F(FilesystemSinkTest, ASavepointOfAnotherJobBringsItsStagedFilesAndWaitingPartitions) {
  StagedFile first = stage("a", "p=1", "1\n"), open = stage("b", "p=2", "2\n3\n");
  ASSERT_TRUE(make()->publish(1, committables({first}, {}, {"p=1"})));
  StagedFile cut = open;
  cut.bytes = 2;
  auto savepoint = committables({}, {cut}, {"p=2"});
  auto sink = make("/elsewhere/job/staged/uid");
  ASSERT_TRUE(sink->publish(2, savepoint));
  ASSERT_TRUE(sink->recover(0));
  EXPECT_EQ(bytes_of(open), "2\n");
  env_.clock().now_ns += 7'200'000'000'000;
  ASSERT_TRUE(sink->publish(3, {encode(Committable{filesystem::staging_name_of("/elsewhere/job/staged/uid")})}));
  EXPECT_TRUE(*files_.exists("/out/p=1/_SUCCESS"));
  EXPECT_TRUE(*files_.exists("/out/p=2/_SUCCESS"));
}

// The directory of checkpoints was moved, or is reached by another path.
TEST_F(FilesystemSinkTest, WhatADamagedCheckpointPublishedDoesNotComeBackElsewhere) {
  StagedFile file = stage("a", "p=1", "1\n");
  ASSERT_TRUE(make()->publish(2, committables({file}, {}, {"p=1"})));
  auto sink = make("/moved/checkpoints/job/staged/uid");
  ASSERT_TRUE(sink->publish(1, committables({}, {}, {})));
  ASSERT_TRUE(sink->recover(1));
  EXPECT_EQ(bytes_of(file), "nothing");
}

// Readers may take visible files away.
TEST_F(FilesystemSinkTest, ASavepointOfAnotherJobWhoseFilesWereReadGoesOn) {
  StagedFile file = stage("a", "p=1", "1\n");
  auto savepoint = committables({file}, {}, {"p=1"});
  ASSERT_TRUE(make()->publish(2, savepoint));
  ASSERT_TRUE(files_.remove(visible(file)));
  auto sink = make("/elsewhere/job/staged/uid");
  ASSERT_TRUE(sink->publish(2, savepoint));
  ASSERT_TRUE(sink->recover(0));
}

// Their rows are going to be written again, and no success file may say that they are complete before.
TEST_F(FilesystemSinkTest, PartitionsOfADamagedCheckpointAreNotCommitted) {
  StagedFile file = stage("a", "p=1", "1\n");
  ASSERT_TRUE(make()->publish(2, committables({file}, {}, {"p=1"})));
  constexpr int64_t kTwoHoursMs = 7'200'000;
  env_.clock().now_ns += kTwoHoursMs * 1'000'000;
  auto sink = make();
  ASSERT_TRUE(sink->publish(1, committables({}, {}, {})));
  ASSERT_TRUE(sink->recover(1));
  EXPECT_FALSE(*files_.exists("/out/p=1/_SUCCESS"));
  StagedFile again = stage("b", "p=1", "1\n");
  ASSERT_TRUE(sink->publish(3, committables({again}, {}, {"p=1"})));
  env_.clock().now_ns += kTwoHoursMs * 1'000'000;
  ASSERT_TRUE(sink->publish(4, committables({}, {}, {})));
  EXPECT_TRUE(*files_.exists("/out/p=1/_SUCCESS"));
}

}  // namespace
}  // namespace sluice::runtime
