#pragma once
// Names as they are written in SQL.
#include <string>
#include <string_view>

namespace sluice::grammar {

// In back-ticks.
std::string in_back_ticks(std::string_view name);
// Bare where that means the same, else in back-ticks.
std::string quoted_name(std::string_view name);

}  // namespace sluice::grammar
