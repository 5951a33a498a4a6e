#pragma once
// Foreign text on its way to a terminal.
#include <string>
#include <string_view>

namespace sluice {

// Control characters as \n, \t or \u001b and bytes that are no UTF-8 as \xff: a text must not move the cursor or set
// the window's title. Characters of `kept` stay as they are.
std::string printable(std::string_view text, std::string_view kept = {});

}  // namespace sluice
