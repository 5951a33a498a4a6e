#include "runtime/checkpoint/snapshot_stream.h"

#include <algorithm>
#include <utility>

namespace sluice::runtime {
namespace {

constexpr size_t kFirstBufferBytes = 4096;
// Records are gathered from buffers larger than the cache.
constexpr size_t kPrefetchRecords = 16;
constexpr size_t kPrefetchBytes = 192;

}  // namespace

void RecordAppender::next_buffer(size_t bytes) {
  size_t wanted = buffer_.capacity == 0 ? kFirstBufferBytes : buffer_.capacity * 4;
  flush();
  wanted = std::min(wanted, RecordBufferPool::kBufferBytes);
  buffer_ = stream_->buffers().allocate(std::max(wanted, bytes));
}

void SnapshotStream::append(const RecordOwner& owner, RecordBuffer buffer) {
  size_t bytes = buffer.used;
  enqueue({owner, std::move(buffer), std::nullopt}, bytes);
}

void SnapshotStream::discard(uint64_t owner) { enqueue({std::nullopt, {}, owner}, 0); }

void SnapshotStream::drop(const SegmentDrop& drop) { drops_.push_back(drop); }

void SnapshotStream::enqueue(Step step, size_t bytes) {
  queued_bytes_.fetch_add(bytes, std::memory_order_relaxed);
  std::lock_guard lock(mutex_);
  queue_.push_back(std::move(step));
  schedule();
}

void SnapshotStream::finish(std::vector<SegmentTable> tables, Finished finished) {
  std::lock_guard lock(mutex_);
  tables_ = std::move(tables);
  finished_ = std::move(finished);
  is_finishing_ = true;
  schedule();
}

void SnapshotStream::schedule() {
  if (is_scheduled_) return;
  is_scheduled_ = true;
  options_.env.executor->submit(Executor::Pool::State, [self = shared_from_this()] { self->run(); });
}

void SnapshotStream::run() {
  std::vector<Step> steps;
  bool is_last = false;
  {
    std::lock_guard lock(mutex_);
    steps.swap(queue_);
    is_last = is_finishing_;
  }
  for (Step& step : steps) {
    size_t bytes = step.buffer.used;
    Status status = failure_ ? Status(Done{}) : take(std::move(step));
    if (!status) failure_ = std::move(status).as_failure();
    queued_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
  }
  if (is_last) {
    finished_(failure_ ? Result<std::optional<SegmentRef>>(*failure_) : complete());
    finished_ = nullptr;
    return;
  }
  std::lock_guard lock(mutex_);
  is_scheduled_ = false;
  if (!queue_.empty() || is_finishing_) schedule();
}

Status SnapshotStream::take(Step step) {
  if (step.discard) {
    if (auto held = held_.find(*step.discard); held != held_.end()) {
      held_bytes_ -= held->second.bytes;
      held_.erase(held);
    }
    if (writer_) writer_->discard(*step.discard);
    return Done{};
  }
  Held& held = held_[step.owner->id];
  held.owner = *step.owner;
  held.bytes += step.buffer.used;
  held_bytes_ += step.buffer.used;
  held.buffers.push_back(std::move(step.buffer));
  if (held.bytes >= kRunBytes) return write(held);
  return held_bytes_ > kHeldBytesMax ? write_largest() : Status(Done{});
}

Status SnapshotStream::write_largest() {
  auto largest = std::ranges::max_element(held_, {}, [](const auto& entry) { return entry.second.bytes; });
  return write(largest->second);
}

Status SnapshotStream::open_writer() {
  if (writer_) return Done{};
  SLUICE_TRY(writer_, SegmentWriter::create(options_.env, options_.segment));
  return Done{};
}

Status SnapshotStream::write(Held& held) {
  SLUICE_DO(open_writer());
  sort_records(held.buffers, options_.segment.max_parallelism, options_.segment.groups, sorted_, scratch_);
  writer_->begin_run(held.owner.table, held.owner.slice_end_ms, held.owner.id);
  size_t count = sorted_.size();
  for (size_t i = 0; i < count; ++i) {
    if (i + kPrefetchRecords < count) {
      const char* record = reinterpret_cast<const char*>(sorted_[i + kPrefetchRecords].record);
      for (size_t line = 0; line < kPrefetchBytes; line += 64) __builtin_prefetch(record + line);
    }
    // Of records with one key the last one counts. Rare, because a row is packed once per snapshot.
    bool is_superseded = false;
    for (size_t later = i + 1; later < count && sorted_[later].key == sorted_[i].key && !is_superseded; ++later) {
      is_superseded = held.owner.keys->same_key(*sorted_[i].record, *sorted_[later].record);
    }
    if (!is_superseded) SLUICE_DO(writer_->add(*sorted_[i].record));
  }
  SLUICE_DO(writer_->end_run());
  held_bytes_ -= held.bytes;
  held.bytes = 0;
  for (RecordBuffer& buffer : held.buffers) options_.buffers->give_back(std::move(buffer));
  held.buffers.clear();
  return Done{};
}

Result<std::optional<SegmentRef>> SnapshotStream::complete() {
  for (auto& [id, held] : held_) {
    if (held.bytes != 0) SLUICE_DO(write(held));
  }
  if (!writer_ && drops_.empty()) return std::optional<SegmentRef>();
  SLUICE_DO(open_writer());
  SLUICE_TRY(SegmentRef ref, writer_->finish(std::move(tables_), std::move(drops_)));
  writer_.reset();
  return std::optional<SegmentRef>(std::move(ref));
}

}  // namespace sluice::runtime
