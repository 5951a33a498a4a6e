#include "tools/sluice/local/limit_program.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace sluice::tools {
namespace {

struct Child {
  pid_t pid = 0;
  int output = -1;
};

std::optional<Child> spawn(const std::vector<std::string>& command) {
  int pipe_ends[2];
  if (pipe2(pipe_ends, O_CLOEXEC) != 0) return {};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDOUT_FILENO);
  std::vector<char*> argv;
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  Child child{0, pipe_ends[0]};
  int failed = posix_spawn(&child.pid, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(pipe_ends[1]);
  if (failed == 0) return child;
  close(pipe_ends[0]);
  return {};
}

// Empties the pipe and waits; false when the program failed.
bool finish(const Child& child, std::string& out) {
  char buffer[4096];
  for (ssize_t got = 0; (got = read(child.output, buffer, sizeof buffer)) > 0;) {
    out.append(buffer, static_cast<size_t>(got));
  }
  close(child.output);
  int status = 0;
  return waitpid(child.pid, &status, 0) == child.pid && status == 0;
}

std::optional<double> number_behind(const std::string& text, const char* key) {
  size_t at = text.find(key);
  if (at == std::string::npos) return {};
  return std::strtod(text.c_str() + at + std::char_traits<char>::length(key), nullptr);
}

}  // namespace

std::optional<std::vector<std::string>> outputs_of(const std::vector<std::vector<std::string>>& commands) {
  std::vector<Child> children;
  bool good = true;
  for (const std::vector<std::string>& command : commands) {
    std::optional<Child> child = spawn(command);
    good &= child.has_value();
    if (child) children.push_back(*child);
  }
  std::vector<std::string> outputs(children.size());
  for (size_t i = 0; i < children.size(); ++i) good &= finish(children[i], outputs[i]);
  if (!good) return {};
  return outputs;
}

std::optional<double> limit_events_per_second(const LimitRun& run) {
  if (run.program.empty()) return {};
  std::vector<std::string> command = {run.program, run.query, std::to_string(run.events), std::to_string(run.rate)};
  auto outputs = outputs_of(std::vector(run.copies, command));
  if (!outputs) return {};
  double all = 0;
  for (const std::string& output : *outputs) {
    auto rate = number_behind(output, "\"events_per_second\": ");
    // A query that it does not know passes all events by.
    if (!rate || number_behind(output, "\"rows\": ").value_or(0) == 0) return {};
    all += *rate;
  }
  return all;
}

}  // namespace sluice::tools
