#pragma once
// Carries the rows of a SELECT from the job's tasks to the thread that prints them: a worker's ResultBuffer with its
// reader in the same process. Bounded, so that a slow terminal slows the job and not the memory.
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <variant>
#include <vector>

#include "base/env/env.h"
#include "runtime/worker/result_buffer.h"

namespace sluice::tools {

// The job went back to a checkpoint: so many of the rows that were given come again.
struct RepeatedRows {
  uint64_t count = 0;
};
using ResultItem = std::variant<std::monostate, std::vector<runtime::TableChange>, RepeatedRows>;

class ResultStream : public std::enable_shared_from_this<ResultStream> {
 public:
  // `origin` marks positions in checkpoints as this process's own.
  ResultStream(RowSchema columns, std::string origin)
      : columns_(columns), buffer_(std::move(columns), std::move(origin), [this] { notify(); }) {}

  runtime::ResultConsumer& consumer() { return buffer_; }
  // No more rows will come.
  void close();
  // From now on checkpoints complete although nobody takes rows: for the savepoint that a job is stopped with. Any
  // thread.
  void let_barriers_pass(const Env& env);

  // For one reader.

  // Nothing when `timeout_ms` passed without an item, or when there will be none.
  ResultItem next(int64_t timeout_ms);
  bool is_done() const { return is_done_; }

 private:
  void notify();
  void pass_barrier_in(const Env& env, int64_t delay_ms);
  ResultItem item_of(const runtime::RowBlock& block);
  ResultItem item_of(const runtime::RestartMark& mark);

  const RowSchema columns_;
  runtime::ResultBuffer buffer_;
  std::map<uint32_t, uint64_t> given_;  // Rows of each subtask that count.
  bool is_done_ = false;

  std::mutex mutex_;  // Guards what follows.
  std::condition_variable changed_;
  bool has_news_ = false;
  bool is_closed_ = false;
};

}  // namespace sluice::tools
