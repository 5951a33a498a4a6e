// The command `sluice`. A subcommand that needs the engine or the gateway is in a shared library that is loaded when it
// is called, so that all others start in milliseconds.
#include <dlfcn.h>

#include <cstdio>
#include <cstring>
#include <span>
#include <string>

#include "tools/sluice/commands.h"
#include "tools/sluice/standard_output.h"

namespace {

using sluice::tools::Command;

constexpr Command kCommands[] = {
    {"run", "run SQL scripts in this process", "libsluice_local.so", "sluice_command_run", nullptr},
    {"explain", "show what becomes of a script, stage by stage", nullptr, nullptr, sluice::tools::explain},
    {"check", "say what is wrong or dangerous in SQL scripts", nullptr, nullptr, sluice::tools::check},
    {"fmt", "write SQL scripts in the house layout", nullptr, nullptr, sluice::tools::format},
    {"lineage", "show which columns come from which", nullptr, nullptr, sluice::tools::lineage},
    {"serve", "run the gateway: jobs in processes of their own, over gRPC", "libsluice_remote.so",
     "sluice_command_serve", nullptr},
    {"submit", "hand SQL scripts to a gateway", "libsluice_remote.so", "sluice_command_submit", nullptr},
    {"jobs", "list, show, stop and cancel a gateway's jobs", "libsluice_remote.so", "sluice_command_jobs", nullptr},
    {"dlq", "show and replay messages that could not be read", "libsluice_local.so", "sluice_command_dlq", nullptr},
    {"topics", "list Kafka topics and look into them", "libsluice_local.so", "sluice_command_topics", nullptr},
    {"infer", "print the CREATE TABLE that holds the messages of a file or topic", "libsluice_local.so",
     "sluice_command_infer", nullptr},
    {"bench", "measure Nexmark queries", "libsluice_local.so", "sluice_command_bench", nullptr},
    {"worker", nullptr, "libsluice_local.so", "sluice_command_worker", nullptr},
};

// What is still held back is written; a command that says nothing of its own about a full disk ends with it.
int flushed(int code) {
  std::fflush(stdout);
  sluice::tools::StandardOutput output;
  output.check();
  auto failure = output.failure();
  if (!failure || code != sluice::tools::kOk) return code;
  std::fprintf(stderr, "sluice: %s\n", failure->message.c_str());
  return sluice::tools::kWorldFailed;
}

int usage(FILE* out) {
  std::fprintf(out, "usage: sluice COMMAND [ARGUMENT...]\n\n");
  for (const Command& command : kCommands) {
    if (command.summary != nullptr) std::fprintf(out, "  %-12s %s\n", command.name, command.summary);
  }
  std::fprintf(out, "\n`sluice COMMAND --help` lists a command's arguments, `sluice --version` says which this is.\n");
  return out == stdout ? sluice::tools::kOk : sluice::tools::kUsage;
}

int call(const Command& command, int argc, char** argv) {
  if (command.run != nullptr) return command.run(argc, argv);
  void* library = dlopen(command.library, RTLD_NOW | RTLD_GLOBAL);
  if (library == nullptr) {
    std::fprintf(stderr, "sluice: %s\n", dlerror());
    return sluice::tools::kWorldFailed;
  }
  void* symbol = dlsym(library, command.symbol);
  if (symbol == nullptr) {
    std::fprintf(stderr, "sluice: %s\n", dlerror());
    return sluice::tools::kWorldFailed;
  }
  return reinterpret_cast<sluice::tools::CommandFunction>(symbol)(argc, argv);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return usage(stderr);
  std::string_view name = argv[1];
  if (name == "--help" || name == "-h" || name == "help") return flushed(usage(stdout));
  if (name == "--version") {
    std::printf("sluice %s\n", SLUICE_VERSION);
    return flushed(sluice::tools::kOk);
  }
  for (const Command& command : kCommands) {
    if (name == command.name) return flushed(call(command, argc - 1, argv + 1));
  }
  std::fprintf(stderr, "sluice: there is no command `%s`\n", argv[1]);
  return usage(stderr);
}
