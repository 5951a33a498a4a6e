#include "runtime/connectors/kafka/send_queue.h"

#include <utility>

namespace sluice::runtime::kafka {
namespace {

constexpr int64_t kLookNs = 500'000;
// librdkafka has five requests of an idempotent producer under way at a time, a megabyte each. While a message waits
// for one to come back its thread spins, which costs more than everything else about sending. So the next rows are sent
// when what is under way has become less than this.
constexpr size_t kUnacknowledgedBytesMax = 512 << 10;

}  // namespace

bool SendQueue::is_roomy() const {
  return next_ == held_.messages.size() && !acknowledged_ &&
         producer_->unacknowledged() * bytes_per_message_ < kUnacknowledgedBytesMax;
}

Status SendQueue::send(Outgoing outgoing) {
  std::lock_guard lock(mutex_);
  if (!failure_) failure_ = producer_->failure();
  if (failure_) return Failure{*failure_};
  if (outgoing.messages.empty()) return Done{};
  bytes_per_message_ = 1 + outgoing.bytes.size() / outgoing.messages.size();
  if (next_ < held_.messages.size()) {
    append(outgoing, held_);
    return Done{};
  }
  held_ = std::move(outgoing);
  next_ = 0;
  return producer_->send(held_, next_);
}

bool SendQueue::has_room() {
  std::lock_guard lock(mutex_);
  if (is_roomy() || failure_) return true;  // A failure is told by the next `send`.
  is_room_awaited_ = true;
  arm();
  return false;
}

void SendQueue::when_acknowledged(std::function<void(Status)> done) {
  Due due;
  {
    std::lock_guard lock(mutex_);
    acknowledged_ = std::move(done);
    due = look();
    if (acknowledged_) arm();
  }
  if (due.acknowledged) due.acknowledged(std::move(due.status));
}

void SendQueue::close() {
  std::lock_guard lock(mutex_);
  wake_ = nullptr;
  acknowledged_ = nullptr;
  is_room_awaited_ = false;
}

// Sends what is held, and finds out whom there is something to tell.
SendQueue::Due SendQueue::look() {
  Due due;
  producer_->serve();
  if (!failure_) failure_ = producer_->failure();
  if (!failure_ && next_ < held_.messages.size()) {
    if (Status sent = producer_->send(held_, next_); !sent) failure_ = sent.error();
  }
  bool is_empty = next_ == held_.messages.size() && producer_->unacknowledged() == 0;
  if (is_empty && !failure_) failure_ = producer_->failure();  // Of the very last messages.
  if (acknowledged_ && (failure_ || is_empty)) {
    due.acknowledged = std::exchange(acknowledged_, nullptr);
    if (failure_) due.status = Failure{*failure_};
  }
  if (is_room_awaited_ && (failure_ || is_roomy())) {
    is_room_awaited_ = false;
    due.room = wake_;
  }
  return due;
}

void SendQueue::arm() {
  if (std::exchange(is_armed_, true)) return;
  env_.executor->submit_at(env_.clock->monotonic_ns() + kLookNs, [self = shared_from_this()] { self->tick(); });
}

void SendQueue::tick() {
  Due due;
  {
    std::lock_guard lock(mutex_);
    is_armed_ = false;
    due = look();
    if (acknowledged_ || is_room_awaited_) arm();
  }
  if (due.acknowledged) due.acknowledged(std::move(due.status));
  if (due.room) due.room();
}

}  // namespace sluice::runtime::kafka
