#include "base/printable.h"

#include <fmt/format.h>

#include "base/utf8.h"

namespace sluice {
namespace {

// Bytes of the character at the beginning of `text`; 0: none begins there.
size_t character_size(std::string_view text) {
  auto first = static_cast<unsigned char>(text.front());
  size_t size = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
  if (size > text.size()) return 0;
  for (size_t i = 1; i < size; ++i) {
    if (!is_continuation(text[i])) return 0;
  }
  return size;
}

// U+0080 to U+009F are control characters, too.
bool is_control(std::string_view character) {
  auto first = static_cast<unsigned char>(character.front());
  if (character.size() == 2) return first == 0xC2 && static_cast<unsigned char>(character[1]) < 0xA0;
  return character.size() == 1 && (first < 0x20 || first == 0x7F);
}

std::string escaped(std::string_view control) {
  if (control == "\n") return "\\n";
  if (control == "\t") return "\\t";
  return fmt::format("\\u{:04x}", static_cast<unsigned>(static_cast<unsigned char>(control.back())));
}

}  // namespace

std::string printable(std::string_view text, std::string_view kept) {
  std::string out;
  while (!text.empty()) {
    size_t size = character_size(text);
    std::string_view character = text.substr(0, std::max<size_t>(1, size));
    if (size == 0) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned>(static_cast<unsigned char>(text.front())));
    } else if (is_control(character) && kept.find(character) == std::string_view::npos) {
      out += escaped(character);
    } else {
      out += character;
    }
    text.remove_prefix(character.size());
  }
  return out;
}

}  // namespace sluice
