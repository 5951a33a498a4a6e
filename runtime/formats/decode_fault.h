#pragma once
// What is wrong with a message that cannot be read; such messages are counted by it.
#include <array>
#include <cstdint>
#include <string_view>

namespace sluice::runtime {

enum class DecodeFault : uint8_t {
  NotWellFormed,  // The bytes are none of the format.
  WrongValue,     // A field has no value of its column's type.
  MissingField,   // A field or column that must be there is not.
  NullValue,      // NULL in a NOT NULL column.
};
inline constexpr size_t kDecodeFaults = 4;
constexpr std::string_view name_of(DecodeFault fault) {
  constexpr std::string_view kNames[kDecodeFaults] = {"not-well-formed", "wrong-value", "missing-field", "null-value"};
  return kNames[static_cast<size_t>(fault)];
}

// Messages that could not be read, by what was wrong with them.
using DecodeCounts = std::array<uint64_t, kDecodeFaults>;

}  // namespace sluice::runtime
