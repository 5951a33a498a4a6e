#include "base/file_uri.h"

namespace sluice {

Result<std::string> path_of_uri(const std::string& uri) {
  std::string path = uri;
  if (path.starts_with("file:")) {
    path = path.substr(5);
    while (path.starts_with("//")) path = path.substr(1);
  } else if (path.find("://") != std::string::npos) {
    return fail(ErrorCode::NotSupportedYet, "the file system of `{}` is not supported yet", uri)
        .hint("Give a local path, or a URI that begins with `file:`.");
  }
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

}  // namespace sluice
