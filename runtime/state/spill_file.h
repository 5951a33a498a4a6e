#pragma once
// Pages of one scratch file, for the spilled tables of a task. Tables take and return extents of pages.
#include <cstdint>
#include <memory>
#include <vector>

#include "base/env/scratch_file.h"

namespace sluice::runtime {

class SpillFile {
 public:
  static constexpr size_t kPageBytes = 4096;
  static constexpr uint32_t kExtentPages = 16;

  explicit SpillFile(std::unique_ptr<ScratchFile> file) : file_(std::move(file)) {}

  // The first page of an extent.
  uint32_t allocate_extent() {
    if (free_.empty()) return (extents_++) * kExtentPages;
    uint32_t first = free_.back();
    free_.pop_back();
    return first;
  }
  void release_extent(uint32_t first) { free_.push_back(first); }

  // What was never written holds any bytes.
  Status read(uint32_t page, char* out) const { return file_->read(uint64_t{page} * kPageBytes, kPageBytes, out); }
  // A part of a page.
  Status write(uint32_t page, size_t offset, const char* data, size_t bytes) {
    return file_->write(uint64_t{page} * kPageBytes + offset, {data, bytes});
  }

 private:
  std::unique_ptr<ScratchFile> file_;
  uint32_t extents_ = 0;
  std::vector<uint32_t> free_;
};

}  // namespace sluice::runtime
