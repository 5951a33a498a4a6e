#pragma once
// The texts that Nexmark's events are made of. Strings of an event are slices of, or picks from, one random heap that
// is filled once, so that an event costs no copying; lengths, alphabets and frequencies are Nexmark's.
#include <cstdint>
#include <vector>

#include "base/buffer.h"
#include "base/scalar_abi.h"
#include "base/split_mix.h"

namespace sluice::runtime::nexmark {

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
