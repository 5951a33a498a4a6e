#pragma once
// The subcommands of `sluice` and what their exit codes mean.
namespace sluice::tools {

enum ExitCode : int {
  kOk = 0,
  kStatementFailed = 1,  // The statement's fault: it does not compile, or its data cannot be computed.
  kUsage = 2,
  kWorldFailed = 3,  // Files, network, memory.
};

using CommandFunction = int (*)(int argc, char** argv);

struct Command {
  const char* name;
  const char* summary;  // Null: not for people, and not listed.
  const char* library;  // Loaded when the command is called; null: in the executable.
  const char* symbol;
  CommandFunction run;
};

int check(int argc, char** argv);
int explain(int argc, char** argv);
int format(int argc, char** argv);
int lineage(int argc, char** argv);

}  // namespace sluice::tools
