#include "runtime/checkpoint/segment_reader.h"

#include <algorithm>

#include "runtime/checkpoint/checksum.h"

namespace sluice::runtime {

Result<std::unique_ptr<SegmentReader>> SegmentReader::open(Env env, const std::string& directory,
                                                           const SegmentRef& ref) {
  std::unique_ptr<SegmentReader> reader(new SegmentReader(directory + "/" + ref.file, ref));
  auto file = env.files->open(reader->path_);
  if (!file) {
    SLUICE_TRY(bool exists, env.files->exists(reader->path_));
    if (exists) return std::move(file).as_failure();
    return fail(ErrorCode::CorruptCheckpoint, "`{}` cannot be opened: {}", reader->path_, file.error().message);
  }
  reader->file_ = *std::move(file);
  SLUICE_DO(reader->read_footer());
  return reader;
}

Status SegmentReader::read_exactly(uint64_t offset, size_t size, std::string& bytes) const {
  bytes.resize(size);
  SLUICE_TRY(size_t got, file_->read(offset, size, bytes.data()));
  if (got != size) return fail(ErrorCode::CorruptCheckpoint, "`{}` ends too early", path_);
  return Done{};
}

Status SegmentReader::read_footer() {
  SLUICE_TRY(uint64_t size, file_->size());
  if (size != ref_.bytes || size < kSegmentMagic.size() + SegmentTrailer::kBytes) {
    return fail(ErrorCode::CorruptCheckpoint, "`{}` has {} bytes instead of {}", path_, size, ref_.bytes);
  }
  std::string bytes;
  SLUICE_DO(read_exactly(size - SegmentTrailer::kBytes, SegmentTrailer::kBytes, bytes));
  SLUICE_TRY(SegmentTrailer trailer, decode_trailer(bytes));
  if (trailer.footer_checksum != ref_.checksum || trailer.footer_bytes > size ||
      trailer.footer_offset + trailer.footer_bytes + SegmentTrailer::kBytes != size) {
    return fail(ErrorCode::CorruptCheckpoint, "`{}` is not the file that the manifest names", path_);
  }
  footer_offset_ = trailer.footer_offset;
  SLUICE_DO(read_exactly(trailer.footer_offset, trailer.footer_bytes, bytes));
  if (checksum_of(bytes) != ref_.checksum)
    return fail(ErrorCode::CorruptCheckpoint, "footer of `{}` is damaged", path_);
  SLUICE_TRY(footer_, decode_footer(bytes));
  return Done{};
}

Status SegmentReader::read(const SegmentBlock& block, std::string& bytes) const {
  if (block.offset > footer_offset_ || block.bytes > footer_offset_ - block.offset) {
    return fail(ErrorCode::CorruptCheckpoint, "block of `{}` lies outside of the file", path_);
  }
  SLUICE_DO(read_exactly(block.offset, block.bytes, bytes));
  if (checksum_of(bytes) == block.checksum) return Done{};
  return fail(ErrorCode::CorruptCheckpoint, "block at byte {} of `{}` is damaged", block.offset, path_);
}

Status SegmentReader::verify() const {
  std::string bytes;
  SLUICE_DO(read_exactly(0, kSegmentMagic.size(), bytes));
  if (bytes != kSegmentMagic) return fail(ErrorCode::CorruptCheckpoint, "`{}` is no segment", path_);
  for (const SegmentBlock& block : footer_.blocks) SLUICE_DO(read(block, bytes));
  return Done{};
}

}  // namespace sluice::runtime
