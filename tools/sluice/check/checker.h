#pragma once
// Checks files, each a script of its own behind the schema's files, several at a time.
#include <string>
#include <vector>

#include "base/env/env.h"
#include "tools/sluice/check/config.h"
#include "tools/sluice/check/finding.h"

namespace sluice::tools {

class Checker {
 public:
  // Fails when a file of the schema cannot be read.
  static Result<Checker> make(const CheckConfig& config, FileSystem& files);

  // Thread-safe.
  CheckedFile check(const std::string& path) const;
  // In the order of the paths; `threads` at a time.
  std::vector<CheckedFile> check_all(const std::vector<std::string>& paths, Executor& executor, uint32_t threads) const;

 private:
  Checker(const CheckConfig& config, FileSystem& files) : config_(config), files_(files) {}

  struct SchemaFile {
    std::string path, text;
  };
  const CheckConfig& config_;
  FileSystem& files_;
  std::vector<SchemaFile> schema_;
};

}  // namespace sluice::tools
