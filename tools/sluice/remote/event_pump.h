#pragma once
// Events of a call on their way to the thread that prints them: a queue that a thread of its own fills, so that the
// printer notices when a stream is quiet; bounded, so that a slow terminal slows the job and not the memory.
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include "gateway/client/gateway_client.h"

namespace sluice::tools {

template <class Event>
class EventPump {
 public:
  static constexpr size_t kEventsMax = 16;

  explicit EventPump(gateway::EventStream<Event>& stream) : stream_(stream), thread_([this] { fill(); }) {}
  ~EventPump() {
    bool is_early = false;
    {
      std::lock_guard lock(mutex_);
      is_closed_ = true;
      is_early = !is_over_;
    }
    changed_.notify_all();
    if (is_early) stream_.cancel();
    thread_.join();
  }

  // Nothing when the time has passed without an event, or when there will be none.
  std::optional<Event> next(int64_t timeout_ms) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::milliseconds(timeout_ms), [this] { return is_over_ || !events_.empty(); });
    if (events_.empty()) return std::nullopt;
    Event event = std::move(events_.front());
    events_.pop_front();
    changed_.notify_all();
    return event;
  }
  bool is_done() const {
    std::lock_guard lock(mutex_);
    return is_over_ && events_.empty();
  }

 private:
  void fill() {
    Event event;
    while (stream_.next(event)) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return is_closed_ || events_.size() < kEventsMax; });
      if (is_closed_) break;
      events_.push_back(std::move(event));
      event = {};
      changed_.notify_all();
    }
    std::lock_guard lock(mutex_);
    is_over_ = true;
    changed_.notify_all();
  }

  gateway::EventStream<Event>& stream_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Event> events_;
  bool is_over_ = false;
  bool is_closed_ = false;
  std::thread thread_;
};

}  // namespace sluice::tools
