#include "runtime/state/state_memory.h"

#include <sys/mman.h>

#include <bit>
#include <cstdint>
#include <cstdlib>

#include "base/check.h"

namespace sluice::runtime {
namespace {

constexpr size_t kSmallPageBytes = 4096;

// Memory whose pages are there before anyone writes to them: a page fault per 4 KiB costs more than the rows in it.
char* map_prefaulted(size_t bytes, size_t alignment) {
  size_t mapped = bytes + alignment;
  void* raw = mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  SLUICE_CHECK(raw != MAP_FAILED);
  auto begin = reinterpret_cast<uintptr_t>(raw);
  uintptr_t aligned = (begin + alignment - 1) / alignment * alignment;
  if (aligned != begin) munmap(raw, aligned - begin);
  size_t behind = begin + mapped - (aligned + bytes);
  if (behind != 0) munmap(reinterpret_cast<void*>(aligned + bytes), behind);
  auto* memory = reinterpret_cast<char*>(aligned);
  madvise(memory, bytes, MADV_HUGEPAGE);
#ifdef MADV_POPULATE_WRITE
  if (madvise(memory, bytes, MADV_POPULATE_WRITE) == 0) return memory;
#endif
  for (size_t at = 0; at < bytes; at += kSmallPageBytes) static_cast<volatile char*>(memory)[at] = 0;
  return memory;
}

int class_of(size_t bytes) { return std::countr_zero(bytes / StateMemory::kPageBytes); }

}  // namespace

StateMemory::~StateMemory() {
  for (char* chunk : chunks_) munmap(chunk, kChunkBytes);
}

char* StateMemory::allocate_page(size_t bytes) {
  SLUICE_CHECK(std::has_single_bit(bytes) && bytes >= kPageBytes && bytes <= kChunkBytes);
  page_bytes_.fetch_add(bytes, std::memory_order_relaxed);
  int wanted = class_of(bytes);
  std::lock_guard lock(mutex_);
  int found = wanted;
  while (found < kClasses && free_[found].empty()) ++found;
  if (found == kClasses) {
    found = kClasses - 1;
    chunks_.push_back(map_prefaulted(kChunkBytes, kChunkBytes));
    free_[found].push_back(chunks_.back());
  }
  char* page = free_[found].back();
  free_[found].pop_back();
  // Splits a larger page; its first part is handed out.
  for (size_t half = kPageBytes << found; found > wanted;) {
    half /= 2;
    free_[--found].push_back(page + half);
  }
  return page;
}

void StateMemory::release_page(char* page, size_t bytes) {
  page_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
  std::lock_guard lock(mutex_);
  free_[class_of(bytes)].push_back(page);
}

char* StateMemory::allocate_array(size_t bytes) {
  account(static_cast<int64_t>(bytes));
  if (bytes >= kChunkBytes) {
    void* raw = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    SLUICE_CHECK(raw != MAP_FAILED);
    madvise(raw, bytes, MADV_HUGEPAGE);
    return static_cast<char*>(raw);
  }
  void* memory = std::calloc(1, bytes);
  SLUICE_CHECK(memory != nullptr);
  return static_cast<char*>(memory);
}

void StateMemory::release_array(char* array, size_t bytes) {
  account(-static_cast<int64_t>(bytes));
  if (bytes >= kChunkBytes) {
    munmap(array, bytes);
  } else {
    std::free(array);
  }
}

}  // namespace sluice::runtime
