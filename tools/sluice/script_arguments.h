#pragma once
// Arguments of the commands that take a script: files, settings, variables.
#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "base/env/env.h"
#include "planner/script/assemble.h"

namespace sluice::tools {

// `name=value`
CLI::Validator is_pair();

struct ScriptArguments {
  std::vector<std::string> files;
  std::vector<std::string> settings;   // key=value
  std::vector<std::string> variables;  // NAME=value
  uint32_t parallelism = 0;

  void add_to(CLI::App& app);
};

using LoadedScript = planner::AssembledScript;

// The bytes of one file (`-` is standard input), and the byte order mark that they may begin with.
Result<std::string> read_script_bytes(const std::string& path, FileSystem& files);
std::string_view byte_order_mark_of(std::string_view text);
// Its text, without the byte order mark.
Result<std::string> read_script_file(const std::string& path, FileSystem& files);

// The files' texts (`-` is standard input) with settings and variables, as they were given.
Result<planner::ScriptParts> read_script(const ScriptArguments& arguments, FileSystem& files);

// Reads the files (`-` is standard input) and replaces `${NAME}`. Failures of the world are in the Result, the script's
// own in `diagnostics`.
Result<LoadedScript> load_script(const ScriptArguments& arguments, FileSystem& files, Diagnostics& diagnostics);

}  // namespace sluice::tools
