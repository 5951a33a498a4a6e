// `sluice worker --dir DIR --job ID --attempt N`: the engine of one job outside the gateway (runtime/worker). Internal:
// a gateway starts it through runtime::spawn_worker.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <thread>

#include "catalog/objects/settings.h"
#include "gateway/engine/engine_host.h"
#include "runtime/worker/job_directory.h"
#include "runtime/worker/worker_server.h"
#include "tools/sluice/commands.h"
#include "tools/sluice/local/job_report.h"

namespace sluice::tools {
namespace {

struct WorkerArguments {
  std::string directory, job_id;
  uint64_t attempt = 1;
  bool preloads = false;
  int ready = -1;  // Open descriptor that hears "ready", or why not.
};

void print_lines(std::string_view lines, bool to_standard_error) {
  FILE* out = to_standard_error ? stderr : stdout;
  std::fwrite(lines.data(), 1, lines.size(), out);
  std::fflush(out);
}

class HostEngine final : public runtime::WorkerEngine {
 public:
  explicit HostEngine(std::unique_ptr<gateway::EngineHost> host) : host_(std::move(host)) {}
  runtime::EmbeddedEngine& engine() override { return host_->engine(); }
  double compile_ms() const override { return host_->code().compile_ms(); }

 private:
  std::unique_ptr<gateway::EngineHost> host_;
};

Result<std::unique_ptr<runtime::WorkerEngine>> make_engine(const jobgraph::JobGraph& graph,
                                                           const std::string& object_cache) {
  gateway::EngineHostOptions options;
  options.jit = Settings(graph.settings).get("sluice.jit") != "OFF";
  options.object_cache = object_cache;
  options.print = print_lines;
  SLUICE_TRY(std::unique_ptr<gateway::EngineHost> host, gateway::EngineHost::create(options));
  return std::unique_ptr<runtime::WorkerEngine>(std::make_unique<HostEngine>(std::move(host)));
}

// The worker becomes a grandchild of who started it, which need not wait for it.
bool is_parent_of_worker(const WorkerArguments& arguments) {
  if (arguments.ready < 0) return false;
  pid_t child = fork();
  return child != 0;
}

void say(const WorkerArguments& arguments, const std::string& text) {
  if (arguments.ready < 0) return;
  if (write(arguments.ready, text.data(), text.size()) < 0) std::perror("sluice worker");
  close(arguments.ready);
}

int fail_with(const WorkerArguments& arguments, const Error& error) {
  std::fprintf(stderr, "sluice worker: %s\n", error.message.c_str());
  say(arguments, fmt::format("{} {}", static_cast<int>(error.code), error.message));
  return kWorldFailed;
}

// Who looks whether the lock is held has it for an instant.
Result<std::unique_ptr<FileLock>> take_lock(const Env& env, const std::string& path) {
  runtime::JobDirectory directory(env, path);
  constexpr int kTries = 10;
  for (int i = 1;; ++i) {
    auto lock = directory.lock();
    if (lock || i == kTries) return lock;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

int run(const WorkerArguments& arguments) {
  RealEnv env({.task_threads = 1});
  auto lock = take_lock(env.env(), arguments.directory);
  if (!lock) return fail_with(arguments, lock.error());
  std::mutex mutex;
  std::condition_variable changed;
  bool is_over = false;
  runtime::WorkerServerOptions options;
  options.env = env.env();
  options.directory = arguments.directory;
  options.job_id = arguments.job_id;
  options.attempt = arguments.attempt;
  options.process_id = static_cast<uint64_t>(getpid());
  options.make_engine = make_engine;
  options.peak_memory_bytes = peak_memory_bytes;
  options.log = [&env](const std::string& line) {
    std::fprintf(stderr, "time_ms=%lld %s\n", static_cast<long long>(env.env().clock->wall_ms()), line.c_str());
  };
  options.on_exit = [&] {
    std::lock_guard guard(mutex);
    is_over = true;
    changed.notify_all();
  };
  auto server = runtime::WorkerServer::start(*std::move(lock), options);
  if (!server) return fail_with(arguments, server.error());
  say(arguments, "ready");
  if (arguments.preloads) gateway::EngineHost::preload_code_generator();
  std::unique_lock guard(mutex);
  changed.wait(guard, [&] { return is_over; });
  return kOk;
}

}  // namespace
}  // namespace sluice::tools

extern "C" int sluice_command_worker(int argc, char** argv) {
  using namespace sluice::tools;
  CLI::App app("Runs one job for a gateway. Internal: `sluice serve` starts it.", "sluice worker");
  WorkerArguments arguments;
  app.add_option("--dir", arguments.directory, "The job's directory")->required()->check(CLI::ExistingDirectory);
  app.add_option("--job", arguments.job_id, "The job's id")->required();
  app.add_option("--attempt", arguments.attempt, "Higher than every one before in this directory");
  app.add_option("--ready-fd", arguments.ready, "Go to the background; say here when the socket is there");
  app.add_flag("--preload", arguments.preloads, "Load the code generator before there is a job");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kOk : kUsage;
  }
  if (is_parent_of_worker(arguments)) return kOk;
  return run(arguments);
}
