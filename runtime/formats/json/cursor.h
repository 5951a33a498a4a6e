#pragma once
// Steps over JSON text: blanks, strings, numbers, whole values. What it steps over is checked. The text is followed by
// kPadding zero bytes, so that blocks may be loaded without a look at the end; no zero byte is part of any token but a
// string, where the end decides.
#include <immintrin.h>

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace sluice::runtime::json {

inline constexpr size_t kPadding = 64;
inline constexpr uint32_t kDepthMax = 1000;      // As in Flink's library.
inline constexpr size_t kNumberBytesMax = 1000;  // Likewise.

// A string without its quotes, as it is written.
struct StringToken {
  std::string_view text;
  bool has_escape = false;
  bool has_high = false;  // Bytes beyond ASCII.
};

class Cursor {
 public:
  Cursor() = default;
  Cursor(const char* begin, const char* end) : at(begin), end_(end) {}

  const char* at = nullptr;
  const char* end() const { return end_; }
  bool is_at_end() const { return at >= end_; }

  void skip_blank() {
    while (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t') ++at;
  }
  // Steps over a separator and the blanks around it.
  bool take(char wanted) {
    skip_blank();
    if (*at != wanted) return false;
    ++at;
    return true;
  }

  // Of a string whose opening quote was stepped over. False: it is not closed, or has an escape that is none.
  bool take_string(StringToken& out) {
    const char* begin = at;
    out.has_escape = false;
    uint32_t high = 0;
    for (;;) {
      __m256i block = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
      __m256i quotes = _mm256_cmpeq_epi8(block, _mm256_set1_epi8('"'));
      __m256i escapes = _mm256_cmpeq_epi8(block, _mm256_set1_epi8('\\'));
      auto stops = static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_or_si256(quotes, escapes)));
      auto highs = static_cast<uint32_t>(_mm256_movemask_epi8(block));
      if (stops == 0) {
        high |= highs;
        at += 32;
        if (at >= end_) return false;
        continue;
      }
      high |= highs & (stops ^ (stops - 1));
      at += std::countr_zero(stops);
      if (*at == '"') break;
      out.has_escape = true;
      if (!take_escape()) return false;
    }
    if (at >= end_) return false;
    out.text = {begin, static_cast<size_t>(at - begin)};
    out.has_high = high != 0;
    ++at;
    return true;
  }

  // A number, as it is written. False: the text is none.
  bool take_number(std::string_view& out) {
    const char* begin = at;
    if (*at == '-') ++at;
    if (*at == '0') {
      ++at;
    } else if (!take_digits()) {
      return false;
    }
    if (*at == '.' && (++at, !take_digits())) return false;
    if (*at == 'e' || *at == 'E') {
      ++at;
      if (*at == '+' || *at == '-') ++at;
      if (!take_digits()) return false;
    }
    out = {begin, static_cast<size_t>(at - begin)};
    return is_end_of_token(*at) && out.size() <= kNumberBytesMax;
  }

  // `true`, `false` or `null`.
  bool take_word(std::string_view word) {
    if (std::memcmp(at, word.data(), word.size()) != 0) return false;
    at += word.size();
    return is_end_of_token(*at);
  }

  // What may stand behind a number or a word. Zero is the end of the text, or is found to be none by what comes next.
  static bool is_end_of_token(char c) {
    return c == ',' || c == '}' || c == ']' || c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\0';
  }
  static bool is_digit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

 private:
  bool take_digits() {
    const char* begin = at;
    while (is_digit(*at)) ++at;
    return at != begin;
  }

  bool take_escape() {
    switch (at[1]) {
      case '"':
      case '\\':
      case '/':
      case 'b':
      case 'f':
      case 'n':
      case 'r':
      case 't':
        at += 2;
        return true;
      case 'u':
        for (int i = 2; i < 6; ++i) {
          char c = at[i];
          if (!is_digit(c) && !((c | 0x20) >= 'a' && (c | 0x20) <= 'f')) return false;
        }
        at += 6;
        return true;
      default:
        return false;
    }
  }

  const char* end_ = nullptr;
};

// The digits at `text` as a number when there are 1 to 18 of them, none too many; `size` is set to their count.
// `text` has 24 readable bytes.
inline bool read_digits(const char* text, uint64_t& out, uint32_t& size) {
  auto count_of = [](uint64_t chunk) {
    uint64_t other = ((chunk & 0xF0F0F0F0F0F0F0F0) ^ 0x3030303030303030) |
                     (((chunk + 0x0606060606060606) & 0xF0F0F0F0F0F0F0F0) ^ 0x3030303030303030);
    return static_cast<uint32_t>(std::countr_zero(other)) / 8;
  };
  auto value_of = [](uint64_t chunk, uint32_t digits) {
    chunk <<= (64 - digits * 8) & 63;  // Leading zeros.
    chunk &= 0x0F0F0F0F0F0F0F0F;
    chunk = chunk * 10 + (chunk >> 8);
    return (((chunk & 0x000000FF000000FF) * 0x000F424000000064) +
            (((chunk >> 16) & 0x000000FF000000FF) * 0x0000271000000001)) >>
           32;
  };
  uint64_t chunk;
  std::memcpy(&chunk, text, 8);
  size = count_of(chunk);
  if (size == 0) return false;
  out = value_of(chunk, size);
  if (size < 8) return true;
  std::memcpy(&chunk, text + 8, 8);
  uint32_t more = count_of(chunk);
  static constexpr uint64_t kPowers[] = {1, 10, 100, 1000, 10'000, 100'000, 1'000'000, 10'000'000, 100'000'000};
  if (more > 0) out = out * kPowers[more] + value_of(chunk, more);
  size += more;
  if (more < 8) return true;
  for (int i = 0; i < 3 && Cursor::is_digit(text[size]); ++i)
    out = out * 10 + static_cast<uint64_t>(text[size++] - '0');
  return size <= 18;
}

}  // namespace sluice::runtime::json
