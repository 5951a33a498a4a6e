#include "tools/sluice/local/result_stream.h"

#include <chrono>
#include <limits>
#include <utility>

#include "base/check.h"

namespace sluice::tools {
namespace {

constexpr int64_t kBarrierMs = 10;       // For a barrier to reach the sources, lest they use the room.
constexpr int64_t kNextBarrierMs = 250;  // It may stand behind that of a periodic checkpoint.

}  // namespace

void ResultStream::notify() {
  {
    std::lock_guard lock(mutex_);
    has_news_ = true;
  }
  changed_.notify_one();
}

void ResultStream::close() {
  {
    std::lock_guard lock(mutex_);
    is_closed_ = true;
  }
  buffer_.close();
}

void ResultStream::let_barriers_pass(const Env& env) { pass_barrier_in(env, kBarrierMs); }

void ResultStream::pass_barrier_in(const Env& env, int64_t delay_ms) {
  env.executor->submit_at(env.clock->monotonic_ns() + delay_ms * 1'000'000, [weak = weak_from_this(), env] {
    auto self = weak.lock();
    if (!self) return;
    {
      std::lock_guard lock(self->mutex_);
      if (self->is_closed_) return;
    }
    self->buffer_.let_barrier_pass();
    self->pass_barrier_in(env, kNextBarrierMs);
  });
}

ResultItem ResultStream::next(int64_t timeout_ms) {
  runtime::ResultElement element = buffer_.take(std::numeric_limits<uint64_t>::max());
  if (std::holds_alternative<std::monostate>(element)) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::milliseconds(timeout_ms), [this] { return has_news_; });
    has_news_ = false;
    lock.unlock();
    element = buffer_.take(std::numeric_limits<uint64_t>::max());
  }
  if (const auto* block = std::get_if<runtime::RowBlock>(&element)) return item_of(*block);
  if (const auto* mark = std::get_if<runtime::RestartMark>(&element)) return item_of(*mark);
  is_done_ = std::holds_alternative<runtime::EndMark>(element);
  return {};
}

ResultItem ResultStream::item_of(const runtime::RowBlock& block) {
  auto changes = runtime::decode_rows(block.bytes, block.count, columns_);
  SLUICE_CHECK(changes.has_value());  // It is what `consume` has encoded.
  given_[block.subtask] += block.count;
  buffer_.acknowledge(block.position + block.count);
  return *std::move(changes);
}

ResultItem ResultStream::item_of(const runtime::RestartMark& mark) {
  RepeatedRows repeated;
  for (const auto& [subtask, rows] : given_) {
    auto kept = mark.kept.find(subtask);
    repeated.count += rows - (kept == mark.kept.end() ? 0 : kept->second);
  }
  given_ = mark.kept;
  return repeated;
}

}  // namespace sluice::tools
