#include "runtime/connectors/filesystem/chunk_reader.h"

namespace sluice::runtime::filesystem {

ChunkReader::ChunkReader(Env env, std::string path, uint64_t offset, std::function<void()> wake)
    : env_(env), path_(std::move(path)), wake_(std::move(wake)), offset_(offset) {}

Result<std::optional<ChunkReader::Chunk>> ChunkReader::take() {
  std::lock_guard lock(mutex_);
  if (failure_) return Failure{*failure_};
  std::optional<Chunk> chunk = std::exchange(ready_, std::nullopt);
  if (!reading_ && !(chunk && chunk->at_end)) request();
  return chunk;
}

void ChunkReader::request() {
  reading_ = true;
  env_.executor->submit(Executor::Pool::Io, [self = shared_from_this()] { self->read(); });
}

// Only one read is under way, so the file and the offset are this call's.
void ChunkReader::read() {
  auto fill = [this]() -> Result<Chunk> {
    if (!file_) {
      SLUICE_TRY(file_, env_.files->open(path_));
    }
    Chunk chunk;
    chunk.bytes.resize(kChunkBytes);
    SLUICE_TRY(size_t got, file_->read(offset_, kChunkBytes, chunk.bytes.data()));
    chunk.bytes.resize(got);
    chunk.at_end = got < kChunkBytes;
    offset_ += got;
    return chunk;
  };
  Result<Chunk> filled = fill();
  {
    std::lock_guard lock(mutex_);
    reading_ = false;
    if (filled) {
      ready_ = *std::move(filled);
    } else {
      failure_ = filled.error();
    }
  }
  wake_();
}

}  // namespace sluice::runtime::filesystem
