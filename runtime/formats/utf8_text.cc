#include "runtime/formats/utf8_text.h"

#include <simdjson.h>

namespace sluice::runtime {

bool is_utf8(std::string_view bytes) { return simdjson::validate_utf8(bytes.data(), bytes.size()); }

bool has_high_bytes(std::string_view bytes) {
  char all = 0;
  for (char c : bytes) all = static_cast<char>(all | c);
  return static_cast<unsigned char>(all) >= 0x80;
}

// As many bytes as could begin a character stand for one.
std::string replace_invalid(std::string_view bytes) {
  std::string out;
  while (!bytes.empty()) {
    auto byte = [&](size_t i) { return static_cast<unsigned char>(bytes[i]); };
    size_t size = byte(0) < 0x80 ? 1 : byte(0) < 0xE0 ? 2 : byte(0) < 0xF0 ? 3 : 4;
    if (size <= bytes.size() && is_utf8(bytes.substr(0, size))) {
      out += bytes.substr(0, size);
      bytes.remove_prefix(size);
      continue;
    }
    out += "\xEF\xBF\xBD";
    size_t wrong = 1;
    bool is_surrogate = byte(0) == 0xED && bytes.size() > 1 && byte(1) >= 0xA0;
    while (wrong < size && wrong < bytes.size() && (byte(wrong) & 0xC0) == 0x80 && (is_surrogate || wrong + 1 < size))
      ++wrong;
    bytes.remove_prefix(wrong);
  }
  return out;
}

void append_code_point(uint32_t code, std::string& out) {
  auto put = [&](uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6), put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12), put(0x80 | (code >> 6 & 0x3F)), put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | code >> 18), put(0x80 | (code >> 12 & 0x3F)), put(0x80 | (code >> 6 & 0x3F)), put(0x80 | (code & 0x3F));
  }
}

// Four bytes may mean more than Unicode has: two units that go nowhere.
size_t take_utf8_sequence(std::string_view bytes, Utf8Writer& units) {
  auto byte = [&](size_t i) { return static_cast<unsigned char>(bytes[i]); };
  uint32_t first = byte(0);
  size_t size = first >= 0xC0 && first < 0xE0   ? 2
                : first >= 0xE0 && first < 0xF0 ? 3
                : first >= 0xF0 && first < 0xF8 ? 4
                                                : 0;
  if (size == 0 || bytes.size() < size) return 0;
  uint32_t code = first & (0xFFU >> (size + 1));
  for (size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
    code = code << 6 | (byte(i) & 0x3F);
  }
  if (size < 4) {
    units.put(code);
  } else {
    code -= 0x10000;
    units.put((0xD800 | code >> 10) & 0xFFFF);
    units.put(0xDC00 | (code & 0x3FF));
  }
  return size;
}

bool repair_utf8(std::string_view bytes, std::string& out) {
  out.clear();
  Utf8Writer units(out);
  for (size_t at = 0; at < bytes.size();) {
    auto byte = static_cast<unsigned char>(bytes[at]);
    size_t size = 1;
    if (byte < 0x80) {
      units.put(byte);
    } else if ((size = take_utf8_sequence(bytes.substr(at), units)) == 0) {
      return false;
    }
    at += size;
  }
  units.finish();
  return true;
}

namespace {

struct Encoding {
  size_t unit = 1;  // Bytes.
  bool is_big = false;
  size_t mark = 0;  // Bytes of the byte order mark.
};

// By mark, else by where zero bytes stand among the first four, as Flink's library finds out.
Encoding encoding_of(std::string_view text) {
  auto byte = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 1U; };
  uint32_t first = byte(0) << 24 | byte(1) << 16 | byte(2) << 8 | byte(3);
  if (text.size() >= 4) {
    if (first == 0x0000FEFF) return {4, true, 4};
    if (first == 0xFFFE0000) return {4, false, 4};
  }
  if (text.size() >= 2 && first >> 16 == 0xFEFF) return {2, true, 2};
  if (text.size() >= 2 && first >> 16 == 0xFFFE) return {2, false, 2};
  if (text.size() >= 3 && first >> 8 == 0xEFBBBF) return {1, false, 3};
  if (text.size() >= 4) {
    if (first >> 8 == 0) return {4, true, 0};
    if ((first & 0x00FFFFFF) == 0) return {4, false, 0};
  }
  if (text.size() >= 2) {
    if ((first >> 16 & 0xFF00) == 0) return {2, true, 0};
    if ((first >> 16 & 0x00FF) == 0) return {2, false, 0};
  }
  return {};
}

}  // namespace

std::optional<std::string> as_plain_utf8(std::string_view message) {
  Encoding encoding = encoding_of(message);
  if (encoding.unit == 1 && encoding.mark == 0) return std::nullopt;
  message.remove_prefix(encoding.mark);
  if (encoding.unit == 1) return std::string(message);
  std::string out;
  Utf8Writer units(out);
  for (size_t at = 0; at + encoding.unit <= message.size(); at += encoding.unit) {
    uint32_t code = 0;
    for (size_t i = 0; i < encoding.unit; ++i) {
      size_t index = encoding.is_big ? i : encoding.unit - 1 - i;
      code = code << 8 | static_cast<unsigned char>(message[at + index]);
    }
    if (code < 0x10000) {
      units.put(code);
    } else {
      units.finish();
      append_code_point(code > 0x10FFFF ? '?' : code, out);
    }
  }
  units.finish();
  return out;
}

}  // namespace sluice::runtime
