#pragma once
// Open addressing from key hashes to rows. An entry is the row's address with 16 bits of the hash, so that a probe
// touches a row only when it almost certainly is the right one. Uses other bits of the hash than key groups do, and a
// seed, so that the keys of one subtask spread evenly.
#include <cstdint>

#include "runtime/state/row_entry.h"
#include "runtime/state/state_memory.h"

namespace sluice::runtime {

class HashIndex {
 public:
  HashIndex(StateMemory& memory, uint64_t seed);
  HashIndex(const HashIndex&) = delete;
  ~HashIndex();

  uint64_t size() const { return live_; }
  // Where the search for a hash begins.
  uint64_t start(uint64_t hash) const { return mix(hash) >> shift_; }
  void prefetch(uint64_t position) const { __builtin_prefetch(entries_ + position); }

  // The next row from `position` on (moved behind it) whose tag is that of the hash; null at an empty entry, where
  // `position` stays.
  uint8_t* next_candidate(uint64_t hash, uint64_t& position) const {
    uint64_t tag = tag_of(hash);
    for (;; position = (position + 1) & mask_) {
      uint64_t entry = entries_[position];
      if (entry == kEmpty) return nullptr;
      if ((entry & kTagMask) != tag || entry == kDeleted) continue;
      position = (position + 1) & mask_;
      return row_of(entry);
    }
  }
  // At the empty entry where a search ended.
  void insert_at(uint64_t position, uint64_t hash, uint8_t* row) {
    entries_[position] = tag_of(hash) | reinterpret_cast<uint64_t>(row);
    ++live_;
    ++used_;
  }
  void insert(uint64_t hash, uint8_t* row);
  void erase(uint8_t* row);

  // Whether `more` inserts need `rebuild` first.
  bool needs_room(uint64_t more) const { return used_ + more > limit_; }
  // Empties the index and makes room for `rows` entries, which are to be inserted again.
  void reset(uint64_t rows);

 private:
  static constexpr uint64_t kEmpty = 0;
  static constexpr uint64_t kDeleted = 1;
  static constexpr uint64_t kTagMask = uint64_t{0xffff} << 48;
  static uint8_t* row_of(uint64_t entry) { return reinterpret_cast<uint8_t*>(entry & ~kTagMask); }
  uint64_t mix(uint64_t hash) const { return (hash ^ seed_) * 0x9fb21c651e98df25ULL; }
  // Never 0, so that no entry looks like kDeleted.
  uint64_t tag_of(uint64_t hash) const { return ((mix(hash) << 32) & kTagMask) | (uint64_t{1} << 48); }
  void allocate(uint64_t capacity);

  StateMemory& memory_;
  const uint64_t seed_;
  uint64_t* entries_ = nullptr;
  uint64_t capacity_ = 0;
  uint64_t mask_ = 0;
  int shift_ = 0;
  uint64_t live_ = 0;
  uint64_t used_ = 0;   // Live and deleted entries.
  uint64_t limit_ = 0;  // Of `used_`.
};

}  // namespace sluice::runtime
