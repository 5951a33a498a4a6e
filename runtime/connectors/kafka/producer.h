#pragma once
// Writes messages, alone or in transactions: to one topic, or to another that a message names. Sending does not block;
// what opens and ends transactions does.
#include <librdkafka/rdkafka.h>

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/connectors/kafka/client.h"
#include "runtime/connectors/kafka/marker.h"
#include "runtime/connectors/kafka/outgoing.h"

namespace sluice::runtime::kafka {

class Producer {
 public:
  // `settings` with `transactional.id` make one of transactions.
  static Result<std::shared_ptr<Producer>> make(const Env& env, const ClientSettings& settings,
                                                const std::string& topic);
  ~Producer();
  Producer(const Producer&) = delete;

  // Sends messages from `next` on, which it moves behind what was taken: all of them, unless the queue is full.
  Status send(const Outgoing& outgoing, size_t& next);
  // The same, and waits a little when the queue is full. Blocks.
  Status send_waiting(const Outgoing& outgoing, size_t& next);
  // Hears what the library has to say about messages that failed. Belongs before `unacknowledged`, which counts them.
  void serve() { rd_kafka_poll(client_->handle(), 0); }
  // Messages that no broker has acknowledged yet.
  size_t unacknowledged() const { return static_cast<size_t>(rd_kafka_outq_len(client_->handle())); }
  // Of any message so far.
  std::optional<Error> failure() const;

  // ---- Transactions

  // Lets `fence` begin, and does not wait for it.
  Status begin_fence();
  // Fences whoever used this transactional id before, and ends what they left open: given up, unless its commit had
  // begun. Blocks.
  Status fence();
  Status begin();
  // With the marker of an id. Blocks. After a failure the transaction may be there or not.
  Status commit(const UsedId& used, const Marker& marker);
  // Waits until everything that was sent is acknowledged. Blocks.
  Status flush();
  // Of the topic, which has to be there. Blocks.
  Result<uint32_t> partition_count() { return partition_count(topic_name_); }
  Result<uint32_t> partition_count(const std::string& topic);

  const Client& client() const { return *client_; }
  const std::string& topic() const { return topic_name_; }

 private:
  Producer(const Env& env, std::shared_ptr<Client> client, rd_kafka_topic_t* topic, std::string topic_name)
      : env_(env), client_(std::move(client)), topic_(topic), topic_name_(std::move(topic_name)) {}
  Result<rd_kafka_topic_t*> handle_of(std::string_view topic);
  Result<uint32_t> ask_partition_count(const std::string& topic, bool& may_come);
  Status send_plain(const Outgoing& outgoing, size_t& next);
  Status send_each(const Outgoing& outgoing, size_t& next);
  Failure too_large(const OutgoingMessage& message, rd_kafka_resp_err_t error) const;

  const Env env_;
  std::shared_ptr<Client> client_;
  rd_kafka_topic_t* topic_;                                       // Null where every message names its own.
  std::map<std::string, rd_kafka_topic_t*, std::less<>> others_;  // That messages named.
  std::string topic_name_;
  std::vector<rd_kafka_message_t> batch_;
  std::atomic<bool> is_in_transaction_ = false;
};

}  // namespace sluice::runtime::kafka
