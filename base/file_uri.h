#pragma once
// Directories as users name them: paths, or URIs of the scheme `file` as in Flink.
#include <string>

#include "base/result.h"

namespace sluice {

// Without `file:` and without trailing slashes; the empty text stays empty. Other schemes are not supported yet.
Result<std::string> path_of_uri(const std::string& uri);

}  // namespace sluice
