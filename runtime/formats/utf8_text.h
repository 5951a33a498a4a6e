#pragma once
// UTF-8 as Java's libraries take it: more than is well-formed, because what they write for it is `?`.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::runtime {

bool is_utf8(std::string_view bytes);
bool has_high_bytes(std::string_view bytes);  // Beyond ASCII.
// With U+FFFD in place of what is no UTF-8.
std::string replace_invalid(std::string_view bytes);
void append_code_point(uint32_t code, std::string& out);

// UTF-16 units on their way to UTF-8. A surrogate that stands alone becomes `?`.
class Utf8Writer {
 public:
  explicit Utf8Writer(std::string& out) : out_(out) {}
  void put(uint32_t unit) {
    bool is_low = unit >= 0xDC00 && unit < 0xE000;
    if (high_ != 0 && is_low) {
      append_code_point(0x10000 + ((high_ - 0xD800) << 10) + (unit - 0xDC00), out_);
      high_ = 0;
      return;
    }
    finish();
    if (unit >= 0xD800 && unit < 0xDC00) {
      high_ = unit;
    } else if (is_low) {
      out_ += '?';
    } else {
      append_code_point(unit, out_);
    }
  }
  void finish() {
    if (high_ != 0) out_ += '?';
    high_ = 0;
  }

 private:
  std::string& out_;
  uint32_t high_ = 0;
};

// Takes the sequence at the front, which may be longer than needed or stand for a surrogate; 0 when it is none.
size_t take_utf8_sequence(std::string_view bytes, Utf8Writer& out);

// The text with those sequences replaced. False: it is no UTF-8 even so.
bool repair_utf8(std::string_view bytes, std::string& out);

// A message in UTF-16 or UTF-32, with or without a byte order mark, as UTF-8; also takes the mark off UTF-8. Nothing:
// it stays as it is.
std::optional<std::string> as_plain_utf8(std::string_view message);
// Whether the first bytes make as_plain_utf8 worth a call.
inline bool may_be_encoded(std::string_view message) {
  if (message.empty()) return false;
  auto first = static_cast<unsigned char>(message[0]);
  return first == 0 || first >= 0xEF || (message.size() > 1 && message[1] == '\0');
}

}  // namespace sluice::runtime
