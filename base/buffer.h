#pragma once
// Reference-counted memory: the columns and string heaps of batches. Counts are atomic, because a batch may be released
// on another thread than the one that made it.
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

namespace sluice {

class BufferPool;

// One allocation, 64-byte aligned. Its bytes are initialised once (zero) and may hold leftovers when reused.
class Buffer {
 public:
  char* data() { return reinterpret_cast<char*>(this) + kHeader; }
  const char* data() const { return reinterpret_cast<const char*>(this) + kHeader; }
  size_t capacity() const { return capacity_; }
  bool is_unique() const { return references_.load(std::memory_order_acquire) == 1; }

 private:
  friend class BufferRef;
  friend class BufferPool;
  static constexpr size_t kHeader = 64;
  Buffer(size_t capacity, BufferPool* pool) : capacity_(capacity), pool_(pool) {}

  std::atomic<uint32_t> references_{0};
  size_t capacity_;
  BufferPool* pool_;
};

class BufferRef {
 public:
  BufferRef() = default;
  BufferRef(const BufferRef& other) : buffer_(other.buffer_) { acquire(); }
  BufferRef(BufferRef&& other) noexcept : buffer_(std::exchange(other.buffer_, nullptr)) {}
  BufferRef& operator=(BufferRef other) noexcept {
    std::swap(buffer_, other.buffer_);
    return *this;
  }
  ~BufferRef() { release(); }

  explicit operator bool() const { return buffer_ != nullptr; }
  Buffer* operator->() const { return buffer_; }
  Buffer* get() const { return buffer_; }
  char* data() const { return buffer_->data(); }
  bool operator==(const BufferRef&) const = default;

 private:
  friend class BufferPool;
  explicit BufferRef(Buffer* buffer) : buffer_(buffer) { acquire(); }
  void acquire() {
    if (buffer_) buffer_->references_.fetch_add(1, std::memory_order_relaxed);
  }
  void release();

  Buffer* buffer_ = nullptr;
};

// Keeps released buffers for reuse by size class (powers of two), because fresh pages cost more than the rows in them.
// Thread-safe; lives longer than every buffer it made. `bytes_in_use` counts against the job's memory budget.
class BufferPool {
 public:
  BufferPool() = default;
  BufferPool(const BufferPool&) = delete;
  ~BufferPool();

  BufferRef allocate(size_t bytes);
  size_t bytes_in_use() const { return bytes_in_use_.load(std::memory_order_relaxed); }

 private:
  friend class BufferRef;
  void give_back(Buffer* buffer);

  static constexpr int kClasses = 48;
  std::mutex mutex_;
  std::vector<Buffer*> free_[kClasses];
  size_t free_bytes_ = 0;
  std::atomic<size_t> bytes_in_use_{0};
};

// Bump allocation for the strings a batch makes. Hands out memory from a current block and remembers every block that
// was touched since `take_blocks`, so that the batch can hold them.
class Arena {
 public:
  explicit Arena(BufferPool& pool) : pool_(pool) {}

  char* allocate(size_t bytes) {
    if (bytes > static_cast<size_t>(end_ - next_)) return allocate_slow(bytes);
    char* out = next_;
    next_ += bytes;
    return out;
  }
  // The blocks that hold what was allocated since the last call; the last one goes on being filled.
  void take_blocks(std::vector<BufferRef>& out);
  // Of the blocks that the next take_blocks gives away.
  size_t held_bytes() const { return held_bytes_; }

 private:
  char* allocate_slow(size_t bytes);

  static constexpr size_t kBlockBytes = 64 * 1024 - 64;
  BufferPool& pool_;
  char* next_ = nullptr;
  char* end_ = nullptr;
  char* mark_ = nullptr;  // Where allocation stood at the last take_blocks.
  std::vector<BufferRef> blocks_;
  size_t held_bytes_ = 0;
};

}  // namespace sluice
