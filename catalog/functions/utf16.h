#pragma once
// Text as Java's strings have it: UTF-16 units.
#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {

// Bytes that are no UTF-8 become U+FFFD.
std::u16string to_utf16(std::string_view text);
// One character, which must be below 0x110000.
void append_utf8(std::string& out, uint32_t c);
// Half of a pair becomes `?`.
std::string from_utf16(std::u16string_view units);

}  // namespace sluice
