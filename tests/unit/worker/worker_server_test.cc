// Hostile and strange peers of a worker that runs in this process.
#include "runtime/worker/worker_server.h"

#include <sys/socket.h>
#include <sys/un.h>

#include "runtime/interp/interpreter_provider.h"
#include "runtime/worker/frame_reader.h"
#include "runtime/worker/job_directory.h"
#include "runtime/worker/wire.h"
#include "tests/unit/worker/worker_fixture.h"

namespace sluice::runtime {
namespace {

class InterpretingEngine final : public WorkerEngine {
 public:
  explicit InterpretingEngine(const Env& env) : engine_({.env = env, .code = &code_, .connectors = &connectors()}) {}
  EmbeddedEngine& engine() override { return engine_; }
  double compile_ms() const override { return 0; }

 private:
  InterpreterProvider code_;
  EmbeddedEngine engine_;
};

// A socket without a client's manners.
class RawPeer {
 public:
  explicit RawPeer(const std::string& path) : fd_(socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    timeval patience{.tv_sec = 10, .tv_usec = 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  ~RawPeer() { close(fd_); }
  RawPeer(const RawPeer&) = delete;

  void send_bytes(std::string_view bytes) const {
    while (!bytes.empty()) {
      ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
  }
  void send_message(wire::ToWorker message, const std::string& job_id = "job-1", uint64_t attempt = 1) {
    message.set_job_id(job_id);
    message.set_attempt(attempt);
    message.set_request(++request_);
    send_bytes(frame_of(message.SerializeAsString()));
  }
  void hello(uint64_t attempt = 1, uint32_t protocol = kWorkerProtocol) {
    wire::ToWorker message;
    message.mutable_hello()->set_protocol(protocol);
    send_message(message, "job-1", attempt);
  }
  // The next message; nothing when the worker has closed.
  std::optional<wire::FromWorker> next() {
    for (;;) {
      auto bytes = reader_.next();
      EXPECT_TRUE(bytes);
      if (*bytes) {
        wire::FromWorker message;
        EXPECT_TRUE(message.ParseFromString(**bytes));
        return message;
      }
      char buffer[4096];
      ssize_t got = recv(fd_, buffer, sizeof buffer, 0);
      // A connection that is closed before all was read is reset.
      EXPECT_TRUE(got >= 0 || errno == ECONNRESET) << "the worker neither answers nor closes";
      if (got <= 0) return std::nullopt;
      reader_.feed({buffer, static_cast<size_t>(got)});
    }
  }
  bool is_closed() { return !next(); }

 private:
  int fd_;
  uint64_t request_ = 0;
  FrameReader reader_{1 << 20};
};

class WorkerServerTest : public WorkerTest {
 protected:
  void SetUp() override {
    WorkerTest::SetUp();
    std::filesystem::create_directory(directory);
    start_server(1);
    client = WorkerTest::connect(1);
    pids.clear();  // It is this process.
    ASSERT_TRUE(client);
  }
  void TearDown() override {
    client.reset();
    server.reset();
    WorkerTest::TearDown();
  }
  void start_server(uint64_t attempt) {
    WorkerServerOptions options;
    options.env = worker_env.env();
    options.directory = directory;
    options.job_id = "job-1";
    options.attempt = attempt;
    options.make_engine = [this](const jobgraph::JobGraph&,
                                 const std::string&) -> Result<std::unique_ptr<WorkerEngine>> {
      return std::unique_ptr<WorkerEngine>(std::make_unique<InterpretingEngine>(engine_env.env()));
    };
    options.goodbye_ms_max = 200;
    options.on_exit = [this] { has_exited = true; };
    auto lock = JobDirectory(worker_env.env(), directory).lock();
    ASSERT_TRUE(lock);
    auto started = WorkerServer::start(*std::move(lock), options);
    ASSERT_TRUE(started) << started.error().message;
    server = *std::move(started);
  }
  void deploy_numbers() {
    ASSERT_TRUE(client->deploy({.job_graph = job_of(numbers(1'000'000'000) + "SELECT n FROM numbers;")}));
    ASSERT_TRUE(client->read_result(0));
  }

  RealEnv worker_env{{.task_threads = 1}};
  RealEnv engine_env{{.task_threads = 1}};
  std::unique_ptr<WorkerServer> server;
  std::unique_ptr<WorkerClient> client;
  std::atomic<bool> has_exited = false;
};

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
