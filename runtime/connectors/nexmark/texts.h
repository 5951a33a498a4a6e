#pragma once
// The texts that Nexmark's events are made of. Strings of an event are slices of, or picks from, one random heap that
// is filled once, so that an event costs no copying; lengths, alphabets and frequencies are Nexmark's.
#include <cstdint>
#include <vector>

#include "base/buffer.h"
#include "base/scalar_abi.h"

namespace sluice::runtime::nexmark {

// SplitMix64 (Steele, Lea and Flood, 2014).
struct SplitMix {
  uint64_t state = 0;
  uint64_t next() {
    uint64_t z = state += 0x9e3779b97f4a7c15ULL;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  // Uniform below `bound`, from half a draw: a draw has enough bits for two choices.
  static uint32_t scaled(uint32_t half, uint32_t bound) {
    return static_cast<uint32_t>((uint64_t{half} * bound) >> 32);
  }
  uint32_t below(uint32_t bound) { return scaled(static_cast<uint32_t>(next() >> 32), bound); }
  double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
};

// A bid's channel with its url: picked together, so they stand together.
struct Channel {
  StringView name, url;
};

struct Texts {
  static constexpr uint32_t kHotChannels = 4;
  static constexpr uint32_t kChannels = 10'000;
  // A view holds its first bytes, so making one reads the slice: what slices begin in stays within the L2.
  static constexpr uint32_t kSliceBytes = 1 << 16;
  static constexpr uint32_t kSliceMax = 1 << 14;  // Slices may begin anywhere and be this long.

  Texts(BufferPool& pool, uint64_t seed);

  // `size` characters of the random text behind `extra`, H to z.
  StringView extra(uint32_t begin, uint32_t size) const { return {heap.data() + (begin & (kSliceBytes - 1)), size}; }
  // A word of 3 to max-1 characters, each a blank with probability 1/13, else a to z; trimmed.
  StringView words(SplitMix& random, uint32_t max) const;

  BufferRef heap;
  std::vector<Channel> channels;  // The hot ones first.
  std::vector<StringView> names, emails, credit_cards;
  std::vector<StringView> cities, states;
  std::vector<int32_t> prices;  // 65,536 samples of round(10^(6u) * 100)

 private:
  const char* words_ = nullptr;
};

}  // namespace sluice::runtime::nexmark
