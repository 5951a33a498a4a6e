#pragma once
// Counters of one operator on one subtask, and of one task. Written by the task's thread, read by anyone at any time;
// a reader sees each number whole but not all of them at one moment.
#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "runtime/formats/decode_fault.h"

namespace sluice::runtime {

class Counter {
 public:
  // By one thread only.
  void add(uint64_t amount) {
    value_.store(value_.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
  }
  uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

class Gauge {
 public:
  explicit Gauge(int64_t initial = 0) : value_(initial) {}
  void set(int64_t value) { value_.store(value, std::memory_order_relaxed); }
  int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<int64_t> value_;
};

// How far behind a source is in one of its splits.
struct SplitLag {
  std::string split;
  int64_t messages = 0;
};

// Of all splits of one subtask; for sources that know.
class SplitLags {
 public:
  void set(std::vector<SplitLag> lags) {
    std::lock_guard lock(mutex_);
    lags_ = std::move(lags);
  }
  std::vector<SplitLag> value() const {
    std::lock_guard lock(mutex_);
    return lags_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<SplitLag> lags_;
};

// What OperatorContext::metrics points to.
class Metrics {
 public:
  Counter rows_in;
  Counter rows_out;
  Counter late_records_dropped;      // Flink's numLateRecordsDropped.
  Counter not_null_records_dropped;  // Sinks whose enforcer is DROP.
  Counter malformed_records;         // Sources: records that could not be read and did not fail the job.
  std::array<Counter, kDecodeFaults> malformed_by_fault;
  Gauge watermark{INT64_MIN};  // Of all inputs together.
  SplitLags lags;
};

// How a task spends its time. The rest of the job's time it was idle.
class TaskMetrics {
 public:
  Counter busy_ns;
  Counter back_pressured_ns;  // Had work and no room for its output.
};

}  // namespace sluice::runtime
