// Hostile and strange peers of a worker.
#include "tests/unit/worker/server_fixture.h"

namespace sluice::runtime {
namespace {

TEST_F(WorkerServerTest, NonsenseClosesTheConnectionAndHarmsNobody) {
  deploy_numbers();
  uint64_t position = read_numbers(*client, 0, 100);
  wire::ToWorker report;
  report.mutable_get_report();
  wire::ToWorker nothing;
  std::string large = frame_of(std::string(100'000, 'x'));
  std::vector<std::function<void(RawPeer&)>> cases = {
      [](RawPeer& peer) { peer.send_bytes("GET / HTTP/1.1\r\n\r\n"); },
      [](RawPeer& peer) { peer.send_bytes(std::string_view("\xff\xff\xff\xff", 4)); },
      [](RawPeer& peer) { peer.send_bytes(frame_of("\x0a\xff\xff\xff\xff\x7f")); },
      [](RawPeer& peer) { peer.send_bytes(frame_of("")); },
      [&](RawPeer& peer) { peer.send_bytes(large); },  // Before hello.
      [&](RawPeer& peer) { peer.send_message(report); },
      [&](RawPeer& peer) {
        peer.hello();
        EXPECT_TRUE(peer.next());
        peer.send_message(nothing);
      },
      [&](RawPeer& peer) {  // After hello, when there is no deployment to come.
        peer.hello();
        EXPECT_TRUE(peer.next());
        peer.send_bytes(large);
      },
  };
  for (size_t i = 0; i < cases.size(); ++i) {
    SCOPED_TRACE(i);
    RawPeer hostile(directory + "/socket");
    cases[i](hostile);
    EXPECT_TRUE(hostile.is_closed());
  }
  client->acknowledge(position);
  read_numbers(*client, position, 20'000);
}

// Bytes of real messages, some of them changed: whatever they ask, the worker answers or closes, and stands.
TEST_F(WorkerServerTest, ChangedMessagesDoNotHarmIt) {
  wire::ToWorker deploy, read, demand, stop;
  deploy.mutable_deploy()->set_job_graph(job_of(numbers(10) + "SELECT n FROM numbers;"));
  read.mutable_read_result()->set_until(10);
  demand.mutable_result_demand()->set_acknowledged(10);
  stop.mutable_stop_with_savepoint()->set_directory(root);
  std::vector<wire::ToWorker> messages = {deploy, read, demand, stop};
  uint64_t random = 42;
  auto draw = [&random](size_t below) {
    random = random * 6364136223846793005U + 1442695040888963407U;
    return static_cast<size_t>(random >> 33) % below;
  };
  for (int round = 0; round < 60; ++round) {
    RawPeer hostile(directory + "/socket");
    hostile.hello();
    for (int i = 0; i < 5; ++i) {
      wire::ToWorker message = messages[draw(messages.size())];
      message.set_job_id("job-1");
      message.set_attempt(1);
      message.set_request(draw(3));
      std::string bytes = message.SerializeAsString();
      for (size_t changes = draw(3); changes > 0; --changes) bytes[draw(bytes.size())] = static_cast<char>(draw(256));
      hostile.send_bytes(frame_of(bytes));
    }
  }
  // A changed attempt may have fenced the others, a cancel ended it; and too many connections may still be open.
  EXPECT_TRUE(eventually([&] {
    if (has_exited) return true;
    RawPeer polite(directory + "/socket");
    polite.hello(1000);
    auto answer = polite.next();
    return answer && (answer->has_welcome() || answer->has_fenced());
  }));
}

TEST_F(WorkerServerTest, AFrameInPiecesIsAFrame) {
  RawPeer slow(directory + "/socket");
  wire::ToWorker message;
  message.set_job_id("job-1");
  message.set_attempt(1);
  message.set_request(7);
  message.mutable_hello()->set_protocol(kWorkerProtocol);
  for (char byte : frame_of(message.SerializeAsString())) slow.send_bytes({&byte, 1});
  auto answer = slow.next();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->request(), 7U);
  EXPECT_TRUE(answer->has_welcome());
}

TEST_F(WorkerServerTest, AnotherJobsMessagesAreRefusedByName) {
  RawPeer lost(directory + "/socket");
  wire::ToWorker message;
  message.mutable_hello()->set_protocol(kWorkerProtocol);
  lost.send_message(message, "job-2");
  auto answer = lost.next();
  ASSERT_TRUE(answer && answer->has_failure());
  EXPECT_EQ(answer->failure().code(), static_cast<uint32_t>(ErrorCode::JobNotFound));
  EXPECT_TRUE(lost.is_closed());
}

TEST_F(WorkerServerTest, AnotherProtocolIsRefused) {
  RawPeer young(directory + "/socket");
  young.hello(1, kWorkerProtocol + 1);
  auto answer = young.next();
  ASSERT_TRUE(answer && answer->has_failure());
  EXPECT_TRUE(young.is_closed());
}

TEST_F(WorkerServerTest, AFencedConnectionIsToldSo) {
  RawPeer old(directory + "/socket");
  old.hello(1);
  ASSERT_TRUE(old.next()->has_welcome());
  RawPeer young(directory + "/socket");
  young.hello(5);
  ASSERT_TRUE(young.next()->has_welcome());
  auto told = old.next();
  ASSERT_TRUE(told && told->has_fenced());
  EXPECT_EQ(told->fenced().attempt(), 5U);
  EXPECT_TRUE(old.is_closed());
}

// Its job is thrown away, and the one that took over deploys its own.
TEST_F(WorkerServerTest, AnAttemptFencedWhileItDeploysHasNoJob) {
  RawPeer old(directory + "/socket");
  old.hello(1);
  ASSERT_TRUE(old.next()->has_welcome());
  delay_of_engine_ms = 100;
  wire::ToWorker deploy;
  deploy.mutable_deploy()->set_job_graph(job_of(numbers(10) + "SELECT n FROM numbers;"));
  old.send_message(deploy);
  RawPeer young(directory + "/socket");
  ASSERT_TRUE(eventually([&] { return delay_of_engine_ms == 0; }));
  young.hello(2);
  auto answer = young.next();
  ASSERT_TRUE(answer && answer->has_welcome());
  EXPECT_FALSE(answer->welcome().is_deployed());
  young.send_message(deploy, "job-1", 2);
  answer = young.next();
  ASSERT_TRUE(answer && answer->has_accepted());
  for (;;) {  // Also while the job that was thrown away ends.
    answer = young.next();
    ASSERT_TRUE(answer && answer->has_report());
    if (answer->report().state() == wire::FINISHED) break;
  }
}

TEST_F(WorkerServerTest, ConnectionsHaveALimit) {
  std::vector<std::unique_ptr<RawPeer>> peers;
  for (int i = 0; i < 100; ++i) peers.push_back(std::make_unique<RawPeer>(directory + "/socket"));
  EXPECT_TRUE(peers.back()->is_closed());
  peers.clear();
  EXPECT_TRUE(client->report() || client->deploy({.job_graph = "x"}).error().code == ErrorCode::InvalidJobGraph);
  EXPECT_TRUE(eventually([&] { return WorkerClient::connect(client_options(1)).has_value(); }));
}

// A reader that has credit and does not read: the job pauses, others are served, nothing grows.
TEST_F(WorkerServerTest, AReaderThatDoesNotReadPausesTheJobOnly) {
  deploy_numbers();
  RawPeer deaf(directory + "/socket");
  deaf.hello();
  ASSERT_TRUE(deaf.next()->has_welcome());
  wire::ToWorker read;
  read.mutable_read_result()->set_until(UINT64_MAX);
  deaf.send_message(read);
  uint64_t before = 0;
  ASSERT_TRUE(eventually([&] {
    uint64_t produced = client->report()->result_produced;
    return produced >= 60'000 && produced == std::exchange(before, produced);
  }));
  EXPECT_LT(client->report()->result_produced, 70'000U);
  ASSERT_TRUE(client->read_result(0));
  read_numbers(*client, 0, 1000);
}

TEST_F(WorkerServerTest, APausedJobTakesCheckpoints) {
  std::string sql = "SET 'execution.checkpointing.interval' = '1 h';\nSET 'execution.checkpointing.dir' = '" + root +
                    "/checkpoints';\n" + numbers(1'000'000'000) + "SELECT n FROM numbers;";
  ASSERT_TRUE(client->deploy({.job_graph = job_of(sql)}));
  uint64_t before = 0;
  ASSERT_TRUE(eventually([&] {
    uint64_t produced = client->report()->result_produced;
    return produced >= 60'000 && produced == std::exchange(before, produced);
  }));
  for (CheckpointId id : {1U, 2U, 3U}) {
    auto checkpoint = client->trigger_checkpoint(kPatienceMs);
    ASSERT_TRUE(checkpoint) << checkpoint.error().message;
    EXPECT_EQ(*checkpoint, id);
  }
  EXPECT_LT(client->report()->result_produced, 600'000U);  // Every barrier makes room for a buffer once or twice.
}

TEST_F(WorkerServerTest, CancelWithoutAJobEndsTheWorker) {
  ASSERT_TRUE(client->cancel());
  EXPECT_TRUE(eventually([&] { return has_exited.load(); }));
}

TEST_F(WorkerServerTest, ItEndsWhileAPeerDoesNotTakeItsLastWords) {
  deploy_numbers();
  RawPeer deaf(directory + "/socket");
  deaf.hello();
  ASSERT_TRUE(deaf.next()->has_welcome());
  wire::ToWorker read;
  read.mutable_read_result()->set_until(UINT64_MAX);
  deaf.send_message(read);
  ASSERT_TRUE(eventually([&] { return client->report()->result_produced >= 60'000; }));
  ASSERT_TRUE(client->cancel());
  EXPECT_TRUE(eventually([&] { return has_exited.load(); }));
  EXPECT_EQ(trace().final.status.state, JobState::Cancelled);
}

}  // namespace
}  // namespace sluice::runtime
