#include "runtime/worker/frame_connection.h"

#include <optional>
#include <utility>
#include <vector>

namespace sluice::runtime {
namespace {

constexpr size_t kReadBytes = 64U << 10;
constexpr size_t kReadsPerTurn = 16;  // Then others have theirs.

}  // namespace

FrameConnection::FrameConnection(std::unique_ptr<Connection> connection, size_t message_bytes_max)
    : connection_(std::move(connection)), reader_(message_bytes_max) {}

void FrameConnection::start(FrameEvents events) {
  std::lock_guard lock(mutex_);
  events_ = std::move(events);
  wait_readable();
}

void FrameConnection::wait_readable() {
  connection_->when_readable([weak = weak_from_this()] {
    if (auto self = weak.lock()) self->on_readable();
  });
}

void FrameConnection::wait_writable() {
  connection_->when_writable([weak = weak_from_this()] {
    if (auto self = weak.lock()) self->on_writable();
  });
}

// False when there is nothing more to read now.
bool FrameConnection::read_some(std::vector<std::string>& messages, std::optional<Error>& broken) {
  char bytes[kReadBytes];
  Result<size_t> got = connection_->read(bytes, sizeof bytes);
  if (!got) {
    broken = got.error();
    return false;
  }
  reader_.feed({bytes, *got});
  for (;;) {
    Result<std::optional<std::string>> message = reader_.next();
    if (!message) {
      broken = message.error();
      return false;
    }
    if (!*message) return *got == sizeof bytes;
    messages.push_back(**std::move(message));
  }
}

void FrameConnection::on_readable() {
  std::vector<std::string> messages;
  std::optional<Error> broken;
  std::function<void(std::string)> on_message;
  {
    std::lock_guard lock(mutex_);
    if (!connection_ || is_closing_) return;
    for (size_t i = 0; i < kReadsPerTurn && read_some(messages, broken); ++i) {}
    on_message = events_.on_message;
  }
  for (std::string& message : messages) on_message(std::move(message));
  if (broken) return fail_with(*broken);
  std::lock_guard lock(mutex_);
  if (!connection_ || is_closing_) return;
  is_paused_ = queued_bytes_ > kQueuedBytesMax;
  if (!is_paused_) wait_readable();
}

void FrameConnection::send(std::string_view message) {
  std::lock_guard lock(mutex_);
  if (!connection_ || is_closing_) return;
  queue_.push_back(frame_of(message));
  queued_bytes_ += queue_.back().size();
  if (!is_writing_) write_some();
}

// What cannot be sent any more is dropped, and the reading side reports the end: the peer's last words may still be
// there.
void FrameConnection::write_some() {
  while (!queue_.empty()) {
    std::string_view rest = std::string_view(queue_.front()).substr(sent_of_first_);
    Result<size_t> sent = connection_->write(rest);
    if (!sent) {
      queue_.clear();
      sent_of_first_ = queued_bytes_ = 0;
      break;
    }
    if (*sent == 0) {
      is_writing_ = true;
      return wait_writable();
    }
    sent_of_first_ += *sent;
    queued_bytes_ -= *sent;
    if (sent_of_first_ < queue_.front().size()) continue;
    queue_.pop_front();
    sent_of_first_ = 0;
  }
  if (!is_closing_ && std::exchange(is_paused_, false)) wait_readable();
}

void FrameConnection::on_writable() {
  std::function<void()> on_sent;
  bool is_done = false;
  {
    std::lock_guard lock(mutex_);
    is_writing_ = false;
    if (!connection_) return;
    write_some();
    is_done = is_closing_ && queue_.empty();
    if (queued_bytes_ < kQueuedBytesShort) on_sent = events_.on_sent;
  }
  if (is_done) return fail_with({ErrorCode::NetworkError, "closed", {}, {}});
  if (on_sent) on_sent();
}

size_t FrameConnection::queued_bytes() const {
  std::lock_guard lock(mutex_);
  return queued_bytes_;
}

void FrameConnection::set_message_limit(size_t bytes_max) {
  std::lock_guard lock(mutex_);
  reader_.set_limit(bytes_max);
}

void FrameConnection::fail_with(const Error& error) {
  std::function<void(const Error&)> on_closed;
  std::unique_ptr<Connection> connection;
  {
    std::lock_guard lock(mutex_);
    if (!connection_) return;
    connection = std::move(connection_);
    on_closed = std::move(events_.on_closed);
    events_ = {};
  }
  connection.reset();
  if (on_closed) on_closed(error);
}

void FrameConnection::close() {
  std::lock_guard lock(mutex_);
  connection_.reset();
  events_ = {};
}

void FrameConnection::close_when_sent() {
  {
    std::lock_guard lock(mutex_);
    if (!connection_) return;
    is_closing_ = true;
    if (!queue_.empty()) return;
  }
  fail_with({ErrorCode::NetworkError, "closed", {}, {}});
}

}  // namespace sluice::runtime
