#include "runtime/state/string_heap.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/check.h"
#include "runtime/state/poison.h"

namespace sluice::runtime {

StringHeap::StringHeap(StateMemory& memory) : memory_(memory) {
  allocate = [](StateHeap* self, uint32_t size) { return static_cast<StringHeap*>(self)->allocate_string(size); };
  release = [](StateHeap* self, const char* data, uint32_t size) {
    static_cast<StringHeap*>(self)->release_string(data, size);
  };
}

StringHeap::~StringHeap() {
  for (char* page : pages_) memory_.release_page(page, StateMemory::kPageBytes);
  for (const Large& large : large_) memory_.release_array(large.data, large.size);
}

int StringHeap::class_of(uint32_t size) {
  if (size <= 256) return static_cast<int>((size + 15) / 16) - 1;
  // 256 < size: the octave, and the quarter within it.
  int octave = static_cast<int>(std::bit_width(size - 1)) - 9;  // 0 for 257..512
  uint32_t quarter_bytes = 64U << octave;
  auto quarter = static_cast<int>((size - (256U << octave) + quarter_bytes - 1) / quarter_bytes) - 1;
  return 16 + octave * 4 + quarter;
}

uint32_t StringHeap::cell_bytes(int size_class) {
  if (size_class < 16) return static_cast<uint32_t>(size_class + 1) * 16;
  int octave = (size_class - 16) / 4;
  auto quarter = static_cast<uint32_t>((size_class - 16) % 4);
  return (256U << octave) + (quarter + 1) * (64U << octave);
}

char* StringHeap::allocate_string(uint32_t size) {
  SLUICE_CHECK(size > 0);
  bytes_in_use_ += size;
  if (size > kCellBytesMax) return allocate_large(size);
  int size_class = class_of(size);
  char* cell = free_[size_class];
  if (cell == nullptr) {
    cell = allocate_cell(size_class);
  } else {
    std::memcpy(&free_[size_class], cell, sizeof(char*));
  }
  allow_access(cell, size);
  return cell;
}

char* StringHeap::allocate_cell(int size_class) {
  uint32_t bytes = cell_bytes(size_class);
  if (next_[size_class] == nullptr || end_[size_class] - next_[size_class] < static_cast<ptrdiff_t>(bytes)) {
    pages_.push_back(memory_.allocate_page(StateMemory::kPageBytes));
    forbid_access(pages_.back(), StateMemory::kPageBytes);
    next_[size_class] = pages_.back();
    end_[size_class] = pages_.back() + StateMemory::kPageBytes;
  }
  char* cell = next_[size_class];
  next_[size_class] += bytes;
  return cell;
}

char* StringHeap::allocate_large(uint32_t size) {
  char* data = memory_.allocate_array(size);
  large_.push_back({data, size});
  return data;
}

void StringHeap::release_string(const char* data, uint32_t size) {
  bytes_in_use_ -= size;
  auto* cell = const_cast<char*>(data);
  if (size <= kCellBytesMax) {
    int size_class = class_of(size);
    allow_access(cell, sizeof(char*));
    std::memcpy(cell, &free_[size_class], sizeof(char*));
    forbid_access(cell + sizeof(char*), cell_bytes(size_class) - sizeof(char*));
    free_[size_class] = cell;
    return;
  }
  auto large = std::ranges::find(large_, cell, &Large::data);
  SLUICE_CHECK(large != large_.end());
  memory_.release_array(large->data, large->size);
  *large = large_.back();
  large_.pop_back();
}

}  // namespace sluice::runtime
