#include "runtime/exchange/key_targets.h"

#include "base/key_hash.h"

namespace sluice::runtime {
namespace {

// key_group_of before the modulo, without a branch.
inline uint32_t spread_of(uint64_t hash) {
  auto code = static_cast<uint32_t>(hash);
  code *= 0xcc9e2d51U;
  code = (code << 15) | (code >> 17);
  code *= 0x1b873593U;
  code = (code << 13) | (code >> 19);
  code = code * 5 + 0xe6546b64U;
  code ^= 4;
  code ^= code >> 16;
  code *= 0x85ebca6bU;
  code ^= code >> 13;
  code *= 0xc2b2ae35U;
  code ^= code >> 16;
  uint32_t negative = 0U - (code >> 31);
  return ((code ^ negative) - negative) & 0x7fffffffU;
}

}  // namespace

KeyTargets::KeyTargets(uint32_t parallelism, uint32_t max_parallelism) : max_parallelism_(max_parallelism) {
  for (uint32_t group = 0; group < max_parallelism; ++group) {
    target_of_group_.push_back(subtask_of(group, parallelism, max_parallelism));
  }
}

void KeyTargets::compute(const uint64_t* __restrict hashes, uint32_t count, uint32_t* __restrict targets) const {
  for (uint32_t i = 0; i < count; ++i) targets[i] = spread_of(hashes[i]);
  const uint32_t* __restrict table = target_of_group_.data();
  uint32_t divisor = max_parallelism_;
  if ((divisor & (divisor - 1)) == 0) {
    for (uint32_t i = 0; i < count; ++i) targets[i] = table[targets[i] & (divisor - 1)];
  } else {
    for (uint32_t i = 0; i < count; ++i) targets[i] = table[targets[i] % divisor];
  }
}

}  // namespace sluice::runtime
