// `sluice serve`: the gateway. It compiles, records, watches and hands out rows; jobs run in worker processes, which
// outlive it.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <map>
#include <mutex>

#include "base/env/real_env.h"
#include "gateway/client/gateway_client.h"
#include "gateway/front/grpc/grpc_server.h"
#include "tools/sluice/commands.h"
#include "tools/sluice/exit_code.h"
#include "tools/sluice/interrupt.h"

namespace sluice::tools {
namespace {

struct ServeArguments {
  std::string listen = gateway::kDefaultGateway;
  std::string directory = ".sluice/.gateway";
};

// `3 jobs found: 1 running, 2 finished`
std::string found_text(const std::vector<std::shared_ptr<gateway::TrackedJob>>& jobs) {
  std::map<gateway::JobState, size_t> counts;
  for (const auto& job : jobs) ++counts[job->view().state];
  std::string out = fmt::format("{} {} found", jobs.size(), jobs.size() == 1 ? "job" : "jobs");
  const char* before = ": ";
  for (const auto& [state, count] : counts) {
    out += fmt::format("{}{} {}", before, count, gateway::text_of(state));
    before = ", ";
  }
  return out;
}

bool is_loopback(const std::string& address) {
  std::string host = address.substr(0, address.rfind(':'));
  return host == "localhost" || host == "[::1]" || host.starts_with("127.");
}

class EndWait {
 public:
  void notify() {
    std::lock_guard lock(mutex_);
    is_over_ = true;
    changed_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return is_over_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_over_ = false;
};

bool is_address(const std::string& text) {
  size_t colon = text.rfind(':');
  std::string port = colon == std::string::npos ? "" : text.substr(colon + 1);
  return colon > 0 && !port.empty() && port.size() <= 5 &&
         std::ranges::all_of(port, [](char c) { return c >= '0' && c <= '9'; }) && std::stoi(port) <= 65'535;
}

int serve(const ServeArguments& arguments) {
  // A few threads are enough: what blocks is a worker that does not answer, and that is looked at on the State pool.
  RealEnv env({.task_threads = 1, .state_threads = 4, .io_threads = 2});
  auto store = gateway::JobStore::open(env.env(), arguments.directory);
  if (!store) return report(store.error());
  gateway::JobHost host{env.env(), store->get(), "/proc/self/exe", arguments.directory + "/objects"};
  gateway::JobRegistry jobs(host);
  std::vector<std::string> refused;
  // From here on there is work on the pools. It is cut off at the end as by a crash, which the records of jobs are made
  // for.
  if (Status loaded = jobs.load(refused); !loaded) std::_Exit(report(loaded.error()));
  for (const std::string& text : refused) std::fprintf(stderr, "warning: %s\n", text.c_str());
  EndWait end;
  Interrupt interrupt([&](int) { end.notify(); });
  auto server = gateway::GrpcServer::start({arguments.listen, &jobs});
  if (!server) std::_Exit(report(server.error()));
  std::string host_name = arguments.listen.substr(0, arguments.listen.rfind(':'));
  std::printf("sluice gateway listens on %s:%d\n%s: %s\nCtrl-C ends the gateway; jobs go on in their own processes\n",
              host_name.c_str(), (*server)->port(), arguments.directory.c_str(), found_text(jobs.list()).c_str());
  std::fflush(stdout);
  if (!is_loopback(arguments.listen)) {
    std::fprintf(stderr, "warning: whoever reaches %s may run jobs as this user: there is no authentication yet\n",
                 arguments.listen.c_str());
  }
  end.wait();
  jobs.leave();
  (*server)->stop();
  std::fflush(stdout);
  std::_Exit(kOk);
}

}  // namespace
}  // namespace sluice::tools

extern "C" int sluice_command_serve(int argc, char** argv) {
  using namespace sluice::tools;
  CLI::App app("Runs the gateway: takes scripts over gRPC, and runs each of their jobs in a process of its own.",
               "sluice serve");
  ServeArguments arguments;
  app.add_option("--listen", arguments.listen, "host:port; port 0 is any free one")->capture_default_str();
  app.add_option("--dir", arguments.directory, "Where jobs are recorded; one gateway at a time")->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kOk : kUsage;
  }
  if (!is_address(arguments.listen)) {
    std::fprintf(stderr, "--listen: `%s` is not of the form host:port\n", arguments.listen.c_str());
    return kUsage;
  }
  return serve(arguments);
}
