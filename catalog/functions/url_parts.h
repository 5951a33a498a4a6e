#pragma once
// Parts of URLs as java.net.URL takes them apart.
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

// Nothing when the text is no URL of a known protocol, or has no such part.
std::optional<std::string> url_part(std::string_view text, std::string_view part);

}  // namespace sluice
