#include "runtime/checkpoint/chain_merge.h"

#include <algorithm>

namespace sluice::runtime {
namespace {

constexpr uint64_t kStepBytes = uint64_t{4} << 20;
// A segment is merged with newer ones when it is at most so many times larger than all of them.
constexpr uint64_t kSizeRatio = 2;

}  // namespace

MergeRange choose_merge(const std::vector<SegmentRef>& segments, KeyGroupRange groups) {
  size_t begin = segments.size();
  uint64_t newer_bytes = 0;
  while (begin > 0 && (newer_bytes == 0 || segments[begin - 1].bytes <= kSizeRatio * newer_bytes)) {
    newer_bytes += segments[--begin].bytes;
  }
  if (segments.size() > kChainSegmentsMax) begin = std::min(begin, segments.size() - kMergeSegmentsMin);
  if (segments.size() - begin < kMergeSegmentsMin) return {};
  // After a rescale the oldest segments hold other ranges of key groups each; what one of them drops must not be said
  // of the others, so they are merged all at once, when nothing that is dropped needs to be said any more.
  auto is_partial = [&](const SegmentRef& segment) { return segment.groups != groups; };
  if (std::any_of(segments.begin() + static_cast<ptrdiff_t>(begin), segments.end(), is_partial)) begin = 0;
  return {begin, segments.size()};
}

void ChainMerge::consider() {
  std::lock_guard lock(mutex_);
  if (is_running_ || is_stopped_.load(std::memory_order_relaxed)) return;
  MergeRange range = choose_merge(chain_->segments(), options_.segment.groups);
  if (range.begin == range.end) return;
  is_running_ = true;
  range_ = range;
  schedule();
}

void ChainMerge::schedule() {
  options_.env.executor->submit(Executor::Pool::State, [self = shared_from_this()] { self->step(); });
}

// A merge that fails is given up: the chain stays as it is, and a later snapshot tries again.
void ChainMerge::step() {
  bool goes_on = false;
  if (!is_stopped_.load(std::memory_order_relaxed)) {
    Status opened = writer_ ? Status(Done{}) : open(range_);
    Result<bool> advanced = opened ? advance() : Result<bool>(std::move(opened).as_failure());
    goes_on = advanced && *advanced;
    if (advanced && !goes_on) {
      [[maybe_unused]] Status finished = finish();
    }
  }
  if (goes_on) return schedule();
  std::lock_guard lock(mutex_);
  close();
}

Status ChainMerge::open(MergeRange range) {
  SLUICE_FAULT("state.merge.before_open");
  std::vector<SegmentRef> chain = chain_->segments();
  for (size_t i = range.begin; i < range.end; ++i) {
    SLUICE_TRY(segments_.emplace_back(), SegmentReader::open(options_.env, options_.segment.directory, chain[i]));
  }
  tables_ = merged_tables(segments_);
  SegmentWriter::Options segment = options_.segment;
  segment.file = fmt::format("{}-m{}.seg", options_.segment.file, files_++);
  SLUICE_TRY(writer_, SegmentWriter::create(options_.env, std::move(segment)));
  table_ = 0;
  if (!tables_.empty()) slice_ = tables_[0].slices.begin();
  return Done{};
}

// Makes merge_ that of the next table or slice.
Result<bool> ChainMerge::next_table() {
  while (table_ < tables_.size() && slice_ == tables_[table_].slices.end()) {
    if (++table_ < tables_.size()) slice_ = tables_[table_].slices.begin();
  }
  if (table_ == tables_.size()) return false;
  SLUICE_TRY(merge_, TableMerge::open(segments_, tables_[table_].description, *slice_));
  writer_->begin_run(static_cast<uint32_t>(table_), *slice_++, 0);
  return true;
}

Result<bool> ChainMerge::advance() {
  bool keeps_deletes = range_.begin != 0;
  for (uint64_t end = writer_->bytes() + kStepBytes; writer_->bytes() < end;) {
    if (!merge_) {
      SLUICE_TRY(bool has_table, next_table());
      if (!has_table) return false;
    }
    SLUICE_TRY(const RecordHeader* record, merge_->next());
    if (record == nullptr) {
      SLUICE_DO(writer_->end_run());
      merge_.reset();
    } else if (keeps_deletes || record->kind == RecordKind::Put) {
      SLUICE_DO(writer_->add(*record));
    }
  }
  return true;
}

Status ChainMerge::finish() {
  std::vector<SegmentTable> tables;
  for (const MergedTable& table : tables_) tables.push_back(table.description);
  std::vector<SegmentDrop> drops;
  if (range_.begin != 0) drops = merged_drops(segments_, tables);
  SLUICE_TRY(SegmentRef merged, writer_->finish(std::move(tables), std::move(drops)));
  SLUICE_FAULT("state.merge.before_replace");
  chain_->replace(range_.begin, range_.end, {std::move(merged)});
  return Done{};
}

void ChainMerge::close() {
  merge_.reset();
  writer_.reset();
  segments_.clear();
  tables_.clear();
  is_running_ = false;
}

}  // namespace sluice::runtime
