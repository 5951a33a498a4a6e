#pragma once
// What two texts have in common, line by line.
#include <string>
#include <string_view>

namespace sluice::tools {

// The unified diff, with three lines around each change; empty when the texts are equal.
std::string unified_diff(std::string_view name, std::string_view before, std::string_view after);

}  // namespace sluice::tools
