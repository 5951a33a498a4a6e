#pragma once
// Records on their way from a task's thread to the snapshot writer. Buffers are reused, because fresh memory costs more
// than filling it.
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "runtime/checkpoint/segment_format.h"

namespace sluice::runtime {

struct RecordBuffer {
  std::unique_ptr<char[]> bytes;
  size_t used = 0;
  size_t capacity = 0;

  RecordHeader& at(size_t offset) const { return *reinterpret_cast<RecordHeader*>(bytes.get() + offset); }
};

// Thread-safe.
class RecordBufferPool {
 public:
  static constexpr size_t kBufferBytes = size_t{1} << 20;
  static constexpr size_t kFreeBuffersMax = 32;

  RecordBuffer allocate(size_t bytes) {
    if (bytes == kBufferBytes) {
      std::lock_guard lock(mutex_);
      if (!free_.empty()) {
        RecordBuffer buffer = std::move(free_.back());
        free_.pop_back();
        buffer.used = 0;
        return buffer;
      }
    }
    return {std::make_unique_for_overwrite<char[]>(bytes), 0, bytes};
  }
  void give_back(RecordBuffer buffer) {
    std::lock_guard lock(mutex_);
    if (buffer.capacity == kBufferBytes && free_.size() < kFreeBuffersMax) free_.push_back(std::move(buffer));
  }

 private:
  std::mutex mutex_;
  std::vector<RecordBuffer> free_;
};

}  // namespace sluice::runtime
