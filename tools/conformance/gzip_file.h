#pragma once
#include <string>

#include "base/result.h"

namespace sluice::conformance {

// The whole content of a gzip file.
Result<std::string> read_gzip(const std::string& path);

}  // namespace sluice::conformance
