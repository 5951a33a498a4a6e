#pragma once
// From the task's thread to a segment file: the records of one snapshot. The task's thread appends buffers; a strand on
// the State pool sorts them into runs and writes those. A stream is made at one barrier and finished at the next: what
// must be noted between barriers (erased keys, evicted rows) goes into it at once.
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/env/env.h"
#include "runtime/checkpoint/record_buffer.h"
#include "runtime/checkpoint/record_sort.h"
#include "runtime/checkpoint/segment_writer.h"

namespace sluice::runtime {

// Whether two records of a table have the same key. Immutable.
class RecordKeys {
 public:
  virtual ~RecordKeys() = default;
  virtual bool same_key(const RecordHeader& a, const RecordHeader& b) const = 0;
};

// Whose records a buffer holds: a table, or one life of a slice.
struct RecordOwner {
  uint64_t id = 0;  // Unique in the task.
  uint32_t table = 0;
  int64_t slice_end_ms = 0;
  std::shared_ptr<const RecordKeys> keys;
};

class SnapshotStream : public std::enable_shared_from_this<SnapshotStream> {
 public:
  struct Options {
    Env env;
    SegmentWriter::Options segment;
    std::shared_ptr<RecordBufferPool> buffers;
  };
  using Finished = std::function<void(Result<std::optional<SegmentRef>>)>;

  explicit SnapshotStream(Options options) : options_(std::move(options)) {}

  // ---- On the task's thread.
  void append(const RecordOwner& owner, RecordBuffer buffer);
  // What the owner appended so far does not count.
  void discard(uint64_t owner);
  void drop(const SegmentDrop& drop);
  // Nothing is appended any more. `finished` is called on the State pool: without a segment when nothing was appended.
  void finish(std::vector<SegmentTable> tables, Finished finished);
  // The writer has more to do than it can hide.
  bool is_behind() const { return queued_bytes_.load(std::memory_order_relaxed) > kQueuedBytesMax; }
  RecordBufferPool& buffers() { return *options_.buffers; }

 private:
  static constexpr uint64_t kQueuedBytesMax = uint64_t{48} << 20;
  static constexpr size_t kRunBytes = size_t{8} << 20;
  static constexpr size_t kHeldBytesMax = size_t{32} << 20;

  struct Step {  // Exactly one is there.
    std::optional<RecordOwner> owner;
    RecordBuffer buffer;
    std::optional<uint64_t> discard;
  };
  struct Held {
    RecordOwner owner;
    std::vector<RecordBuffer> buffers;
    size_t bytes = 0;
  };

  void enqueue(Step step, size_t bytes);
  void schedule();  // With the mutex held.
  // ---- On the State pool, one at a time.
  void run();
  Status take(Step step);
  Status open_writer();
  Status write(Held& held);
  Status write_largest();
  Result<std::optional<SegmentRef>> complete();

  Options options_;
  std::atomic<uint64_t> queued_bytes_{0};
  std::mutex mutex_;
  bool is_scheduled_ = false;
  bool is_finishing_ = false;
  std::vector<Step> queue_;
  std::vector<SegmentTable> tables_;
  Finished finished_;
  std::vector<SegmentDrop> drops_;  // The task's thread only, until finish.
  // Of the strand.
  std::unique_ptr<SegmentWriter> writer_;
  std::map<uint64_t, Held> held_;  // By owner.
  size_t held_bytes_ = 0;
  std::optional<Failure> failure_;
  std::vector<SortedRecord> sorted_;
  std::vector<SortedRecord> scratch_;
};

// Fills buffers for one owner.
class RecordAppender {
 public:
  RecordAppender() = default;
  RecordAppender(std::shared_ptr<SnapshotStream> stream, RecordOwner owner)
      : stream_(std::move(stream)), owner_(std::move(owner)) {}

  // Room for a record, whose header is written already; the payload follows it.
  char* add(uint64_t hash, RecordKind kind, uint32_t payload_bytes) {
    size_t bytes = sizeof(RecordHeader) + payload_bytes;
    if (bytes > buffer_.capacity - buffer_.used) next_buffer(bytes);
    RecordHeader& record = buffer_.at(buffer_.used);
    record = {hash, static_cast<uint32_t>(bytes), kind};
    buffer_.used += bytes;
    return reinterpret_cast<char*>(&record + 1);
  }
  void flush() {
    if (buffer_.used != 0) stream_->append(owner_, std::move(buffer_));
    buffer_ = {};
  }
  void discard() {
    buffer_ = {};
    stream_->discard(owner_.id);
  }
  SnapshotStream* stream() const { return stream_.get(); }
  const RecordOwner& owner() const { return owner_; }

 private:
  void next_buffer(size_t bytes);

  std::shared_ptr<SnapshotStream> stream_;
  RecordOwner owner_;
  RecordBuffer buffer_;
};

}  // namespace sluice::runtime
