#pragma once
// Folders among the arguments of commands that work on many scripts.
#include <string>
#include <vector>

#include "base/result.h"

namespace sluice::tools {

// Folders stand for the *.sql below them; a file is there once, by whatever names it is reached. Fails on a folder
// without any.
Result<std::vector<std::string>> scripts_below(const std::vector<std::string>& paths);

}  // namespace sluice::tools
