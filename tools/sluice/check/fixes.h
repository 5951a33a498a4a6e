#pragma once
// Makes the changes that findings propose.
#include <string>

#include "base/env/env.h"
#include "tools/sluice/check/finding.h"

namespace sluice::tools {

// `text` with the changes made; of two that overlap, the first. Counts them in `made`.
std::string with_changes(std::string text, const CheckedFile& file, size_t& made);

}  // namespace sluice::tools
