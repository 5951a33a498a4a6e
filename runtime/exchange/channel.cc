#include "runtime/exchange/channel.h"

#include <algorithm>
#include <bit>

#include "base/check.h"

namespace sluice::runtime {

Channel::Channel(uint32_t capacity)
    : capacity_(std::max(1U, capacity)), ring_(std::bit_ceil(capacity_ + kControlRoom)), mask_(ring_.size() - 1) {}

void Channel::connect(Wakeable* producer, Wakeable* consumer) {
  producer_ = producer;
  consumer_ = consumer;
}

// The flag is raised before the second look, and the reader moves the head before it looks at the flag: one of the two
// sees the other, so no wake-up is lost.
bool Channel::has_room() const {
  uint64_t tail = tail_.load(std::memory_order_relaxed);
  if (tail - head_.load(std::memory_order_acquire) < capacity_) return true;
  is_producer_waiting_.store(true, std::memory_order_seq_cst);
  if (tail - head_.load(std::memory_order_seq_cst) >= capacity_) return false;
  is_producer_waiting_.store(false, std::memory_order_relaxed);
  return true;
}

void Channel::push(Element element) {
  uint64_t tail = tail_.load(std::memory_order_relaxed);
  SLUICE_CHECK(tail - head_.load(std::memory_order_acquire) < ring_.size());
  ring_[tail & mask_] = std::move(element);
  tail_.store(tail + 1, std::memory_order_release);
  consumer_->wake();
}

Element* Channel::front() {
  uint64_t head = head_.load(std::memory_order_relaxed);
  return head == tail_.load(std::memory_order_acquire) ? nullptr : &ring_[head & mask_];
}

// The producer is woken at half the capacity, so that it does not run for every single element.
void Channel::pop() {
  uint64_t head = head_.load(std::memory_order_relaxed);
  ring_[head & mask_] = {};
  head_.store(head + 1, std::memory_order_seq_cst);
  if (!is_producer_waiting_.load(std::memory_order_seq_cst)) return;
  if (tail_.load(std::memory_order_acquire) - (head + 1) > capacity_ / 2) return;
  is_producer_waiting_.store(false, std::memory_order_relaxed);
  producer_->wake();
}

}  // namespace sluice::runtime
