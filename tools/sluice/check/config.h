#pragma once
// `.sluice.toml`: what a project wants of `sluice check`.
//
//   schema   = ["ddl/*.sql"]            # scripts that come before every file
//   baseline = "sluice-baseline.json"   # findings that are known
//   fail-on  = "error"                  # or "warning", "never"
//   ignore   = ["SL5003"]               # warnings that nobody wants
//   [settings]                          # as SET would make them
//   "table.exec.state.ttl" = "1 d"
//   [variables]                         # what ${NAME} stands for
//   [[files]]                           # exceptions
//   match  = ["legacy/*.sql"]
//   ignore = ["SL5001"]
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/env/env.h"

namespace sluice::tools {

enum class FailOn : uint8_t { Error, Warning, Never };

struct FileRule {
  std::vector<std::string> patterns;  // As for a shell; relative to the configuration's folder.
  std::set<std::string> ignored;
};

struct CheckConfig {
  std::string folder;               // Of the configuration; empty: the working folder.
  std::vector<std::string> schema;  // Paths as they can be opened.
  std::string baseline;
  FailOn fail_on = FailOn::Error;
  std::set<std::string> ignored;  // `SL5003`
  std::map<std::string, std::string> settings, variables;
  std::vector<FileRule> file_rules;

  bool is_ignored(const std::string& code, const std::string& path) const;
};

// Fails with the line of what is wrong. Unknown keys are wrong.
Result<CheckConfig> read_config(const std::string& path, FileSystem& files);
// The nearest `.sluice.toml` in the working folder or above; without one, the defaults.
Result<CheckConfig> find_config(FileSystem& files);

}  // namespace sluice::tools
