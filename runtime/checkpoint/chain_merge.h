#pragma once
// Keeps the number of a task's segments bounded: merges segments of like size into one, in small steps on the State
// pool, beside the snapshots. A merge changes the chain only when its result is durable; checkpoints that are taken in
// between name the parts.
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/env/env.h"
#include "runtime/checkpoint/segment_chain.h"
#include "runtime/checkpoint/segment_writer.h"
#include "runtime/checkpoint/table_merge.h"

namespace sluice::runtime {

// Which segments of a chain to merge.
struct MergeRange {
  size_t begin = 0;
  size_t end = 0;
};
// Nothing to do when empty. Merges at least kMergeSegmentsMin segments from the newest on, as long as each is not much
// larger than what is newer than it; so a record is rewritten a logarithmic number of times, and the oldest segment
// only when a good part of it has been superseded.
inline constexpr size_t kMergeSegmentsMin = 8;
inline constexpr size_t kChainSegmentsMax = 24;
MergeRange choose_merge(const std::vector<SegmentRef>& segments, KeyGroupRange groups);

class ChainMerge : public std::enable_shared_from_this<ChainMerge> {
 public:
  struct Options {
    Env env;
    SegmentWriter::Options segment;  // `file` is a prefix.
  };
  ChainMerge(Options options, std::shared_ptr<SegmentChain> chain)
      : options_(std::move(options)), chain_(std::move(chain)) {}

  // Starts a merge when there is something to merge and none is running. Any thread.
  void consider();
  // The running merge ends at its next step, without effect.
  void stop() { is_stopped_.store(true, std::memory_order_relaxed); }

 private:
  void schedule();
  void step();
  Status open(MergeRange range);
  Result<bool> advance();  // False when all is written.
  Result<bool> next_table();
  Status finish();
  void close();

  Options options_;
  std::shared_ptr<SegmentChain> chain_;
  std::atomic<bool> is_stopped_{false};
  std::mutex mutex_;
  bool is_running_ = false;
  uint64_t files_ = 0;
  // Of the running merge.
  MergeRange range_;
  std::vector<std::unique_ptr<SegmentReader>> segments_;
  std::vector<MergedTable> tables_;
  std::unique_ptr<SegmentWriter> writer_;
  std::unique_ptr<TableMerge> merge_;
  size_t table_ = 0;
  std::set<int64_t>::const_iterator slice_;
};

}  // namespace sluice::runtime
