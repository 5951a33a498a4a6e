#include "runtime/connectors/filesystem/io_strand.h"

namespace sluice::runtime::filesystem {

void IoStrand::submit(size_t bytes, std::function<Status()> work) { add({bytes, std::move(work), nullptr}); }

void IoStrand::finally(std::function<void(std::optional<Error>)> work) { add({0, nullptr, std::move(work)}); }

std::optional<Error> IoStrand::failure() const {
  std::lock_guard lock(mutex_);
  return failure_;
}

size_t IoStrand::bytes_waiting() const {
  std::lock_guard lock(mutex_);
  return bytes_waiting_;
}

void IoStrand::on_progress(std::function<void()> callback) {
  std::lock_guard lock(mutex_);
  on_progress_ = std::move(callback);
}

void IoStrand::add(Piece piece) {
  std::lock_guard lock(mutex_);
  bytes_waiting_ += piece.bytes;
  queue_.push_back(std::move(piece));
  if (running_) return;
  running_ = true;
  env_.executor->submit(Executor::Pool::Io, [self = shared_from_this()] { self->run(); });
}

// One piece per turn on the pool, so that strands share its threads.
void IoStrand::run() {
  Piece piece;
  std::optional<Error> failure;
  {
    std::lock_guard lock(mutex_);
    piece = std::move(queue_.front());
    queue_.pop_front();
    failure = failure_;
  }
  if (piece.last) piece.last(failure);
  if (piece.work && !failure) {
    if (Status status = piece.work(); !status) failure = status.error();
  }
  std::function<void()> progressed;
  {
    std::lock_guard lock(mutex_);
    bytes_waiting_ -= piece.bytes;
    if (failure && !failure_) failure_ = failure;
    if (piece.bytes > 0 || failure) progressed = on_progress_;
    running_ = !queue_.empty();
    if (running_) env_.executor->submit(Executor::Pool::Io, [self = shared_from_this()] { self->run(); });
  }
  if (progressed) progressed();
}

}  // namespace sluice::runtime::filesystem
