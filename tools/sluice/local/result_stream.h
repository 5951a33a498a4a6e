#pragma once
// Carries the rows of a SELECT from the job's tasks to the thread that prints them; bounded, so that a slow terminal
// slows the job and not the memory.
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>

#include "runtime/connectors/connector.h"

namespace sluice::tools {

class ResultStream final : public runtime::ResultConsumer {
 public:
  static constexpr size_t kBatchesMax = 64;

  bool has_room() const override;
  void consume(uint32_t subtask, runtime::Batch batch) override;
  void on_room(uint32_t subtask, std::function<void()> wake) override;

  // The next batch; nothing when `timeout_ms` passed without one or the stream was closed and is empty.
  std::optional<runtime::Batch> next(int64_t timeout_ms);
  // No more rows will come.
  void close();
  bool is_done() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<runtime::Batch> batches_;
  std::map<uint32_t, std::function<void()>> wakes_;
  bool closed_ = false;
};

}  // namespace sluice::tools
