// Real worker processes, from their start to their end.
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <fstream>

#include "tests/unit/worker/worker_fixture.h"

namespace sluice::runtime {
namespace {

constexpr int64_t kEndless = 1'000'000'000'000;

using WorkerProcess = WorkerTest;

TEST_F(WorkerProcess, StreamsReconnectsCheckpointsStopsAndGoesOn) {
  std::string sql = "SET 'execution.checkpointing.interval' = '1 h';\nSET 'execution.checkpointing.dir' = '" + root +
                    "/checkpoints';\n" + numbers(kEndless) + "SELECT n, n * 2 FROM numbers;";
  auto client = start_select(1, sql);
  ASSERT_TRUE(client);
  EXPECT_TRUE(client->welcome().has_result);
  ASSERT_EQ(client->welcome().result_columns.size(), 2U);
  uint64_t position = read_numbers(*client, 0, 20'000);
  client->acknowledge(position - 5000);
  ASSERT_TRUE(client->report());  // An answer to what was sent behind it: the worker has read the acknowledgement.

  client.reset();  // In the middle: the worker goes on, and the rows that were not acknowledged come again.
  client = connect(1);
  ASSERT_TRUE(client);
  EXPECT_TRUE(client->welcome().is_deployed);
  EXPECT_EQ(client->welcome().report.status.state, JobState::Running);
  EXPECT_FALSE(client->read_result(position - 5001));
  ASSERT_TRUE(client->read_result(position - 5000));
  position = read_numbers(*client, position - 5000, 20'000);
  client->acknowledge(position);

  auto checkpoint = client->trigger_checkpoint(kPatienceMs);
  ASSERT_TRUE(checkpoint) << checkpoint.error().message;
  EXPECT_EQ(*checkpoint, 1U);
  auto report = client->report();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->status.checkpoints.completed, 1U);
  EXPECT_GT(report->peak_memory_bytes, 1U << 20);

  auto savepoint = client->stop_with_savepoint(root + "/savepoints", kPatienceMs);
  ASSERT_TRUE(savepoint) << savepoint.error().message;
  for (;;) {  // The rows before the savepoint.
    auto item = client->next_result(kPatienceMs);
    ASSERT_TRUE(item) << item.error().message;
    if (auto* end = std::get_if<ResultEnd>(&*item)) {
      EXPECT_EQ(end->position, position);
      break;
    }
    auto* rows = std::get_if<ResultRows>(&*item);
    ASSERT_NE(rows, nullptr);
    EXPECT_EQ(rows->changes[0].row[0].get<int64_t>(), static_cast<int64_t>(position));
    position = rows->position + rows->changes.size();
    client->acknowledge(position);
  }
  client->acknowledge(position);
  ASSERT_TRUE(eventually([&] { return !is_alive(); }));
  WorkerTrace ended = trace();
  EXPECT_EQ(ended.life, WorkerLife::Ended);
  EXPECT_EQ(ended.final.status.state, JobState::Stopped);
  EXPECT_EQ(ended.final.status.savepoint, *savepoint);

  client = start(2);
  ASSERT_TRUE(client);
  ASSERT_TRUE(client->deploy({.job_graph = job_of(sql), .restore_from = *savepoint}));
  ASSERT_TRUE(client->read_result(0));
  read_numbers(*client, 0, 5000, static_cast<int64_t>(position));
  EXPECT_EQ(client->report()->status.restored_from, *savepoint);
  ASSERT_TRUE(client->cancel());
  ASSERT_TRUE(eventually([&] { return !is_alive(); }));
  EXPECT_EQ(trace().final.status.state, JobState::Cancelled);
}

TEST_F(WorkerProcess, AReaderWithoutCreditPausesTheJob) {
  auto client = start_select(1, numbers(kEndless) + "SELECT n FROM numbers;");
  ASSERT_TRUE(client);
  uint64_t before = 0;
  // Two reports of the same number, a while after the first row: the buffer is full.
  ASSERT_TRUE(eventually([&] {
    auto report = client->report();
    uint64_t produced = report ? report->result_produced : 0;
    return produced >= 60'000 && produced == std::exchange(before, produced);
  }));
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_EQ(client->report()->result_produced, before);
  EXPECT_LT(before, 70'000U);
  // Taking rows without acknowledging them does not help; then it goes on where it was.
  uint64_t position = read_numbers(*client, 0, before);
  EXPECT_TRUE(std::holds_alternative<NothingYet>(*client->next_result(50)));
  client->acknowledge(position);
  read_numbers(*client, position, 50'000);
}

TEST_F(WorkerProcess, AHigherAttemptFencesTheLowerOne) {
  WorkerClientOptions options = client_options(1);
  std::atomic<int> fenced = 0;
  options.on_lost = [&](const Error& why) { fenced += why.code == ErrorCode::Fenced ? 1 : 100; };
  ASSERT_TRUE(spawn(1));
  auto old = connect(options);
  ASSERT_TRUE(old);
  ASSERT_TRUE(old->deploy({.job_graph = job_of(numbers(kEndless) + "SELECT n FROM numbers;")}));
  ASSERT_TRUE(old->read_result(0));
  read_numbers(*old, 0, 100);

  auto young = connect(2);
  ASSERT_TRUE(young);
  EXPECT_TRUE(young->welcome().is_deployed);
  EXPECT_TRUE(eventually([&] { return fenced == 1; }));
  Status refused = old->cancel();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::Fenced);
  auto again = WorkerClient::connect(client_options(1));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::Fenced);
  EXPECT_EQ(young->report()->status.state, JobState::Running);
  ASSERT_TRUE(young->read_result(WorkerClient::kFirstKept));
  read_numbers(*young, 0, 100);
  EXPECT_EQ(trace().attempt, 2U);
  ASSERT_TRUE(young->cancel());
  ASSERT_TRUE(eventually([&] { return !is_alive(); }));
  // The final status is that of the attempt which took over.
  EXPECT_EQ(trace().life, WorkerLife::Ended);
  // Neither attempt comes back.
  for (uint64_t attempt : {uint64_t{1}, uint64_t{2}}) {
    Status spawned = spawn(attempt);
    ASSERT_FALSE(spawned);
    EXPECT_EQ(spawned.error().code, ErrorCode::Fenced) << spawned.error().message;
  }
}

TEST_F(WorkerProcess, ASecondWorkerInTheDirectoryRefuses) {
  ASSERT_TRUE(start(1));
  Status second = spawn(2);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::WorkerLost);
  EXPECT_EQ(trace().attempt, 1U);
}

TEST_F(WorkerProcess, AKilledWorkerIsSeenByItsLockAndItsPlaceIsTaken) {
  WorkerClientOptions options = client_options(1);
  std::atomic<bool> is_lost = false;
  options.on_lost = [&](const Error& why) { is_lost = why.code == ErrorCode::WorkerLost; };
  ASSERT_TRUE(spawn(1));
  auto client = connect(options);
  ASSERT_TRUE(client);
  std::string sql = numbers(kEndless) + "SELECT n FROM numbers;";
  ASSERT_TRUE(client->deploy({.job_graph = job_of(sql)}));
  EXPECT_EQ(trace().life, WorkerLife::Alive);
  kill(static_cast<pid_t>(client->welcome().pid), SIGKILL);
  ASSERT_TRUE(eventually([&] { return is_lost.load(); }));
  EXPECT_FALSE(client->report());
  ASSERT_TRUE(eventually([&] { return !is_alive(); }));
  EXPECT_EQ(trace().life, WorkerLife::Dead);
  EXPECT_TRUE(std::filesystem::exists(directory + "/socket"));  // Stale.
  auto refused = WorkerClient::connect(client_options(1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::WorkerLost);

  client = start_select(2, sql);
  ASSERT_TRUE(client);
  read_numbers(*client, 0, 100);
}

TEST_F(WorkerProcess, TheCauseOfAFailureIsInTheReportAndInTheFile) {
  WorkerClientOptions options = client_options(1);
  std::atomic<bool> has_failed = false;
  options.on_report = [&](const WorkerReport& report) {
    if (report.status.state == JobState::Failed) has_failed = report.status.failure.has_value();
  };
  ASSERT_TRUE(spawn(1));
  auto client = connect(options);
  ASSERT_TRUE(client);
  std::string sql = numbers(5000) + "SELECT n, 10 / (1000 - n) FROM numbers;";
  ASSERT_TRUE(client->deploy({.job_graph = job_of(sql)}));
  ASSERT_TRUE(client->read_result(0));
  ASSERT_TRUE(eventually([&] { return has_failed.load(); }));
  // The rows before it can be read to their end.
  uint64_t position = 0;
  for (bool is_over = false; !is_over;) {
    auto item = client->next_result(kPatienceMs);
    ASSERT_TRUE(item);
    if (auto* rows = std::get_if<ResultRows>(&*item)) position = rows->position + rows->changes.size();
    is_over = std::holds_alternative<ResultEnd>(*item);
  }
  client->acknowledge(position);
  ASSERT_TRUE(eventually([&] { return !is_alive(); }));
  WorkerTrace ended = trace();
  EXPECT_EQ(ended.life, WorkerLife::Ended);
  EXPECT_EQ(ended.final.status.state, JobState::Failed);
  ASSERT_TRUE(ended.final.status.failure);
  EXPECT_EQ(ended.final.status.failure->code, ErrorCode::RowExpressionFailed);
  EXPECT_NE(ended.final.status.failure->message, "");
}

TEST_F(WorkerProcess, AJobWithoutAResultEndsAloneAndItsGatewayMayComeLater) {
  auto client = start(1);
  ASSERT_TRUE(client);
  std::string sql = numbers(20'000, 20'000) +
                    "CREATE TABLE files (n BIGINT) WITH ('connector' = 'filesystem', 'format' = 'csv', 'path' = '" +
                    root + "/out');\nSET 'execution.checkpointing.dir' = '" + root +
                    "/checkpoints';\nINSERT INTO files SELECT n FROM numbers;";
  ASSERT_TRUE(client->deploy({.job_graph = job_of(sql)}));
  EXPECT_FALSE(client->welcome().has_result);
  EXPECT_FALSE(client->read_result(0));
  client.reset();
  ASSERT_TRUE(eventually([&] { return !is_alive(); }));
  WorkerTrace ended = trace();
  EXPECT_EQ(ended.life, WorkerLife::Ended);
  EXPECT_EQ(ended.final.status.state, JobState::Finished);
  EXPECT_EQ(ended.final.metrics.rows_out, 20'001U);
}

TEST_F(WorkerProcess, AnUnreadResultGoesWhenItsTimeIsOver) {
  auto client = start(1);
  ASSERT_TRUE(client);
  ASSERT_TRUE(client->deploy({.job_graph = job_of(numbers(10) + "SELECT n FROM numbers;"), .result_keep_ms = 200}));
  client.reset();
  ASSERT_TRUE(eventually([&] { return !is_alive(); }));
  EXPECT_EQ(trace().final.status.state, JobState::Finished);
}

TEST_F(WorkerProcess, AGraphThatCannotRunIsRefusedAndAnotherMayCome) {
  auto client = start(1);
  ASSERT_TRUE(client);
  Status refused = client->deploy({.job_graph = "no graph"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::InvalidJobGraph);
  EXPECT_FALSE(client->report());
  EXPECT_FALSE(client->trigger_checkpoint(kPatienceMs));
  std::string sql = numbers(kEndless) + "SELECT n FROM numbers;";
  ASSERT_TRUE(client->deploy({.job_graph = job_of(sql)}));
  EXPECT_FALSE(client->deploy({.job_graph = job_of(sql)}));
  ASSERT_TRUE(client->cancel());
  ASSERT_TRUE(eventually([&] { return !is_alive(); }));
}

TEST_F(WorkerProcess, OnlyTheOwnerReachesIt) {
  ASSERT_TRUE(start(1));
  struct stat info{};
  ASSERT_EQ(stat(directory.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700U);
  ASSERT_EQ(stat((directory + "/socket").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
}

TEST_F(WorkerProcess, ItHasASessionOfItsOwnAndNoDescriptorsOfItsStarter) {
  int leaked = open("/dev/null", O_RDONLY);  // Without close-on-exec.
  auto client = start(1);
  ASSERT_TRUE(client);
  auto pid = static_cast<pid_t>(client->welcome().pid);
  EXPECT_NE(getsid(pid), getsid(0));
  for (const auto& entry : std::filesystem::directory_iterator(fmt::format("/proc/{}/fd", pid))) {
    std::error_code gone;
    std::string target = std::filesystem::read_symlink(entry.path(), gone);
    EXPECT_TRUE(target != "/dev/null" || entry.path().filename() == "0") << entry.path();
    EXPECT_FALSE(target.starts_with("pipe:")) << entry.path();
  }
  close(leaked);
}

TEST_F(WorkerProcess, ADirectoryWithALongNameHasASocket) {
  directory = root + "/" + std::string(120, 'd');
  auto client = start_select(1, numbers(kEndless) + "SELECT n FROM numbers;");
  ASSERT_TRUE(client);
  read_numbers(*client, 0, 10);
  ASSERT_TRUE(client->cancel());
}

TEST_F(WorkerProcess, ANewReaderTakesOver) {
  auto first = start_select(1, numbers(kEndless) + "SELECT n FROM numbers;");
  ASSERT_TRUE(first);
  uint64_t position = read_numbers(*first, 0, 1000);
  auto second = connect(1);
  ASSERT_TRUE(second);
  ASSERT_TRUE(second->read_result(position));
  read_numbers(*second, position, 1000);
  for (;;) {
    auto item = first->next_result(kPatienceMs);
    if (item) continue;
    EXPECT_EQ(item.error().code, ErrorCode::Fenced);
    break;
  }
  EXPECT_TRUE(first->report());  // Otherwise it may stay.
  first->acknowledge(position + 100'000);
  EXPECT_EQ(second->report()->result_acknowledged, 0U);
}

}  // namespace
}  // namespace sluice::runtime
