#pragma once
// Floating point as keys: one zero, one NaN.
#include <bit>
#include <cstdint>

namespace sluice::codegen {

inline uint32_t key_bits(float value) {
  if (value != value) return 0x7fc00000U;
  return std::bit_cast<uint32_t>(value == 0 ? 0.0F : value);
}
inline uint64_t key_bits(double value) {
  if (value != value) return 0x7ff8000000000000ULL;
  return std::bit_cast<uint64_t>(value == 0 ? 0.0 : value);
}

}  // namespace sluice::codegen
