#pragma once
// Arguments of the commands that take a script: files, settings, variables.
#include <CLI/CLI.hpp>
#include <map>
#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "base/env/env.h"
#include "base/source_text.h"
#include "catalog/objects/settings.h"

namespace sluice::tools {

struct ScriptArguments {
  std::vector<std::string> files;
  std::vector<std::string> settings;   // key=value
  std::vector<std::string> variables;  // NAME=value
  uint32_t parallelism = 0;

  void add_to(CLI::App& app);
};

// A script that is ready to be compiled, or why it is not.
struct LoadedScript {
  SourceText original;  // What the diagnostics of loading speak about.
  SourceText source;    // With variables replaced; what is compiled.
  Settings settings;
};

// Reads the files (`-` is standard input) and replaces `${NAME}`. Failures of the world are in the Result, the script's
// own in `diagnostics`.
Result<LoadedScript> load_script(const ScriptArguments& arguments, FileSystem& files, Diagnostics& diagnostics);

}  // namespace sluice::tools
