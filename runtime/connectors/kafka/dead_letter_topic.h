#pragma once
// Dead letters as messages of a topic: key and value as they came, so that copying them back is a replay, and what is
// known about them as headers that begin with `sluice.`.
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "runtime/connectors/kafka/dead_letter_headers.h"
#include "runtime/connectors/kafka/send_queue.h"
#include "runtime/formats/dead_letters.h"

namespace sluice::runtime::kafka {

class DeadLetterTopic final : public DeadLetters, public std::enable_shared_from_this<DeadLetterTopic> {
 public:
  // `properties` are the table's.
  static Result<std::shared_ptr<DeadLetterTopic>> make(const Env& env,
                                                       const std::map<std::string, std::string>& properties,
                                                       const std::string& topic);
  ~DeadLetterTopic() override { queue_->close(); }

  void add(const DeadLetter& letter) override;
  void flush(std::function<void(Status)> done) override;

 private:
  using Waiting = std::vector<std::function<void(Status)>>;
  explicit DeadLetterTopic(std::shared_ptr<SendQueue> queue) : queue_(std::move(queue)) {}
  void send(Waiting waiting, Outgoing letters);
  void on_acknowledged(const Waiting& waiting, const Status& status);

  std::shared_ptr<SendQueue> queue_;
  std::mutex mutex_;
  Outgoing letters_;  // Since the last flush began.
  Waiting waiting_;   // For the flush behind the one that is under way.
  bool is_flushing_ = false;
};

}  // namespace sluice::runtime::kafka
