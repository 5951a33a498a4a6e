#pragma once
// The memory of a job's state: pages for rows and long strings, cut from pre-faulted huge-page aligned chunks that are
// reused and never given back while the job runs. Thread-safe; a task asks for pages, not for bytes.
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "runtime/state/prefaulted_chunks.h"

namespace sluice::runtime {

class StateMemory {
 public:
  // budget: `state.memory.budget` in bytes; 0 is no limit. With an executor, memory is made ready in the background.
  explicit StateMemory(uint64_t budget, Executor* executor = nullptr)
      : budget_(budget), chunks_(std::make_shared<PrefaultedChunks>(executor)) {}
  StateMemory(const StateMemory&) = delete;

  static constexpr size_t kPageBytes = size_t{64} << 10;
  static constexpr size_t kChunkBytes = PrefaultedChunks::kChunkBytes;

  // Aligned to its size, which is a power of two from kPageBytes to kChunkBytes. The bytes are what the last owner
  // left.
  char* allocate_page(size_t bytes);
  void release_page(char* page, size_t bytes);

  // Zeroed memory of any size: hash indexes.
  char* allocate_array(size_t bytes);
  void release_array(char* array, size_t bytes);

  // Memory that is used outside of pages and arrays: buffers, caches of the spill store.
  void account(int64_t bytes) { other_bytes_.fetch_add(bytes, std::memory_order_relaxed); }

  // Tasks that keep state share the budget.
  void add_user() { users_.fetch_add(1, std::memory_order_relaxed); }
  void remove_user() { users_.fetch_sub(1, std::memory_order_relaxed); }
  uint32_t users() const { return users_.load(std::memory_order_relaxed); }

  uint64_t budget() const { return budget_; }
  uint64_t bytes_in_use() const {
    return page_bytes_.load(std::memory_order_relaxed) +
           static_cast<uint64_t>(other_bytes_.load(std::memory_order_relaxed));
  }
  bool is_over_budget() const { return budget_ != 0 && bytes_in_use() > budget_; }

 private:
  static constexpr int kClasses = 6;  // 64 KiB, 128 KiB, ..., 2 MiB.

  size_t chunks_within_budget() const;

  const uint64_t budget_;
  std::mutex mutex_;
  std::vector<char*> free_[kClasses];
  std::shared_ptr<PrefaultedChunks> chunks_;
  std::atomic<uint64_t> page_bytes_{0};
  std::atomic<int64_t> other_bytes_{0};
  std::atomic<uint32_t> users_{0};
};

}  // namespace sluice::runtime
