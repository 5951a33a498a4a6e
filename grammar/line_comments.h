#pragma once
// Where the `--` comments of a text are.
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sluice::grammar {

// From the dashes to the end of the line, in order.
std::vector<SourceSpan> line_comments(std::string_view source);

}  // namespace sluice::grammar
