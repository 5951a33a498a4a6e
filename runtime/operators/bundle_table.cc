#include "runtime/operators/bundle_table.h"

#include <algorithm>
#include <cstring>

namespace sluice::runtime {

char* BundleTable::Heap::allocate(StateHeap* self, uint32_t size) {
  auto* heap = reinterpret_cast<Heap*>(self);
  if (size > kHeapBlockBytes) {
    heap->large.push_back(std::make_unique<char[]>(size));
    return heap->large.back().get();
  }
  if (heap->blocks.empty() || heap->used + size > kHeapBlockBytes) {
    heap->block = heap->blocks.empty() ? 0 : heap->block + 1;
    heap->used = 0;
    if (heap->block == heap->blocks.size()) heap->blocks.push_back(std::make_unique<char[]>(kHeapBlockBytes));
  }
  char* out = heap->blocks[heap->block].get() + heap->used;
  heap->used += size;
  return out;
}

BundleTable::BundleTable(const StateRowLayout& layout, KernelRef<KeyKernels> keys)
    : row_bytes_(layout.size), kernels_(std::move(keys)), index_(2048, 0) {
  heap_.interface.allocate = Heap::allocate;
  heap_.interface.release = [](StateHeap*, const char*, uint32_t) {};
}

void BundleTable::clear() {
  std::fill(index_.begin(), index_.end(), 0);
  hashes_.clear();
  heap_.large.clear();
  heap_.block = 0;
  heap_.used = 0;
}

uint32_t BundleTable::append(uint64_t hash) {
  auto row = static_cast<uint32_t>(hashes_.size());
  if (row / kBlockRows == blocks_.size()) {
    blocks_.push_back(std::make_unique<uint8_t[]>(size_t{kBlockRows} * row_bytes_));
  }
  hashes_.push_back(hash);
  std::memset(slot(row), 0, row_bytes_);
  return row;
}

void BundleTable::grow() {
  index_.assign(index_.size() * 2, 0);
  size_t mask = index_.size() - 1;
  for (uint32_t row = 0; row < hashes_.size(); ++row) {
    size_t at = hashes_[row] & mask;
    while (index_[at] != 0) at = (at + 1) & mask;
    index_[at] = tag_of(hashes_[row]) | (row + 1);
  }
}

void BundleTable::find_or_insert(const KeyBatch& keys, uint8_t** slots) {
  while ((hashes_.size() + keys.count) * 2 > index_.size()) grow();
  new_rows_.clear();
  new_slots_.clear();
  size_t mask = index_.size() - 1;
  for (uint32_t i = 0; i < keys.count; ++i) {
    uint64_t hash = keys.hashes[i];
    size_t at = hash & mask;
    while (index_[at] != 0 && tag_of(index_[at]) != tag_of(hash)) at = (at + 1) & mask;
    if (index_[at] == 0) {
      uint32_t row = append(hash);
      index_[at] = tag_of(hash) | (row + 1);
      new_rows_.push_back(keys.selection == nullptr ? i : keys.selection[i]);
      new_slots_.push_back(slot(row));
    }
    slots[i] = slot(row_of(index_[at]));
  }
  pack_new(keys);

  equal_.resize(keys.count);
  const KeyKernels& kernels = kernels_->current();
  kernels.equal(kernels.self, keys.columns, keys.selection, keys.count, slots, equal_.data());
  for (uint32_t i = 0; i < keys.count; ++i) {
    if (equal_[i] == 0) [[unlikely]]
      settle(keys, i, slots);
  }
}

void BundleTable::pack_new(const KeyBatch& keys) {
  if (new_rows_.empty()) return;
  const KeyKernels& kernels = kernels_->current();
  kernels.pack(kernels.self, keys.columns, new_rows_.data(), static_cast<uint32_t>(new_rows_.size()), new_slots_.data(),
               heap());
}

// The row met a slot with its tag and another key: goes on along the probe sequence, one key at a time.
void BundleTable::settle(const KeyBatch& keys, uint32_t i, uint8_t** slots) {
  const KeyKernels& kernels = kernels_->current();
  uint64_t hash = keys.hashes[i];
  uint32_t input_row = keys.selection == nullptr ? i : keys.selection[i];
  size_t mask = index_.size() - 1;
  for (size_t at = hash & mask;; at = (at + 1) & mask) {
    bool is_free = index_[at] == 0;
    if (!is_free && tag_of(index_[at]) != tag_of(hash)) continue;
    if (is_free) index_[at] = tag_of(hash) | (append(hash) + 1);
    slots[i] = slot(row_of(index_[at]));
    uint8_t equal = 1;
    if (is_free) {
      new_rows_.push_back(input_row);
      kernels.pack(kernels.self, keys.columns, &input_row, 1, &slots[i], heap());
    } else {
      kernels.equal(kernels.self, keys.columns, &input_row, 1, &slots[i], &equal);
    }
    if (equal != 0) return;
  }
}

}  // namespace sluice::runtime
