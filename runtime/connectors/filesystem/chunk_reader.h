#pragma once
// Reads a file ahead on the Io pool, a chunk at a time; the task's thread takes what is there.
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/env/env.h"

namespace sluice::runtime::filesystem {

class ChunkReader : public std::enable_shared_from_this<ChunkReader> {
 public:
  static constexpr size_t kChunkBytes = 1 << 20;

  // Reads from `offset` on. `wake` is called on the Io pool when a chunk has arrived.
  ChunkReader(Env env, std::string path, uint64_t offset, std::function<void()> wake);

  struct Chunk {
    std::string bytes;
    bool at_end = false;  // Nothing follows.
  };
  // The next chunk, or nothing while it is being read.
  Result<std::optional<Chunk>> take();

 private:
  void request();
  void read();

  Env env_;
  const std::string path_;
  std::function<void()> wake_;
  std::mutex mutex_;
  std::unique_ptr<ReadableFile> file_;
  uint64_t offset_;
  bool reading_ = false;
  std::optional<Chunk> ready_;
  std::optional<Error> failure_;
};

}  // namespace sluice::runtime::filesystem
