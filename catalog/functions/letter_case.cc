#include "catalog/functions/letter_case.h"

#include <string>

#include "catalog/functions/text_length.h"

namespace sluice {
namespace {

bool is_upper_ascii(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower_ascii(char c) { return c >= 'a' && c <= 'z'; }

// Blocks in which upper and lower case letters alternate, upper case at even (or odd) code points.
struct Alternating {
  uint32_t begin, end;
  uint32_t upper_parity;
};
constexpr Alternating kAlternating[] = {
    {0x100, 0x130, 0}, {0x132, 0x138, 0}, {0x139, 0x149, 1}, {0x14A, 0x178, 0},   {0x179, 0x17F, 1},
    {0x1CD, 0x1DD, 1}, {0x1DE, 0x1F0, 0}, {0x1F8, 0x220, 0}, {0x222, 0x234, 0},   {0x460, 0x482, 0},
    {0x48A, 0x4C0, 0}, {0x4C1, 0x4CF, 1}, {0x4D0, 0x530, 0}, {0x1E00, 0x1E96, 0}, {0x1EA0, 0x1F00, 0},
};
// Blocks in which the lower case letter is a fixed distance behind the upper case one.
struct Shifted {
  uint32_t upper_begin, upper_end;
  uint32_t distance;
};
constexpr Shifted kShifted[] = {
    {0xC0, 0xD7, 32},   {0xD8, 0xDF, 32},   {0x388, 0x38B, 37}, {0x391, 0x3A2, 32},   {0x3A3, 0x3AC, 32},
    {0x400, 0x410, 80}, {0x410, 0x430, 32}, {0x531, 0x557, 48}, {0xFF21, 0xFF3B, 32}, {0x41, 0x5B, 32},
};
struct Pair {
  uint32_t upper, lower;
};
constexpr Pair kPairs[] = {{0x178, 0xFF},  {0x386, 0x3AC}, {0x38C, 0x3CC}, {0x38E, 0x3CD}, {0x38F, 0x3CE},
                           {0x4C0, 0x4CF}, {0x1C4, 0x1C6}, {0x1C7, 0x1C9}, {0x1CA, 0x1CC}, {0x1F1, 0x1F3}};

uint32_t lower_of(uint32_t c) {
  for (const Pair& pair : kPairs) {
    if (c == pair.upper) return pair.lower;
  }
  for (const Shifted& block : kShifted) {
    if (c >= block.upper_begin && c < block.upper_end) return c + block.distance;
  }
  for (const Alternating& block : kAlternating) {
    if (c >= block.begin && c < block.end && c % 2 == block.upper_parity) return c + 1;
  }
  return c;
}

uint32_t upper_of(uint32_t c) {
  if (c == 0xB5) return 0x39C;
  if (c == 0x131) return 'I';
  if (c == 0x17F) return 'S';
  if (c == 0x3C2) return 0x3A3;
  for (const Pair& pair : kPairs) {
    if (c == pair.lower) return pair.upper;
  }
  for (const Shifted& block : kShifted) {
    uint32_t upper = c - block.distance;
    if (upper >= block.upper_begin && upper < block.upper_end) return upper;
  }
  for (const Alternating& block : kAlternating) {
    if (c >= block.begin && c < block.end && c % 2 != block.upper_parity) return c - 1;
  }
  return c;
}

uint32_t take_code_point(const char* data, uint32_t size, uint32_t& at) {
  auto byte = static_cast<unsigned char>(data[at++]);
  if (byte < 0xC0) return byte;
  int more = byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
  uint32_t c = byte & (0x3FU >> more);
  for (; more > 0 && at < size && is_continuation(data[at]); --more) {
    c = (c << 6) | (static_cast<unsigned char>(data[at++]) & 0x3F);
  }
  return c;
}

void put_code_point(std::string& out, uint32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | (c >> 6));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | (c >> 12));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (c >> 18));
    out += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

// A sigma at the end of a word is another letter.
bool is_letter(uint32_t c) { return lower_of(c) != c || upper_of(c) != c; }

StringView lower_wide(KernelContext& context, const StringView& text) {
  std::string out;
  const char* data = text.data();
  bool after_letter = false;
  for (uint32_t at = 0; at < text.size();) {
    uint32_t c = take_code_point(data, text.size(), at);
    if (c == 0x130) {
      out += "i\xCC\x87";
    } else if (c == 0x3A3 && after_letter) {
      uint32_t next_at = at;
      bool ends = at >= text.size() || !is_letter(take_code_point(data, text.size(), next_at));
      put_code_point(out, ends ? 0x3C2 : 0x3C3);
    } else {
      put_code_point(out, lower_of(c));
    }
    after_letter = is_letter(c);
  }
  return copy_text(context, out.data(), static_cast<uint32_t>(out.size()));
}

StringView upper_wide(KernelContext& context, const StringView& text) {
  std::string out;
  const char* data = text.data();
  for (uint32_t at = 0; at < text.size();) {
    uint32_t c = take_code_point(data, text.size(), at);
    if (c == 0xDF) {
      out += "SS";
    } else if (c == 0x149) {
      out += "\xCA\xBCN";
    } else if (c >= 0xFB00 && c <= 0xFB04) {
      static constexpr std::string_view kLigatures[] = {"FF", "FI", "FL", "FFI", "FFL"};
      out += kLigatures[c - 0xFB00];
    } else {
      put_code_point(out, upper_of(c));
    }
  }
  return copy_text(context, out.data(), static_cast<uint32_t>(out.size()));
}

// ASCII text with every byte of one case turned into the other.
template <bool (*changes)(char)>
StringView flip(KernelContext& context, const StringView& text) {
  const char* data = text.data();
  uint32_t size = text.size();
  if (size <= StringView::kInlineMax) {
    char small[StringView::kInlineMax];
    for (uint32_t i = 0; i < size; ++i) small[i] = static_cast<char>(data[i] ^ (changes(data[i]) ? 0x20 : 0));
    return {small, size};
  }
  char* out = context.arena->allocate(size);
  for (uint32_t i = 0; i < size; ++i) out[i] = static_cast<char>(data[i] ^ (changes(data[i]) ? 0x20 : 0));
  return {out, size};
}

struct Scan {
  bool changes = false;
  bool wide = false;
};
template <bool (*changes)(char)>
Scan scan(const StringView& text) {
  Scan out;
  const char* data = text.data();
  for (uint32_t i = 0; i < text.size(); ++i) {
    out.changes |= changes(data[i]);
    out.wide |= data[i] < 0;
  }
  return out;
}

}  // namespace

StringView to_lower(KernelContext& context, const StringView& text) {
  Scan found = scan<is_upper_ascii>(text);
  if (found.wide) return lower_wide(context, text);
  return found.changes ? flip<is_upper_ascii>(context, text) : text;
}

StringView to_upper(KernelContext& context, const StringView& text) {
  Scan found = scan<is_lower_ascii>(text);
  if (found.wide) return upper_wide(context, text);
  return found.changes ? flip<is_lower_ascii>(context, text) : text;
}

StringView to_initial_capitals(KernelContext& context, const StringView& text) {
  std::string out(text.view());
  bool starts = true;
  for (char& c : out) {
    bool is_letter = is_upper_ascii(c) || is_lower_ascii(c);
    if (is_letter && (starts ? is_lower_ascii(c) : is_upper_ascii(c))) c = static_cast<char>(c ^ 0x20);
    starts = !is_letter && !(c >= '0' && c <= '9');
  }
  return copy_text(context, out.data(), static_cast<uint32_t>(out.size()));
}

}  // namespace sluice
