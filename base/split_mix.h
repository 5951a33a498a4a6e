#pragma once
// SplitMix64 (Steele, Lea and Flood, 2014): numbers from a seed, the same on every machine. Its state is its position,
// so it can be written down and gone on from.
#include <cstdint>

namespace sluice {

// Spreads every bit of `z` over all of the result.
constexpr uint64_t mix64(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

struct SplitMix {
  uint64_t state = 0;
  uint64_t next() { return mix64(state += 0x9e3779b97f4a7c15ULL); }
  // Uniform below `bound`, from half a number: one has enough bits for two choices.
  static constexpr uint32_t scaled(uint32_t half, uint32_t bound) {
    return static_cast<uint32_t>((uint64_t{half} * bound) >> 32);
  }
  uint32_t below(uint32_t bound) { return scaled(static_cast<uint32_t>(next() >> 32), bound); }
  // Uniform below any bound but 0.
  uint64_t below_wide(uint64_t bound) {
    return static_cast<uint64_t>((static_cast<unsigned __int128>(next()) * bound) >> 64);
  }
  double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }  // [0, 1)
};

}  // namespace sluice
