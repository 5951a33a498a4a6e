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
  // Uniform below `bound`.
  uint32_t below(uint32_t bound) { return static_cast<uint32_t>(((next() >> 32) * uint64_t{bound}) >> 32); }
  double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
};

struct Texts {
  static constexpr uint32_t kChannels = 10'000;
  static constexpr uint32_t kSliceBytes = 1 << 20;
  static constexpr uint32_t kSliceMax = 1 << 14;  // Slices may begin anywhere and be this long.

  Texts(BufferPool& pool, uint64_t seed);

  // `size` characters of the random text behind `extra`, H to z.
  StringView extra(SplitMix& random, uint32_t size) const { return {heap.data() + random.below(kSliceBytes), size}; }
  // A word of 3 to max-1 characters, each a blank with probability 1/13, else a to z; trimmed.
  StringView words(SplitMix& random, uint32_t max) const;

  BufferRef heap;
  StringView hot_channels[4], hot_urls[4];
  std::vector<StringView> channels, urls;  // kChannels each; the url of a channel is fixed.
  std::vector<StringView> names, emails, credit_cards;
  std::vector<StringView> cities, states;
  std::vector<int64_t> prices;  // 65,536 samples of round(10^(6u) * 100)

 private:
  const char* words_ = nullptr;
};

}  // namespace sluice::runtime::nexmark
