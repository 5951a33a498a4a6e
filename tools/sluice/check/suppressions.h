#pragma once
// Comments that say which findings are known to their author:
//
//   SELECT ...  -- noqa: SL5001, SL5002     findings that begin on this line
//   -- noqa: disable=SL5001                 from here on, until
//   -- noqa: enable=SL5001
//
// Without codes all findings are meant.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tools/sluice/check/finding.h"

namespace sluice::tools {

// Warnings, and what is not supported yet. What is wrong in itself stays wrong.
bool is_suppressible(ErrorCode code);

// Takes the suppressed ones out. A comment that suppresses nothing becomes a finding.
void apply_suppressions(std::string_view text, CheckedFile& file);

}  // namespace sluice::tools
