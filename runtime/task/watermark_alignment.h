#pragma once
// Keeps sources of a job together in event time (`scan.watermark.alignment.*`): a split waits while its watermark is
// more than the drift beyond the least one in the group. What is read stays the same, only the state of operators that
// wait for the slowest source stays small.
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "runtime/operators/operator.h"

namespace sluice::runtime {

// The subtasks of all sources that name one group, in one attempt of a job. Thread-safe.
class AlignmentGroup {
 public:
  // Of a member that has not said anything. Holds the others back until it has a watermark.
  size_t join();
  // kWatermarkMax holds nobody back: idle, or read to the end.
  void report(size_t member, TimestampMs watermark);
  TimestampMs least() const;

 private:
  mutable std::mutex mutex_;
  std::vector<TimestampMs> watermarks_;
};

// By name. Thread-safe.
class AlignmentGroups {
 public:
  std::shared_ptr<AlignmentGroup> group(const std::string& name);

 private:
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<AlignmentGroup>> groups_;
};

// What a source knows about its group.
class SourceAlignment {
 public:
  struct Options {
    std::shared_ptr<AlignmentGroup> group;  // Null: the source reads on whatever others do.
    int64_t max_drift_ms = 0;
    int64_t interval_ms = 1000;  // How often a source that waits looks again.
  };
  explicit SourceAlignment(Options options) : options_(std::move(options)) {
    if (options_.group != nullptr) member_ = options_.group->join();
  }

  bool is_on() const { return options_.group != nullptr; }
  int64_t interval_ms() const { return options_.interval_ms; }
  // Tells where this source is, and learns how far it may go.
  void update(TimestampMs watermark);
  bool may_read(TimestampMs split_watermark) const { return split_watermark <= limit_; }

 private:
  Options options_;
  size_t member_ = 0;
  TimestampMs limit_ = kWatermarkMax;
};

}  // namespace sluice::runtime
