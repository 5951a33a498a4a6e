#pragma once
// The long strings of one table's rows: cells of a size class, cut from pages, reused when released. Strings carry no
// header; whoever releases one knows its size.
#include <cstdint>
#include <vector>

#include "runtime/abi/state_row.h"
#include "runtime/state/state_memory.h"

namespace sluice::runtime {

class StringHeap : public StateHeap {
 public:
  explicit StringHeap(StateMemory& memory);
  StringHeap(const StringHeap&) = delete;
  ~StringHeap();

  uint64_t bytes_in_use() const { return bytes_in_use_; }

 private:
  // Steps of 16 bytes up to 256, then four classes per doubling up to kCellBytesMax.
  static constexpr uint32_t kCellBytesMax = 16384;
  static constexpr int kClasses = 16 + 4 * 6;
  static int class_of(uint32_t size);
  static uint32_t cell_bytes(int size_class);

  char* allocate_string(uint32_t size);
  void release_string(const char* data, uint32_t size);
  char* allocate_cell(int size_class);
  char* allocate_large(uint32_t size);

  StateMemory& memory_;
  char* free_[kClasses] = {};  // Linked through the first bytes of the cells.
  char* next_[kClasses] = {};  // The page being cut.
  char* end_[kClasses] = {};
  std::vector<char*> pages_;
  struct Large {
    char* data;
    uint32_t size;
  };
  std::vector<Large> large_;
  uint64_t bytes_in_use_ = 0;
};

}  // namespace sluice::runtime
