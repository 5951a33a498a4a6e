#pragma once
// Numbers the different slots among those of one call: which rows of a batch have the same key. Numbers follow the
// order of first occurrence. Memory is kept between uses.
#include <bit>
#include <cstdint>
#include <cstring>
#include <vector>

namespace sluice::runtime {

class TouchedSlots {
 public:
  // Forgets everything; room for `expected` slots without growing.
  void reset(uint32_t expected) {
    slots_.clear();
    auto wanted = std::bit_ceil(size_t{expected} * 2 + 16);
    if (wanted > index_.size()) {
      index_.assign(wanted, Entry{});
    } else {
      std::memset(static_cast<void*>(index_.data()), 0, index_.size() * sizeof(Entry));
    }
  }

  // The slot's number; a new one when it was not seen since `reset`.
  uint32_t number_of(uint8_t* slot) {
    if ((slots_.size() + 1) * 2 > index_.size()) grow();
    size_t mask = index_.size() - 1;
    size_t at = position(slot) & mask;
    while (index_[at].slot != nullptr) {
      if (index_[at].slot == slot) return index_[at].number;
      at = (at + 1) & mask;
    }
    auto number = static_cast<uint32_t>(slots_.size());
    index_[at] = {slot, number};
    slots_.push_back(slot);
    return number;
  }

  uint32_t size() const { return static_cast<uint32_t>(slots_.size()); }
  // By number.
  const std::vector<uint8_t*>& slots() const { return slots_; }

 private:
  struct Entry {
    uint8_t* slot = nullptr;
    uint32_t number = 0;
  };

  static size_t position(const uint8_t* slot) {
    return static_cast<size_t>((reinterpret_cast<uintptr_t>(slot) * 0x9e3779b97f4a7c15ULL) >> 20);
  }
  void grow() {
    std::vector<Entry> old(index_.size() * 2);
    std::swap(old, index_);
    size_t mask = index_.size() - 1;
    for (const Entry& entry : old) {
      if (entry.slot == nullptr) continue;
      size_t at = position(entry.slot) & mask;
      while (index_[at].slot != nullptr) at = (at + 1) & mask;
      index_[at] = entry;
    }
  }

  std::vector<Entry> index_;
  std::vector<uint8_t*> slots_;
};

}  // namespace sluice::runtime
