#pragma once
// Writes the rows of one subtask. Without transactions a checkpoint waits until every message before it is
// acknowledged, and rows behind it wait with it, because messages of a key must keep their order.
#include <functional>
#include <memory>
#include <string>

#include "runtime/connectors/connector.h"
#include "runtime/connectors/kafka/message_buffer.h"
#include "runtime/connectors/kafka/send_queue.h"

namespace sluice::runtime::kafka {

class PlainWriter final : public SinkWriter {
 public:
  // `committable` is what every checkpoint says.
  PlainWriter(std::unique_ptr<MessageBuffer> buffer, std::shared_ptr<SendQueue> queue, bool waits,
              std::string committable)
      : buffer_(std::move(buffer)), queue_(std::move(queue)), waits_(waits), committable_(std::move(committable)) {}
  ~PlainWriter() override { queue_->close(); }

  bool has_room() const override { return queue_->has_room(); }
  Status write(const Batch& batch) override {
    SLUICE_TRY(Outgoing outgoing, buffer_->add(batch));
    return queue_->send(std::move(outgoing));
  }
  Status on_wake() override { return buffer_->is_due() ? queue_->send(buffer_->flush()) : Status(Done{}); }
  void on_end() override { waits_ = true; }
  void prepare(CheckpointId, std::function<void(Result<std::string> committable)> done) override {
    if (Status sent = queue_->send(buffer_->flush()); !sent) return done(std::move(sent).as_failure());
    if (!waits_) return done(committable_);
    queue_->when_acknowledged([done = std::move(done), committable = committable_](Status status) {
      if (!status) return done(std::move(status).as_failure());
      done(committable);
    });
  }

 private:
  std::unique_ptr<MessageBuffer> buffer_;
  std::shared_ptr<SendQueue> queue_;
  bool waits_;  // delivery-guarantee is not `none`.
  const std::string committable_;
};

}  // namespace sluice::runtime::kafka
