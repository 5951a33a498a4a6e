#pragma once
// The rows of one table: pages of equally sized entries. A row never moves. Freed entries are reused, the last one
// freed first, so that the order of rows follows from the history of calls alone.
#include <cstdint>
#include <vector>

#include "runtime/state/row_entry.h"
#include "runtime/state/state_memory.h"

namespace sluice::runtime {

class RowPages {
 public:
  RowPages(StateMemory& memory, uint32_t row_bytes, bool has_ttl);
  RowPages(const RowPages&) = delete;
  ~RowPages();

  // A row with zeroed bytes and a header that is alive; only `epoch` is what the slot had before.
  uint8_t* allocate(uint64_t hash);
  void release(uint8_t* row);

  uint32_t prefix_bytes() const { return prefix_bytes_; }
  // Rows made since the table was.
  uint64_t allocated() const { return allocated_; }
  size_t page_count() const { return pages_.size(); }
  // Rows that can be made without another page.
  uint64_t free_rows() const { return pages_.size() * rows_per_page_ - live_; }
  // Calls visit(row) for every row of the page that is alive.
  template <class Visit>
  void for_each_in(size_t page, Visit&& visit) const {
    uint8_t* row = first_row(pages_[page]);
    for (uint32_t i = 0; i < pages_[page]->used; ++i, row += stride_) {
      if (has_flag(header_of(row), kEntryAlive)) visit(row);
    }
  }

 private:
  struct Page {
    uint32_t used = 0;       // Entries that were handed out at least once.
    bool is_listed = false;  // In `partial_`.
    uint8_t* free = nullptr;
    uint8_t unused[48] = {};
  };
  static_assert(sizeof(Page) == 64);

  uint8_t* first_row(Page* page) const { return reinterpret_cast<uint8_t*>(page) + sizeof(Page) + prefix_bytes_; }
  Page* page_of(uint8_t* row) const {
    return reinterpret_cast<Page*>(reinterpret_cast<uintptr_t>(row) & ~(static_cast<uintptr_t>(page_bytes_) - 1));
  }
  Page* page_with_room();

  StateMemory& memory_;
  uint32_t row_bytes_;
  uint32_t prefix_bytes_;  // Header, and the time of the last write.
  uint32_t stride_;
  size_t page_bytes_;
  uint32_t rows_per_page_;
  std::vector<Page*> pages_;
  uint64_t live_ = 0;
  uint64_t allocated_ = 0;
  std::vector<Page*> partial_;  // May have room; the last one is used first.
};

}  // namespace sluice::runtime
