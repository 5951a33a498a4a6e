#include "tools/conformance/case_runner.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstring>

#include "base/check.h"

namespace sluice::conformance {
namespace {

int64_t now_ms() {
  auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

// A child works on cases `next`, `next + stride`, ... and writes one message per case: index, kind, size, detail.
struct Child {
  pid_t pid = -1;
  int pipe = -1;
  size_t current = 0;  // The case it is at.
  int64_t since_ms = 0;
  std::string buffer;
};

struct Header {
  uint64_t index = 0;
  uint64_t size = 0;
  uint8_t kind = 0;
};

void write_all(int fd, const void* data, size_t size) {
  const char* at = static_cast<const char*>(data);
  while (size > 0) {
    ssize_t written = write(fd, at, size);
    if (written <= 0) _exit(1);
    at += written;
    size -= static_cast<size_t>(written);
  }
}

Child start(size_t first, size_t count, size_t stride, const std::function<Outcome(size_t)>& run) {
  int ends[2];
  SLUICE_CHECK(pipe(ends) == 0);
  pid_t pid = fork();
  SLUICE_CHECK(pid >= 0);
  if (pid == 0) {
    close(ends[0]);
    for (size_t i = first; i < count; i += stride) {
      Outcome outcome = run(i);
      Header header{i, outcome.detail.size(), static_cast<uint8_t>(outcome.kind)};
      write_all(ends[1], &header, sizeof header);
      write_all(ends[1], outcome.detail.data(), outcome.detail.size());
    }
    _exit(0);
  }
  close(ends[1]);
  return {pid, ends[0], first, now_ms(), {}};
}

}  // namespace

std::vector<Outcome> run_cases(size_t count, int processes, int64_t timeout_ms,
                               const std::function<Outcome(size_t)>& run) {
  std::vector<Outcome> outcomes(count);
  auto stride = static_cast<size_t>(processes);
  std::vector<Child> children;
  for (size_t i = 0; i < stride && i < count; ++i) children.push_back(start(i, count, stride, run));
  while (!children.empty()) {
    std::vector<pollfd> fds;
    for (const Child& child : children) fds.push_back({child.pipe, POLLIN, 0});
    poll(fds.data(), fds.size(), 500);
    for (size_t c = 0; c < children.size();) {
      Child& child = children[c];
      char data[65536];
      bool ready = (fds[c].revents & (POLLIN | POLLHUP)) != 0;
      ssize_t got = ready ? read(child.pipe, data, sizeof data) : -1;
      if (got > 0) child.buffer.append(data, static_cast<size_t>(got));
      Header header;
      while (child.buffer.size() >= sizeof header) {
        std::memcpy(&header, child.buffer.data(), sizeof header);
        if (child.buffer.size() < sizeof header + header.size) break;
        outcomes[header.index] = {static_cast<Outcome::Kind>(header.kind),
                                  child.buffer.substr(sizeof header, header.size)};
        child.buffer.erase(0, sizeof header + header.size);
        child.current = header.index + stride;
        child.since_ms = now_ms();
      }
      bool timed_out = now_ms() - child.since_ms > timeout_ms;
      if (got != 0 && !timed_out) {
        ++c;
        continue;
      }
      if (timed_out) kill(child.pid, SIGKILL);
      int status = 0;
      waitpid(child.pid, &status, 0);
      close(child.pipe);
      size_t next = count;
      if (child.current < count) {
        outcomes[child.current] = timed_out ? Outcome::wrong("timed out")
                                            : Outcome::wrong("crashed with signal " + std::to_string(WTERMSIG(status)));
        next = child.current + stride;
      }
      fds.erase(fds.begin() + static_cast<ptrdiff_t>(c));
      children.erase(children.begin() + static_cast<ptrdiff_t>(c));
      if (next < count) {
        children.push_back(start(next, count, stride, run));
        fds.push_back({children.back().pipe, 0, 0});
      }
    }
  }
  return outcomes;
}

}  // namespace sluice::conformance
