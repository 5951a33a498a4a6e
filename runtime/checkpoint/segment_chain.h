#pragma once
// The segments that together are the state of one task, oldest first. Snapshots append to it, merges replace a part of
// it. Thread-safe.
#include <mutex>
#include <utility>
#include <vector>

#include "runtime/checkpoint/state_handle.h"

namespace sluice::runtime {

class SegmentChain {
 public:
  explicit SegmentChain(std::vector<SegmentRef> segments) : segments_(std::move(segments)) {}

  std::vector<SegmentRef> segments() const {
    std::lock_guard lock(mutex_);
    return segments_;
  }
  void append(SegmentRef segment) {
    std::lock_guard lock(mutex_);
    segments_.push_back(std::move(segment));
  }
  // `merged` says what segments [begin, end) said. Only one merge runs at a time, and appending moves nothing.
  void replace(size_t begin, size_t end, std::vector<SegmentRef> merged) {
    std::lock_guard lock(mutex_);
    auto at = segments_.erase(segments_.begin() + static_cast<ptrdiff_t>(begin),
                              segments_.begin() + static_cast<ptrdiff_t>(end));
    segments_.insert(at, std::make_move_iterator(merged.begin()), std::make_move_iterator(merged.end()));
  }

 private:
  mutable std::mutex mutex_;
  std::vector<SegmentRef> segments_;
};

}  // namespace sluice::runtime
