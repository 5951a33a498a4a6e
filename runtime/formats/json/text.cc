#include "runtime/formats/json/text.h"

#include <immintrin.h>

#include <algorithm>
#include <bit>

#include "catalog/types/text_form.h"
#include "runtime/formats/utf8_text.h"

namespace sluice::runtime::json {
namespace {

uint32_t hex_of(std::string_view digits) {
  uint32_t value = 0;
  for (char c : digits) {
    value = value << 4 | static_cast<uint32_t>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
  }
  return value;
}

// How many bytes at the front need no escape. `has_high`: whether bytes beyond ASCII are among them; it may be true
// where they come soon behind.
size_t count_plain(std::string_view text, bool& has_high) {
  size_t at = 0;
  int highs = 0;
  for (; at + 32 <= text.size(); at += 32) {
    __m256i block = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text.data() + at));
    __m256i quotes = _mm256_cmpeq_epi8(block, _mm256_set1_epi8('"'));
    __m256i escapes = _mm256_cmpeq_epi8(block, _mm256_set1_epi8('\\'));
    __m256i low = _mm256_cmpeq_epi8(_mm256_max_epu8(block, _mm256_set1_epi8(0x20)), _mm256_set1_epi8(0x20));
    __m256i blank = _mm256_cmpeq_epi8(block, _mm256_set1_epi8(0x20));
    __m256i stops = _mm256_or_si256(_mm256_or_si256(quotes, escapes), _mm256_andnot_si256(blank, low));
    highs |= _mm256_movemask_epi8(block);
    if (auto found = static_cast<uint32_t>(_mm256_movemask_epi8(stops)); found != 0) {
      has_high = highs != 0;
      return at + static_cast<size_t>(std::countr_zero(found));
    }
  }
  for (; at < text.size(); ++at) {
    auto byte = static_cast<unsigned char>(text[at]);
    if (byte < 0x20 || byte == '"' || byte == '\\') break;
    highs |= byte & 0x80;
  }
  has_high = highs != 0;
  return at;
}

// How many bytes at the front are ASCII and no escape.
size_t count_literal(std::string_view written) {
  size_t at = 0;
  for (; at + 32 <= written.size(); at += 32) {
    __m256i block = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(written.data() + at));
    __m256i stops = _mm256_or_si256(_mm256_cmpeq_epi8(block, _mm256_set1_epi8('\\')), block);
    if (auto found = static_cast<uint32_t>(_mm256_movemask_epi8(stops)); found != 0) {
      return at + static_cast<size_t>(std::countr_zero(found));
    }
  }
  while (at < written.size() && written[at] != '\\' && static_cast<unsigned char>(written[at]) < 0x80) ++at;
  return at;
}

// `plain` bytes at the front need no escape.
void append_escaped(std::string_view text, size_t plain, std::string& out) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  static constexpr std::string_view kNames = "bfnrt", kMeanings = "\b\f\n\r\t";
  [[maybe_unused]] bool has_high = false;
  for (;; plain = count_plain(text, has_high)) {
    out.append(text, 0, plain);
    if (plain == text.size()) return;
    char c = text[plain];
    text.remove_prefix(plain + 1);
    out += '\\';
    size_t name = kMeanings.find(c);
    if (c == '"' || c == '\\') {
      out += c;
    } else if (name != std::string_view::npos) {
      out += kNames[name];
    } else {
      auto byte = static_cast<unsigned char>(c);
      out += "u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
}

}  // namespace

bool resolve_string(std::string_view written, std::string& out) {
  out.clear();
  out.reserve(written.size());
  Utf8Writer units(out);
  for (size_t at = 0; at < written.size();) {
    auto byte = static_cast<unsigned char>(written[at]);
    if (byte >= 0x80) {
      size_t size = take_utf8_sequence(written.substr(at), units);
      if (size == 0) return false;
      at += size;
      continue;
    }
    if (byte != '\\') {
      size_t literal = count_literal(written.substr(at));
      units.finish();
      out.append(written, at, literal);
      at += literal;
      continue;
    }
    char escaped = written[at + 1];
    if (escaped == 'u') {
      units.put(hex_of(written.substr(at + 2, 4)));
      at += 6;
      continue;
    }
    static constexpr std::string_view kNames = "bfnrt", kMeanings = "\b\f\n\r\t";
    size_t name = kNames.find(escaped);
    units.put(static_cast<unsigned char>(name == std::string_view::npos ? escaped : kMeanings[name]));
    at += 2;
  }
  units.finish();
  return true;
}

void write_json_string(std::string_view text, std::string& out) {
  out += '"';
  bool has_high = false;
  size_t plain = count_plain(text, has_high);
  bool may_have_high = has_high || (plain < text.size() && has_high_bytes(text.substr(plain)));
  if (may_have_high && !is_utf8(text)) {
    std::string replaced = replace_invalid(text);
    append_escaped(replaced, count_plain(replaced, has_high), out);
  } else {
    append_escaped(text, plain, out);
  }
  out += '"';
}

std::string canonical_text(std::string_view value) {
  std::string out, resolved;
  for (size_t at = 0; at < value.size();) {
    char c = value[at];
    if (c == '"') {
      size_t end = at + 1;
      while (value[end] != '"') end += value[end] == '\\' ? 2 : 1;
      resolve_string(value.substr(at + 1, end - at - 1), resolved);
      write_json_string(resolved, out);
      at = end + 1;
    } else if (c == '-' || (c >= '0' && c <= '9')) {
      size_t end = std::min(value.find_first_not_of("+-.0123456789eE", at), value.size());
      std::string_view number = value.substr(at, end - at);
      double real = 0;
      char buffer[kTextMax];
      if (number == "-0") {
        out += '0';
      } else if (number.find_first_of(".eE") != std::string_view::npos &&
                 read_double(number.data(), static_cast<uint32_t>(number.size()), real)) {
        out.append(buffer, write_double(buffer, real));
      } else {
        out += number;
      }
      at = end;
    } else {
      if (c != ' ' && c != '\n' && c != '\r' && c != '\t') out += c;
      ++at;
    }
  }
  return out;
}

}  // namespace sluice::runtime::json
