#pragma once
// What stands between a writer and its producer: holds what the producer's queue has no room for, and tells when there
// is room and when everything was acknowledged. librdkafka says neither by itself, so a timer looks while somebody
// waits. Thread-safe.
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "base/env/env.h"
#include "runtime/connectors/kafka/producer.h"

namespace sluice::runtime::kafka {

class SendQueue : public std::enable_shared_from_this<SendQueue> {
 public:
  // `wake` is called when there is room again after there was none.
  SendQueue(const Env& env, std::shared_ptr<Producer> producer, std::function<void()> wake)
      : env_(env), producer_(std::move(producer)), wake_(std::move(wake)) {}

  // Belongs behind `has_room`; what is sent without room waits behind what is held.
  Status send(Outgoing outgoing);
  bool has_room();
  // `done` is called on any thread once everything that was sent is acknowledged, or cannot be. No room until then.
  void when_acknowledged(std::function<void(Status)> done);
  // Nobody is called any more.
  void close();

 private:
  struct Due {
    std::function<void()> room;
    std::function<void(Status)> acknowledged;
    Status status = Done{};
  };
  Due look();
  void arm();
  void tick();
  bool is_roomy() const;

  const Env env_;
  const std::shared_ptr<Producer> producer_;
  std::mutex mutex_;
  std::function<void()> wake_;
  Outgoing held_;  // From `next_` on.
  size_t next_ = 0;
  size_t bytes_per_message_ = 0;  // Of what was sent last.
  std::optional<Error> failure_;
  bool is_room_awaited_ = false;
  std::function<void(Status)> acknowledged_;
  bool is_armed_ = false;
};

}  // namespace sluice::runtime::kafka
