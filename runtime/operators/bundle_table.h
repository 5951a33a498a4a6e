#pragma once
// The private hash table of a mini-batch bundle: packed rows by key, emptied between bundles with its memory kept.
// Small enough for the L2 cache, never checkpointed: it is empty whenever a barrier passes.
#include <cstdint>
#include <memory>
#include <vector>

#include "runtime/abi/code_provider.h"
#include "runtime/state/state_tables.h"

namespace sluice::runtime {

class BundleTable {
 public:
  // The layout is that of the whole packed row, whose first fields are the key.
  BundleTable(const StateRowLayout& layout, KernelRef<KeyKernels> keys);
  BundleTable(const BundleTable&) = delete;

  // slots[i] is the row of the i-th key; missing ones are made with their key packed and all other bytes zero. Slots
  // stay until `clear`.
  void find_or_insert(const KeyBatch& keys, uint8_t** slots);

  // Rows are numbered in the order of their insertion; those that a call made are the last ones. Which rows of the
  // batch the last call made them for, in that order:
  const std::vector<uint32_t>& new_rows() const { return new_rows_; }
  uint32_t size() const { return static_cast<uint32_t>(hashes_.size()); }
  uint8_t* slot(uint32_t row) { return blocks_[row / kBlockRows].get() + size_t{row % kBlockRows} * row_bytes_; }
  uint64_t hash(uint32_t row) const { return hashes_[row]; }
  StateHeap* heap() { return &heap_.interface; }
  void clear();

 private:
  // Long strings; given back only by clear.
  struct Heap {
    StateHeap interface;  // First, so that a pointer to it is one to the heap.
    std::vector<std::unique_ptr<char[]>> blocks;
    std::vector<std::unique_ptr<char[]>> large;
    size_t block = 0;
    size_t used = 0;
    static char* allocate(StateHeap* self, uint32_t size);
  };
  static constexpr uint32_t kBlockRows = 1024;
  static constexpr size_t kHeapBlockBytes = size_t{64} << 10;

  // An index entry is the upper half of the hash above the row's number plus one; 0 is free.
  static uint64_t tag_of(uint64_t hash) { return hash & 0xffffffff00000000ULL; }
  static uint32_t row_of(uint64_t entry) { return static_cast<uint32_t>(entry) - 1; }
  uint32_t append(uint64_t hash);
  void grow();
  void pack_new(const KeyBatch& keys);
  void settle(const KeyBatch& keys, uint32_t i, uint8_t** slots);

  uint32_t row_bytes_;
  KernelRef<KeyKernels> kernels_;
  std::vector<uint64_t> index_;
  std::vector<uint64_t> hashes_;  // By row.
  std::vector<std::unique_ptr<uint8_t[]>> blocks_;
  Heap heap_;
  std::vector<uint32_t> new_rows_;  // Of the batch: which of its rows made a row, and the slots made.
  std::vector<uint8_t*> new_slots_;
  std::vector<uint8_t> equal_;
};

}  // namespace sluice::runtime
