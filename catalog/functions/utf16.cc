#include "catalog/functions/utf16.h"

#include <cstdint>

#include "base/utf8.h"

namespace sluice {
namespace {

constexpr uint32_t kReplacement = 0xFFFD;

// The least and the greatest second byte behind a first one.
bool is_second(unsigned char first, unsigned char second) {
  switch (first) {
    case 0xE0:
      return second >= 0xA0 && second <= 0xBF;
    case 0xED:
      return second >= 0x80 && second <= 0x9F;
    case 0xF0:
      return second >= 0x90 && second <= 0xBF;
    case 0xF4:
      return second >= 0x80 && second <= 0x8F;
    default:
      return is_continuation(static_cast<char>(second));
  }
}

// The character at `at`, which is moved behind it. Of a broken one as much is taken as could have begun it, as Java
// does.
uint32_t next_character(std::string_view text, size_t& at) {
  auto first = static_cast<unsigned char>(text[at++]);
  if (first < 0x80) return first;
  bool is_lead = first >= 0xC2 && first <= 0xF4;
  size_t more = !is_lead ? 0 : first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
  if (more == 0) return kReplacement;
  uint32_t c = first & (0x3FU >> more);
  for (size_t i = 0; i < more; ++i, ++at) {
    bool fits = at < text.size() &&
                (i == 0 ? is_second(first, static_cast<unsigned char>(text[at])) : is_continuation(text[at]));
    if (!fits) return kReplacement;
    c = c << 6 | (static_cast<unsigned char>(text[at]) & 0x3F);
  }
  return c;
}

}  // namespace

void append_utf8(std::string& out, uint32_t c) {
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
    append_utf8(out, c);
  }
  return out;
}

}  // namespace sluice
