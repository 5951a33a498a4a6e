#include "base/buffer.h"

#include <bit>
#include <cstdlib>
#include <cstring>
#include <new>

#include "base/check.h"

namespace sluice {
namespace {

// Free memory kept per pool; beyond it, buffers go back to the allocator.
constexpr size_t kFreeBytesMax = size_t{256} << 20;

int class_of(size_t bytes) { return static_cast<int>(std::bit_width(bytes - 1)); }

// AddressSanitizer sees what reads beyond a buffer or after its release only if buffers are as large as was asked, and
// neither reused nor shared by several strings.
#if __has_feature(address_sanitizer)
constexpr bool kOwnAllocations = true;
#else
constexpr bool kOwnAllocations = false;
#endif

}  // namespace

void BufferRef::release() {
  if (buffer_ && buffer_->references_.fetch_sub(1, std::memory_order_acq_rel) == 1) buffer_->pool_->give_back(buffer_);
  buffer_ = nullptr;
}

BufferRef BufferPool::allocate(size_t bytes) {
  size_t total = std::bit_ceil(std::max<size_t>(bytes + Buffer::kHeader, 256));
  if constexpr (kOwnAllocations) total = bytes + Buffer::kHeader;
  int size_class = class_of(total);
  bytes_in_use_.fetch_add(total, std::memory_order_relaxed);
  if constexpr (!kOwnAllocations) {
    std::lock_guard lock(mutex_);
    if (!free_[size_class].empty()) {
      Buffer* buffer = free_[size_class].back();
      free_[size_class].pop_back();
      free_bytes_ -= total;
      return BufferRef(buffer);
    }
  }
  void* memory = nullptr;
  SLUICE_CHECK(posix_memalign(&memory, 64, total) == 0);
  std::memset(memory, 0, total);
  return BufferRef(new (memory) Buffer(total - Buffer::kHeader, this));
}

void BufferPool::give_back(Buffer* buffer) {
  size_t total = buffer->capacity() + Buffer::kHeader;
  bytes_in_use_.fetch_sub(total, std::memory_order_relaxed);
  if constexpr (!kOwnAllocations) {
    std::lock_guard lock(mutex_);
    if (free_bytes_ + total <= kFreeBytesMax) {
      free_[class_of(total)].push_back(buffer);
      free_bytes_ += total;
      return;
    }
  }
  std::free(buffer);
}

BufferPool::~BufferPool() {
  SLUICE_CHECK(bytes_in_use() == 0);
  for (auto& list : free_) {
    for (Buffer* buffer : list) std::free(buffer);
  }
}

char* Arena::allocate_slow(size_t bytes) {
  bool is_alone = bytes > kBlockBytes / 4 || kOwnAllocations;
  BufferRef block = pool_.allocate(is_alone ? bytes : kBlockBytes);
  char* out = block.data();
  held_bytes_ += block->capacity();
  if (is_alone) {  // Its own block; the current one goes on, and stays the last of the list.
    blocks_.insert(blocks_.empty() ? blocks_.end() : blocks_.end() - 1, std::move(block));
    return out;
  }
  next_ = out + bytes;
  end_ = out + block->capacity();
  mark_ = nullptr;
  blocks_.push_back(std::move(block));
  return out;
}

void Arena::take_blocks(std::vector<BufferRef>& out) {
  if (blocks_.empty()) return;
  bool current_is_block = next_ != nullptr;
  size_t whole = blocks_.size() - (current_is_block ? 1 : 0);
  for (size_t i = 0; i < whole; ++i) out.push_back(std::move(blocks_[i]));
  blocks_.erase(blocks_.begin(), blocks_.begin() + static_cast<ptrdiff_t>(whole));
  if (current_is_block && next_ != mark_) out.push_back(blocks_.back());
  mark_ = next_;
  held_bytes_ = current_is_block ? blocks_.back()->capacity() : 0;
}

}  // namespace sluice
