#pragma once
// Gathers what is appended to a file into whole blocks of aligned memory, which a file system may hand to the disk
// without a copy.
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/env/env.h"

namespace sluice::runtime {

class StagedFile {
 public:
  explicit StagedFile(std::unique_ptr<WritableFile> file);

  Status append(std::string_view data);
  // What was appended survives a crash of the machine. Nothing is appended behind it.
  Status sync();
  uint64_t size() const { return file_->size() + held_; }

 private:
  struct FreeBlock {
    void operator()(char* block) const;
  };

  std::unique_ptr<WritableFile> file_;
  std::unique_ptr<char, FreeBlock> block_;  // Allocated by the first append.
  size_t held_ = 0;
};

}  // namespace sluice::runtime
