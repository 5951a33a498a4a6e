#include "catalog/functions/utf16.h"

#include <cstdint>

#include "base/utf8.h"

namespace sluice {
namespace {

constexpr uint32_t kReplacement = 0xFFFD;

// The character at `at`, which is moved behind it.
uint32_t next_character(std::string_view text, size_t& at) {
  auto byte = static_cast<unsigned char>(text[at++]);
  if (byte < 0x80) return byte;
  size_t more = byte >= 0xF0 && byte <= 0xF4  ? 3
                : byte >= 0xE0 && byte < 0xF0 ? 2
                : byte >= 0xC2 && byte < 0xE0 ? 1
                                              : 0;
  if (more == 0) return kReplacement;
  uint32_t c = byte & (0x3FU >> more);
  size_t end = at;
  for (size_t i = 0; i < more; ++i, ++end) {
    if (end >= text.size() || !is_continuation(text[end])) return kReplacement;
    c = c << 6 | (static_cast<unsigned char>(text[end]) & 0x3F);
  }
  bool is_wrong =
      (more == 2 && (c < 0x800 || (c >= 0xD800 && c < 0xE000))) || (more == 3 && (c < 0x10000 || c > 0x10FFFF));
  if (is_wrong) return kReplacement;
  at = end;
  return c;
}

void append(std::string& out, uint32_t c) {
  auto add = [&out](uint32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) {
    add(c);
  } else if (c < 0x800) {
    add(0xC0 | (c >> 6)), add(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    add(0xE0 | (c >> 12)), add(0x80 | ((c >> 6) & 0x3F)), add(0x80 | (c & 0x3F));
  } else {
    add(0xF0 | (c >> 18)), add(0x80 | ((c >> 12) & 0x3F)), add(0x80 | ((c >> 6) & 0x3F)), add(0x80 | (c & 0x3F));
  }
}

}  // namespace

std::u16string to_utf16(std::string_view text) {
  std::u16string out;
  for (size_t at = 0; at < text.size();) {
    uint32_t c = next_character(text, at);
    if (c >= 0x10000) {
      out += static_cast<char16_t>(0xD800 + ((c - 0x10000) >> 10));
      out += static_cast<char16_t>(0xDC00 + ((c - 0x10000) & 0x3FF));
    } else {
      out += static_cast<char16_t>(c);
    }
  }
  return out;
}

std::string from_utf16(std::u16string_view units) {
  std::string out;
  for (size_t i = 0; i < units.size(); ++i) {
    uint32_t c = units[i];
    bool is_high = c >= 0xD800 && c < 0xDC00;
    if (is_high && i + 1 < units.size() && units[i + 1] >= 0xDC00 && units[i + 1] < 0xE000) {
      c = 0x10000 + ((c - 0xD800) << 10) + (units[++i] - 0xDC00U);
    } else if (c >= 0xD800 && c < 0xE000) {
      c = '?';
    }
    append(out, c);
  }
  return out;
}

}  // namespace sluice
