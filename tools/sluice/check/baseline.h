#pragma once
// A file of known findings, so that an old repository can begin with a clean check. It shrinks only: findings that are
// gone can be taken out, new ones get in by writing it anew.
#include <set>
#include <string>

#include "base/env/env.h"
#include "tools/sluice/check/report.h"

namespace sluice::tools {

class Baseline {
 public:
  static Result<Baseline> read(const std::string& path, FileSystem& files);

  // Takes the known findings out of the file and counts them there.
  void apply(CheckedFile& file);
  // How many of the baseline's entries for files of the report were not found.
  size_t gone(const CheckReport& report) const;
  // Writes the baseline without them.
  Status prune(const std::string& path, const CheckReport& report, FileSystem& files) const;
  static Status write(const std::string& path, const CheckReport& report, FileSystem& files);

 private:
  struct Entry {
    std::string file, code, fingerprint;
    auto operator<=>(const Entry&) const = default;
  };
  static Status write(const std::string& path, const std::set<Entry>& entries, FileSystem& files);
  bool is_gone(const Entry& entry, const CheckReport& report) const;

  std::set<Entry> entries_, found_;
};

}  // namespace sluice::tools
