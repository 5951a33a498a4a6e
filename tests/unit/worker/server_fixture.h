#pragma once
// A worker in this process, with an interpreting engine, and peers without a client's manners.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>

#include "runtime/interp/interpreter_provider.h"
#include "runtime/worker/frame_reader.h"
#include "runtime/worker/job_directory.h"
#include "runtime/worker/wire.h"
#include "runtime/worker/worker_server.h"
#include "tests/unit/worker/worker_fixture.h"

namespace sluice::runtime {

class InterpretingEngine final : public WorkerEngine {
 public:
  InterpretingEngine(const Env& env, const std::vector<ConnectorFactory>& connectors)
      : engine_({.env = env, .code = &code_, .connectors = &connectors}) {}
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
  // Whatever it may still have said before.
  bool is_closed() {
    while (next()) {}
    return true;
  }

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
      std::this_thread::sleep_for(std::chrono::milliseconds(delay_of_engine_ms.exchange(0)));
      return std::unique_ptr<WorkerEngine>(std::make_unique<InterpretingEngine>(engine_env.env(), *connector_table));
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

  const std::vector<ConnectorFactory>* connector_table = &connectors();
  RealEnv worker_env{{.task_threads = 1}};
  RealEnv engine_env{{.task_threads = 1}};
  std::unique_ptr<WorkerServer> server;
  std::unique_ptr<WorkerClient> client;
  std::atomic<bool> has_exited = false;
  std::atomic<int> delay_of_engine_ms = 0;  // The next one takes that long to be made.
};

}  // namespace sluice::runtime
