#pragma once
// SIMILAR TO patterns as regular expressions for the whole text.
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

// `escape` 0: none. Nothing, and a reason, when the pattern is not valid.
std::optional<std::string> regex_of_similar(std::string_view pattern, char escape, std::string& reason);

}  // namespace sluice
