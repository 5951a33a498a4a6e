#pragma once
// RFC 4648, with padding.
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

std::string to_base64(std::string_view bytes);
// Blanks and missing padding are forgiven; nothing when another character occurs.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace sluice
