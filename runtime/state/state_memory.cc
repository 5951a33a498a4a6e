#include "runtime/state/state_memory.h"

#include <sys/mman.h>

#include <bit>
#include <cstdint>
#include <cstdlib>

#include "base/check.h"
#include "runtime/state/poison.h"

namespace sluice::runtime {
namespace {

int class_of(size_t bytes) { return std::countr_zero(bytes / StateMemory::kPageBytes); }

}  // namespace

size_t StateMemory::chunks_within_budget() const {
  if (budget_ == 0) return SIZE_MAX;
  uint64_t used = bytes_in_use();
  return used >= budget_ ? 0 : static_cast<size_t>((budget_ - used) / kChunkBytes);
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
    free_[found].push_back(chunks_->take(chunks_within_budget()));
  }
  char* page = free_[found].back();
  free_[found].pop_back();
  // Splits a larger page; its first part is handed out.
  for (size_t half = kPageBytes << found; found > wanted;) {
    half /= 2;
    free_[--found].push_back(page + half);
  }
  allow_access(page, bytes);
  return page;
}

void StateMemory::release_page(char* page, size_t bytes) {
  page_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
  forbid_access(page, bytes);
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
