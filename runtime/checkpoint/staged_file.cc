#include "runtime/checkpoint/staged_file.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace sluice::runtime {
namespace {

constexpr size_t kBlockBytes = size_t{1} << 20;
constexpr std::align_val_t kAlignment{4096};

}  // namespace

void StagedFile::FreeBlock::operator()(char* block) const { ::operator delete(block, kAlignment); }

StagedFile::StagedFile(std::unique_ptr<WritableFile> file) : file_(std::move(file)) {}

Status StagedFile::append(std::string_view data) {
  if (!block_) block_.reset(static_cast<char*>(::operator new(kBlockBytes, kAlignment)));
  while (!data.empty()) {
    size_t taken = std::min(data.size(), kBlockBytes - held_);
    std::memcpy(block_.get() + held_, data.data(), taken);
    held_ += taken;
    data.remove_prefix(taken);
    if (held_ == kBlockBytes) SLUICE_DO(file_->append({block_.get(), std::exchange(held_, 0)}));
  }
  return Done{};
}

Status StagedFile::sync() {
  if (held_ > 0) SLUICE_DO(file_->append({block_.get(), std::exchange(held_, 0)}));
  return file_->sync();
}

}  // namespace sluice::runtime
