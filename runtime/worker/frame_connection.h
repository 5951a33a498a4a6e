#pragma once
// A connection that carries frames. Both ends use it.
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/env/env.h"
#include "runtime/worker/frame_reader.h"

namespace sluice::runtime {

// Callbacks come on the Io pool, frames one after another, without a lock held: they may call anything but must not
// block. Their owner outlives them by `close`, or hands in weak references.
struct FrameEvents {
  std::function<void(std::string message)> on_message;
  std::function<void(const Error&)> on_closed;  // Once, by the peer, by nonsense, or behind `close_when_sent`.
  std::function<void()> on_sent;                // The queue has become short.
};

// Any thread. Messages that wait to be sent are kept in memory: senders of many ask `queued_bytes` first, and a peer
// that asks without reading the answers is not read from.
class FrameConnection : public std::enable_shared_from_this<FrameConnection> {
 public:
  static constexpr size_t kQueuedBytesShort = 256U << 10;
  static constexpr size_t kQueuedBytesMax = 16U << 20;

  FrameConnection(std::unique_ptr<Connection> connection, size_t message_bytes_max);
  void start(FrameEvents events);
  // Lost without a word when the connection is closed.
  void send(std::string_view message);
  size_t queued_bytes() const;
  void set_message_limit(size_t bytes_max);
  // No callback begins after it, but one that has begun may still be under way.
  void close();
  // Closes once everything is sent; reads nothing more.
  void close_when_sent();

 private:
  void on_readable();
  bool read_some(std::vector<std::string>& messages, std::optional<Error>& broken);
  void on_writable();
  void write_some();  // Under the lock.
  void fail_with(const Error& error);
  void wait_readable();
  void wait_writable();

  mutable std::mutex mutex_;
  std::unique_ptr<Connection> connection_;  // Null once closed.
  FrameEvents events_;
  FrameReader reader_;
  std::deque<std::string> queue_;
  size_t sent_of_first_ = 0;
  size_t queued_bytes_ = 0;
  bool is_writing_ = false;  // `when_writable` is armed.
  bool is_paused_ = false;   // The peer does not read its answers.
  bool is_closing_ = false;
};

}  // namespace sluice::runtime
