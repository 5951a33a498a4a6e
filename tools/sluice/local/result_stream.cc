#include "tools/sluice/local/result_stream.h"

#include <chrono>
#include <vector>

namespace sluice::tools {

bool ResultStream::has_room() const {
  std::lock_guard lock(mutex_);
  return batches_.size() < kBatchesMax;
}

void ResultStream::consume(uint32_t, runtime::Batch batch) {
  {
    std::lock_guard lock(mutex_);
    batches_.push_back(std::move(batch));
  }
  changed_.notify_one();
}

void ResultStream::on_room(uint32_t subtask, std::function<void()> wake) {
  std::lock_guard lock(mutex_);
  wakes_[subtask] = std::move(wake);
}

std::optional<runtime::Batch> ResultStream::next(int64_t timeout_ms) {
  std::vector<std::function<void()>> wakes;
  std::optional<runtime::Batch> batch;
  {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::milliseconds(timeout_ms), [this] { return closed_ || !batches_.empty(); });
    if (batches_.empty()) return std::nullopt;
    bool was_full = batches_.size() >= kBatchesMax;
    batch = std::move(batches_.front());
    batches_.pop_front();
    if (was_full) {
      for (const auto& [subtask, wake] : wakes_) wakes.push_back(wake);
    }
  }
  for (const auto& wake : wakes) wake();
  return batch;
}

void ResultStream::close() {
  {
    std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
}

bool ResultStream::is_done() const {
  std::lock_guard lock(mutex_);
  return closed_ && batches_.empty();
}

}  // namespace sluice::tools
