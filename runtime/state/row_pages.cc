#include "runtime/state/row_pages.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>

#include "base/check.h"
#include "runtime/state/poison.h"

namespace sluice::runtime {
namespace {

// A page of large rows holds at least this many.
constexpr size_t kRowsPerPageMin = 8;

}  // namespace

RowPages::RowPages(StateMemory& memory, uint32_t row_bytes, bool has_ttl)
    : memory_(memory),
      row_bytes_(row_bytes),
      prefix_bytes_(static_cast<uint32_t>(sizeof(EntryHeader)) + (has_ttl ? 8 : 0)),
      stride_(row_bytes + prefix_bytes_) {
  page_bytes_ = std::clamp(std::bit_ceil(stride_ * kRowsPerPageMin), StateMemory::kPageBytes, StateMemory::kChunkBytes);
  rows_per_page_ = static_cast<uint32_t>((page_bytes_ - sizeof(Page)) / stride_);
  // A freed row holds the link to the next one.
  SLUICE_CHECK(rows_per_page_ > 0 && row_bytes >= sizeof(uint8_t*));
}

RowPages::~RowPages() {
  for (Page* page : pages_) memory_.release_page(reinterpret_cast<char*>(page), page_bytes_);
}

RowPages::Page* RowPages::page_with_room() {
  while (!partial_.empty()) {
    Page* page = partial_.back();
    if (page->free != nullptr || page->used < rows_per_page_) return page;
    page->is_listed = false;
    partial_.pop_back();
  }
  auto* page = new (memory_.allocate_page(page_bytes_)) Page();
  forbid_access(page + 1, page_bytes_ - sizeof(Page));
  page->is_listed = true;
  pages_.push_back(page);
  partial_.push_back(page);
  return page;
}

uint8_t* RowPages::allocate(uint64_t hash) {
  Page* page = page_with_room();
  uint8_t* row = page->free;
  if (row != nullptr) {
    std::memcpy(&page->free, row, sizeof(uint8_t*));
    allow_access(row, row_bytes_);
  } else {
    row = first_row(page) + static_cast<size_t>(page->used++) * stride_;
    allow_access(row - prefix_bytes_, stride_);
    header_of(row).epoch = 0;
  }
  ++live_;
  ++allocated_;
  EntryHeader& header = header_of(row);
  header.hash = hash;
  header.flags = kEntryAlive;
  std::memset(row, 0, row_bytes_);
  return row;
}

void RowPages::release(uint8_t* row) {
  Page* page = page_of(row);
  header_of(row).flags = 0;
  std::memcpy(row, &page->free, sizeof(uint8_t*));
  forbid_access(row + sizeof(uint8_t*), row_bytes_ - sizeof(uint8_t*));
  page->free = row;
  --live_;
  if (!page->is_listed) {
    page->is_listed = true;
    partial_.push_back(page);
  }
}

}  // namespace sluice::runtime
