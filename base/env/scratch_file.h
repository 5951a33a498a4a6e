#pragma once
// What a file system may be able to do beside FileSystem: files for bytes that need not outlive the process.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/env/env.h"

namespace sluice {

// Read and written at any offset by one thread; gone when it is closed or the process ends.
class ScratchFile {
 public:
  virtual ~ScratchFile() = default;
  // Exactly `size` bytes; those that were never written are zero.
  virtual Status read(uint64_t offset, size_t size, char* out) const = 0;
  virtual Status write(uint64_t offset, std::string_view data) = 0;
};

class ScratchFileSystem {
 public:
  virtual ~ScratchFileSystem() = default;
  virtual Result<std::unique_ptr<ScratchFile>> create_scratch(const std::string& directory) = 0;  // Which exists.
};

// Fails when the file system has none.
inline Result<std::unique_ptr<ScratchFile>> create_scratch_file(FileSystem& files, const std::string& directory) {
  if (auto* scratch = dynamic_cast<ScratchFileSystem*>(&files)) return scratch->create_scratch(directory);
  return fail(ErrorCode::FileSystemError, "this file system has no scratch files, asked for in `{}`", directory);
}

}  // namespace sluice
