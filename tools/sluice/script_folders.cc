#include "tools/sluice/script_folders.h"

#include <algorithm>
#include <filesystem>
#include <set>

namespace sluice::tools {

namespace fs = std::filesystem;

Result<std::vector<std::string>> scripts_below(const std::vector<std::string>& paths) {
  std::vector<std::string> out;
  for (const std::string& path : paths) {
    std::error_code error;
    if (path == "-" || !fs::is_directory(path, error)) {
      out.push_back(path);
      continue;
    }
    std::vector<std::string> found;
    for (fs::recursive_directory_iterator at(path, error), end; !error && at != end; at.increment(error)) {
      if (at->is_regular_file(error) && at->path().extension() == ".sql") found.push_back(at->path().string());
    }
    if (error) return fail(ErrorCode::FileSystemError, "cannot list `{}`: {}", path, error.message());
    if (found.empty()) return fail(ErrorCode::FileSystemError, "no *.sql is below `{}`", path);
    std::ranges::sort(found);
    out.insert(out.end(), found.begin(), found.end());
  }
  std::set<std::string> seen;
  std::erase_if(out, [&](const std::string& path) {
    std::error_code error;
    fs::path file = path == "-" ? fs::path(path) : fs::weakly_canonical(path, error);
    return !seen.insert(error ? path : file.string()).second;
  });
  return out;
}

}  // namespace sluice::tools
