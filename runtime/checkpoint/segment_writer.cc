#include "runtime/checkpoint/segment_writer.h"

#include <utility>

#include "runtime/checkpoint/checksum.h"

namespace sluice::runtime {
namespace {

// Large enough that a call into the file system costs nothing per record, small enough for the cache.
constexpr size_t kBlockBytes = size_t{256} << 10;

}  // namespace

Result<std::unique_ptr<SegmentWriter>> SegmentWriter::create(Env env, Options options) {
  SLUICE_FAULT("state.segment.before_create");
  std::unique_ptr<SegmentWriter> writer(new SegmentWriter(env, std::move(options)));
  SLUICE_TRY(auto file, env.files->create(writer->options_.directory + "/" + writer->options_.file));
  writer->file_ = std::make_unique<StagedFile>(std::move(file));
  SLUICE_DO(writer->file_->append(kSegmentMagic));
  writer->pending_.reserve(kBlockBytes + 4096);
  return writer;
}

void SegmentWriter::begin_run(uint32_t table, int64_t slice_end_ms, uint64_t owner) {
  block_ = SegmentBlock{.table = table, .run = next_run_++, .slice_end_ms = slice_end_ms};
  owner_ = owner;
}

Status SegmentWriter::add(const RecordHeader& record) {
  if (pending_.size() + record.bytes > kBlockBytes && !pending_.empty()) SLUICE_DO(write_block());
  uint32_t group = key_group_of(record.hash, options_.max_parallelism);
  if (block_.records++ == 0) block_.groups.begin = group;
  block_.groups.end = group + 1;
  pending_.append(reinterpret_cast<const char*>(&record), record.bytes);
  return Done{};
}

Status SegmentWriter::end_run() { return pending_.empty() ? Status(Done{}) : write_block(); }

Status SegmentWriter::write_block() {
  block_.offset = file_->size();
  block_.bytes = static_cast<uint32_t>(pending_.size());
  block_.checksum = checksum_of(pending_);
  SLUICE_FAULT("state.segment.before_append");
  SLUICE_DO(file_->append(pending_));
  blocks_.push_back(block_);
  owners_.push_back(owner_);
  block_.records = 0;
  pending_.clear();
  return Done{};
}

void SegmentWriter::discard(uint64_t owner) {
  size_t kept = 0;
  for (size_t i = 0; i < blocks_.size(); ++i) {
    if (owners_[i] == owner) continue;
    blocks_[kept] = blocks_[i];
    owners_[kept++] = owners_[i];
  }
  blocks_.resize(kept);
  owners_.resize(kept);
}

Result<SegmentRef> SegmentWriter::finish(std::vector<SegmentTable> tables, std::vector<SegmentDrop> drops) {
  SegmentFooter footer{options_.is_portable, options_.max_parallelism, std::move(tables), std::move(drops),
                       std::move(blocks_)};
  std::string bytes = encode(footer);
  SegmentTrailer trailer{file_->size(), bytes.size(), checksum_of(bytes)};
  SLUICE_FAULT("state.segment.before_footer");
  SLUICE_DO(file_->append(bytes + encode(trailer)));
  SLUICE_FAULT("state.segment.before_sync");
  SLUICE_DO(file_->sync());
  SegmentRef ref{options_.file, file_->size(), trailer.footer_checksum, options_.groups};
  file_.reset();
  SLUICE_FAULT("state.segment.before_directory_sync");
  SLUICE_DO(env_.files->sync_directory(options_.directory));
  SLUICE_FAULT("state.segment.after_directory_sync");
  return ref;
}

}  // namespace sluice::runtime
