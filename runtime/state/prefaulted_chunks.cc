#include "runtime/state/prefaulted_chunks.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdint>

#include "base/check.h"
#include "runtime/state/poison.h"

namespace sluice::runtime {
namespace {

constexpr size_t kSmallPageBytes = 4096;

char* map_prefaulted(size_t bytes) {
  size_t mapped = 2 * bytes;
  void* raw = mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  SLUICE_CHECK(raw != MAP_FAILED);
  auto begin = reinterpret_cast<uintptr_t>(raw);
  uintptr_t aligned = (begin + bytes - 1) / bytes * bytes;
  if (aligned != begin) munmap(raw, aligned - begin);
  size_t behind = begin + mapped - (aligned + bytes);
  if (behind != 0) munmap(reinterpret_cast<void*>(aligned + bytes), behind);
  auto* memory = reinterpret_cast<char*>(aligned);
  madvise(memory, bytes, MADV_HUGEPAGE);
  if (madvise(memory, bytes, MADV_POPULATE_WRITE) == 0) return memory;
  for (size_t at = 0; at < bytes; at += kSmallPageBytes) static_cast<volatile char*>(memory)[at] = 0;
  return memory;
}

}  // namespace

PrefaultedChunks::~PrefaultedChunks() {
  for (char* chunk : all_) {
    allow_access(chunk, kChunkBytes);
    munmap(chunk, kChunkBytes);
  }
}

char* PrefaultedChunks::take(size_t chunks_more_max) {
  char* chunk = nullptr;
  std::unique_lock lock(mutex_);
  if (!ready_.empty()) {
    chunk = ready_.back();
    ready_.pop_back();
  }
  // Small jobs keep no reserve: half of what is in use.
  size_t wanted = std::min({kReserveMax, all_.size() / 2, chunks_more_max});
  bool starts = executor_ != nullptr && !is_filling_ && ready_.size() < wanted;
  is_filling_ = is_filling_ || starts;
  lock.unlock();
  if (starts) {
    executor_->submit(Executor::Pool::State, [self = shared_from_this(), wanted] { self->refill(wanted); });
  }
  if (chunk != nullptr) return chunk;
  chunk = map_prefaulted(kChunkBytes);
  lock.lock();
  all_.push_back(chunk);
  return chunk;
}

void PrefaultedChunks::refill(size_t wanted) {
  std::unique_lock lock(mutex_);
  while (ready_.size() < wanted) {
    lock.unlock();
    char* chunk = map_prefaulted(kChunkBytes);
    lock.lock();
    all_.push_back(chunk);
    ready_.push_back(chunk);
  }
  is_filling_ = false;
}

}  // namespace sluice::runtime
