#include "runtime/state/hash_index.h"

#include <algorithm>
#include <bit>

#include "base/check.h"

namespace sluice::runtime {
namespace {

constexpr uint64_t kCapacityMin = 64;

}  // namespace

HashIndex::HashIndex(StateMemory& memory, uint64_t seed) : memory_(memory), seed_(seed) { allocate(kCapacityMin); }

HashIndex::~HashIndex() { memory_.release_array(reinterpret_cast<char*>(entries_), capacity_ * sizeof(uint64_t)); }

void HashIndex::allocate(uint64_t capacity) {
  entries_ = reinterpret_cast<uint64_t*>(memory_.allocate_array(capacity * sizeof(uint64_t)));
  capacity_ = capacity;
  mask_ = capacity - 1;
  shift_ = 64 - std::countr_zero(capacity);
  limit_ = capacity / 4 * 3;
  live_ = used_ = 0;
}

void HashIndex::reset(uint64_t rows) {
  uint64_t capacity = std::max(kCapacityMin, std::bit_ceil(rows * 3 / 2 + 1));
  memory_.release_array(reinterpret_cast<char*>(entries_), capacity_ * sizeof(uint64_t));
  allocate(capacity);
}

void HashIndex::insert(uint64_t hash, uint8_t* row) {
  uint64_t position = start(hash);
  while (entries_[position] != kEmpty) position = (position + 1) & mask_;
  insert_at(position, hash, row);
}

void HashIndex::erase(uint8_t* row) {
  uint64_t hash = header_of(row).hash;
  uint64_t wanted = tag_of(hash) | reinterpret_cast<uint64_t>(row);
  uint64_t position = start(hash);
  while (entries_[position] != wanted) {
    SLUICE_CHECK(entries_[position] != kEmpty);
    position = (position + 1) & mask_;
  }
  --live_;
  entries_[position] = kDeleted;
  // No search goes on past an empty entry, so deleted ones in front of it need not be kept.
  if (entries_[(position + 1) & mask_] != kEmpty) return;
  while (entries_[position] == kDeleted) {
    entries_[position] = kEmpty;
    --used_;
    position = (position - 1) & mask_;
  }
}

}  // namespace sluice::runtime
