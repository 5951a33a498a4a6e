#pragma once
// Characters of UTF-8 text.
#include <algorithm>
#include <cstddef>
#include <string_view>

namespace sluice {

constexpr bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

constexpr size_t count_characters(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) { return !is_continuation(c); }));
}

// The first `characters` characters of a text; all of it when it has fewer.
constexpr std::string_view first_characters(std::string_view text, size_t characters) {
  size_t at = 0;
  for (; at < text.size(); ++at) {
    if (!is_continuation(text[at]) && characters-- == 0) break;
  }
  return text.substr(0, at);
}

}  // namespace sluice
