// Processes are started here and nowhere else in the runtime.
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <vector>

#include "runtime/worker/worker_client.h"

extern char** environ;

namespace sluice::runtime {
namespace {

constexpr int kReadyDescriptor = 3;  // In the worker: where it says that it listens, or why it does not.

class Pipe {
 public:
  Pipe() { is_open_ = pipe2(ends_.data(), O_CLOEXEC) == 0; }
  ~Pipe() {
    close_end(0);
    close_end(1);
  }
  Pipe(const Pipe&) = delete;
  bool is_open() const { return is_open_; }
  int reader() const { return ends_[0]; }
  int writer() const { return ends_[1]; }
  void close_end(size_t end) {
    if (ends_[end] >= 0) close(ends_[end]);
    ends_[end] = -1;
  }

 private:
  std::array<int, 2> ends_{-1, -1};
  bool is_open_ = false;
};

Failure failure(const char* what, int error) {
  return fail(ErrorCode::WorkerLost, "cannot {} a worker: {}", what, std::strerror(error));
}

// Everything but the standard streams and the pipe stays here.
Result<pid_t> start_process(const SpawnOptions& options, const Pipe& ready) {
  std::string attempt = std::to_string(options.attempt), descriptor = std::to_string(kReadyDescriptor);
  std::vector<const char*> arguments = {options.executable.c_str(),
                                        "worker",
                                        "--dir",
                                        options.directory.c_str(),
                                        "--job",
                                        options.job_id.c_str(),
                                        "--attempt",
                                        attempt.c_str(),
                                        "--ready-fd",
                                        descriptor.c_str(),
                                        options.preloads ? "--preload" : nullptr,
                                        nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  std::string log = options.directory + "/worker.log", out = options.directory + "/worker.out";
  constexpr int kAppend = O_WRONLY | O_CREAT | O_APPEND;
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out.c_str(), kAppend, S_IRUSR | S_IWUSR);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log.c_str(), kAppend, S_IRUSR | S_IWUSR);
  posix_spawn_file_actions_adddup2(&actions, ready.writer(), kReadyDescriptor);
  posix_spawn_file_actions_addclosefrom_np(&actions, kReadyDescriptor + 1);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
  pid_t pid = -1;
  int error = posix_spawn(&pid, options.executable.c_str(), &actions, &attributes,
                          const_cast<char* const*>(arguments.data()), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return failure("start", error);
  return pid;
}

// "ready", or the number of an ErrorCode and the message.
Status parse_ready(const std::string& text, const SpawnOptions& options) {
  if (text == "ready") return Done{};
  uint16_t code = 0;
  auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), code);
  if (bad == std::errc() && code != 0) {
    return fail(static_cast<ErrorCode>(code), "{}", text.substr(static_cast<size_t>(end - text.data()) + 1));
  }
  return fail(ErrorCode::WorkerLost, "the worker died before it listened: see `{}/worker.log`", options.directory);
}

Status wait_until_ready(Pipe& ready, const SpawnOptions& options) {
  std::string text;
  for (;;) {
    pollfd wait{.fd = ready.reader(), .events = POLLIN, .revents = 0};
    int count = poll(&wait, 1, static_cast<int>(options.timeout_ms));
    if (count < 0 && errno == EINTR) continue;
    if (count == 0) return fail(ErrorCode::WorkerLost, "the worker does not listen after {} ms", options.timeout_ms);
    char bytes[1024];
    ssize_t got = read(ready.reader(), bytes, sizeof bytes);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return parse_ready(text, options);
    text.append(bytes, static_cast<size_t>(got));
  }
}

}  // namespace

// The process that is started makes the worker its child and ends, so that nobody has to wait for the worker.
Status spawn_worker(const SpawnOptions& options) {
  if (mkdir(options.directory.c_str(), S_IRWXU) != 0 && errno != EEXIST) return failure("make a directory for", errno);
  if (chmod(options.directory.c_str(), S_IRWXU) != 0) return failure("protect the directory of", errno);
  Pipe ready;
  if (!ready.is_open()) return failure("start", errno);
  SLUICE_TRY(pid_t pid, start_process(options, ready));
  ready.close_end(1);
  Status is_ready = wait_until_ready(ready, options);
  while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {}
  return is_ready;
}

}  // namespace sluice::runtime
