#pragma once
// What a person sees of a running job and of one that has ended.
#include <condition_variable>
#include <cstdio>
#include <mutex>

#include "runtime/job/job_status.h"

namespace sluice::tools {

// Waits on one thread for what happens once on another.
class JobWait {
 public:
  void notify();
  // True when it has happened; waits at most so long.
  bool wait_ms(int64_t timeout_ms);

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;
};

// One line on a terminal that is rewritten in place; nothing when `out` is no terminal.
class LiveLine {
 public:
  explicit LiveLine(FILE* out);
  void show(const runtime::JobStatus& status, const runtime::JobMetrics& metrics);
  void clear();

 private:
  FILE* out_;
  bool is_terminal_;
  uint64_t last_rows_ = 0;
  int64_t last_ns_ = 0;
};

// Peak resident memory of this process, VmHWM, in bytes.
uint64_t peak_memory_bytes();

// `name finished: 30,000,000 rows in, 18,000 out, 2.4 s (12.5 M/s), compiled in 41 ms, 812 MB peak, 2 checkpoints`
void print_summary(FILE* out, const runtime::JobStatus& status, const runtime::JobMetrics& metrics, double compile_ms);

}  // namespace sluice::tools
