#pragma once
// A growing list of row addresses in chunks, so that growing copies nothing.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace sluice::runtime {

class SlotList {
 public:
  static constexpr size_t kChunkSlots = 8192;

  void push(uint8_t* row) {
    if (size_ == chunks_.size() * kChunkSlots) chunks_.push_back(std::make_unique<uint8_t*[]>(kChunkSlots));
    chunks_[size_ / kChunkSlots][size_ % kChunkSlots] = row;
    ++size_;
  }
  uint8_t* operator[](size_t i) const { return chunks_[i / kChunkSlots][i % kChunkSlots]; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  SlotList take() { return {std::exchange(chunks_, {}), std::exchange(size_, 0)}; }
  void clear() { *this = SlotList(); }

  SlotList() = default;

 private:
  SlotList(std::vector<std::unique_ptr<uint8_t*[]>> chunks, size_t size) : chunks_(std::move(chunks)), size_(size) {}
  std::vector<std::unique_ptr<uint8_t*[]>> chunks_;
  size_t size_ = 0;
};

}  // namespace sluice::runtime
