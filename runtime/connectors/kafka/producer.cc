#include "runtime/connectors/kafka/producer.h"

#include <cstring>
#include <span>
#include <utility>

#include "runtime/connectors/kafka/partition_list.h"

namespace sluice::runtime::kafka {
namespace {

constexpr int kStepTimeoutMs = 30'000;
constexpr int kBeginTimeoutMs = 1;
constexpr int kFullQueueWaitMs = 10;
constexpr int kAbortTimeoutMs = 3'000;
constexpr int kTopicTriesMax = 5;
constexpr int kTopicWaitMs = 200;
constexpr int kFenceStepsMax = 2;  // Nothing is written yet: the attempt fails, and the next one asks again.
constexpr int kStepsMax = 20;      // A cluster that does not answer for so many timeouts fails the attempt.

struct ErrorDeleter {
  void operator()(rd_kafka_error_t* error) const { rd_kafka_error_destroy(error); }
};
using KafkaError = std::unique_ptr<rd_kafka_error_t, ErrorDeleter>;

bool is_fenced(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR__FENCED || code == RD_KAFKA_RESP_ERR_PRODUCER_FENCED ||
         code == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH;
}

Failure failure_of(const rd_kafka_error_t* error, const std::string& what) {
  Failure failure = fail(code_of(rd_kafka_error_code(error)), "{}: {}", what, rd_kafka_error_string(error));
  auto code = rd_kafka_error_code(error);
  if (is_fenced(code)) {
    return std::move(failure).hint(
        "Another job, or another attempt of this one, writes with the same `sink.transactional-id-prefix`.");
  }
  if (code != RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT) return failure;
  return std::move(failure).hint(
      "Lower `properties.transaction.timeout.ms`, or raise `transaction.max.timeout.ms` of the brokers, which is 15 "
      "min "
      "unless told otherwise.");
}

// Runs one step of the transactional interface again while the library says that this may help.
template <class Step>
Status retried(const std::string& what, Step step, int steps_max = kStepsMax) {
  for (int i = 1;; ++i) {
    KafkaError error(step());
    if (!error) return Done{};
    if (rd_kafka_error_is_retriable(error.get()) == 0 || i == steps_max) return failure_of(error.get(), what);
  }
}

const char* at(const Outgoing& outgoing, uint64_t place) { return outgoing.bytes.data() + place; }

// Headers of one message, as append_frame stores them.
rd_kafka_headers_t* make_headers(std::string_view packed) {
  rd_kafka_headers_t* headers = rd_kafka_headers_new(4);
  auto take = [&](int32_t& size) {
    std::memcpy(&size, packed.data(), sizeof(size));
    packed.remove_prefix(sizeof(size));
    std::string_view text = packed.substr(0, size < 0 ? 0 : static_cast<size_t>(size));
    packed.remove_prefix(text.size());
    return text;
  };
  while (!packed.empty()) {
    int32_t name_size = 0, value_size = 0;
    std::string_view name = take(name_size);
    std::string_view value = take(value_size);
    rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()),
                        value_size < 0 ? nullptr : value.data(), static_cast<ssize_t>(value.size()));
  }
  return headers;
}

}  // namespace

Result<std::shared_ptr<Producer>> Producer::make(const Env& env, const ClientSettings& settings,
                                                 const std::string& topic) {
  SLUICE_TRY(std::shared_ptr<Client> client, Client::producer(env, settings));
  rd_kafka_topic_t* handle = topic.empty() ? nullptr : rd_kafka_topic_new(client->handle(), topic.c_str(), nullptr);
  if (handle == nullptr && !topic.empty())
    return fail(ErrorCode::BadOptionValue, "`{}` cannot be the name of a topic", topic);
  return std::shared_ptr<Producer>(new Producer(env, std::move(client), handle, topic));
}

// A transaction that nobody will commit is given up, so that its rows do not stand in the way of readers until it times
// out. Where it was prepared, recovery has its rows.
Producer::~Producer() {
  env_.executor->submit(Executor::Pool::Io, [client = std::move(client_), topic = topic_, others = std::move(others_),
                                             is_open = is_in_transaction_.load()] {
    if (is_open) KafkaError(rd_kafka_abort_transaction(client->handle(), kAbortTimeoutMs));
    for (const auto& [name, other] : others) rd_kafka_topic_destroy(other);
    if (topic != nullptr) rd_kafka_topic_destroy(topic);
  });
}

std::optional<Error> Producer::failure() const { return client_->events().delivery_failure(); }

Failure Producer::too_large(const OutgoingMessage& message, rd_kafka_resp_err_t error) const {
  int64_t size = std::max(message.key_size, 0) + int64_t{std::max(message.value_size, 0)};
  if (error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE) {  // No broker has said so.
    return fail(
        ErrorCode::MessageTooLarge,
        "a message of {} bytes cannot be written to topic `{}`: it is larger than `properties.max.request.size`", size,
        topic_name_);
  }
  return client_->failure(
      code_of(error), fmt::format("a message of {} bytes cannot be written to topic `{}`", size, topic_name_), error);
}

Result<rd_kafka_topic_t*> Producer::handle_of(std::string_view topic) {
  if (topic.empty() || topic == topic_name_) return topic_;
  auto found = others_.find(topic);
  if (found != others_.end()) return found->second;
  std::string name(topic);
  rd_kafka_topic_t* made = rd_kafka_topic_new(client_->handle(), name.c_str(), nullptr);
  if (made == nullptr) return fail(ErrorCode::BadOptionValue, "`{}` cannot be the name of a topic", name);
  others_.emplace(std::move(name), made);
  return made;
}

Status Producer::send(const Outgoing& outgoing, size_t& next) {
  Status sent = outgoing.is_plain ? send_plain(outgoing, next) : send_each(outgoing, next);
  rd_kafka_poll(client_->handle(), 0);
  return sent;
}

Status Producer::send_plain(const Outgoing& outgoing, size_t& next) {
  size_t count = outgoing.messages.size() - next;
  if (count == 0) return Done{};
  batch_.assign(count, rd_kafka_message_t{});
  for (size_t i = 0; i < count; ++i) {
    const OutgoingMessage& message = outgoing.messages[next + i];
    rd_kafka_message_t& out = batch_[i];
    out.partition = message.partition;
    if (message.key_size >= 0) {
      out.key = const_cast<char*>(at(outgoing, message.key_at));
      out.key_len = static_cast<size_t>(message.key_size);
    }
    if (message.value_size >= 0) {
      out.payload = const_cast<char*>(at(outgoing, message.value_at));
      out.len = static_cast<size_t>(message.value_size);
    }
  }
  int taken = rd_kafka_produce_batch(topic_, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY | RD_KAFKA_MSG_F_PARTITION,
                                     batch_.data(), static_cast<int>(count));
  if (static_cast<size_t>(taken) == count) {
    next += count;
    return Done{};
  }
  // Once the queue is full nothing behind is taken.
  for (size_t i = 0; i < count; ++i) {
    auto error = batch_[i].err;
    if (error == RD_KAFKA_RESP_ERR__QUEUE_FULL) break;
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return too_large(outgoing.messages[next], error);
    ++next;
  }
  return Done{};
}

Status Producer::send_each(const Outgoing& outgoing, size_t& next) {
  for (; next < outgoing.messages.size(); ++next) {
    const OutgoingMessage& message = outgoing.messages[next];
    SLUICE_TRY(rd_kafka_topic_t * topic, handle_of(outgoing.topic(message)));
    rd_kafka_headers_t* headers =
        message.headers_size == 0
            ? nullptr
            : make_headers(std::string_view(outgoing.bytes).substr(message.headers_at, message.headers_size));
    const char* key = message.key_size < 0 ? nullptr : at(outgoing, message.key_at);
    const char* value = message.value_size < 0 ? nullptr : at(outgoing, message.value_at);
    auto error = rd_kafka_producev(
        client_->handle(), RD_KAFKA_V_RKT(topic), RD_KAFKA_V_PARTITION(message.partition),
        RD_KAFKA_V_KEY(key, static_cast<size_t>(std::max(message.key_size, 0))),
        RD_KAFKA_V_VALUE(const_cast<char*>(value), static_cast<size_t>(std::max(message.value_size, 0))),
        RD_KAFKA_V_TIMESTAMP(message.timestamp_ms == OutgoingMessage::kNow ? 0 : message.timestamp_ms),
        RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR && headers != nullptr) rd_kafka_headers_destroy(headers);
    if (error == RD_KAFKA_RESP_ERR__QUEUE_FULL) return Done{};
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return too_large(message, error);
  }
  return Done{};
}

Status Producer::send_waiting(const Outgoing& outgoing, size_t& next) {
  if (auto failed = failure()) return Failure{*failed};
  SLUICE_DO(send(outgoing, next));
  if (next < outgoing.messages.size()) rd_kafka_poll(client_->handle(), kFullQueueWaitMs);
  return Done{};
}

Status Producer::flush() {
  for (int i = 0; i < kStepsMax; ++i) {
    auto error = rd_kafka_flush(client_->handle(), kStepTimeoutMs);
    if (auto failed = failure()) return Failure{*failed};
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return Done{};
  }
  return client_->failure(ErrorCode::ConnectorUnavailable,
                          fmt::format("messages for topic `{}` cannot be written", topic_name_),
                          RD_KAFKA_RESP_ERR__TIMED_OUT);
}

// The library goes on with it after the time-out; whoever asks again waits for the same.
Status Producer::begin_fence() {
  KafkaError error(rd_kafka_init_transactions(client_->handle(), kBeginTimeoutMs));
  if (!error || rd_kafka_error_is_retriable(error.get()) != 0) return Done{};
  return failure_of(error.get(), "transactions cannot be opened");
}

Status Producer::fence() {
  return retried(
      "transactions cannot be opened", [this] { return rd_kafka_init_transactions(client_->handle(), kStepTimeoutMs); },
      kFenceStepsMax);
}

Status Producer::begin() {
  SLUICE_DO(retried("a transaction cannot be begun", [this] { return rd_kafka_begin_transaction(client_->handle()); }));
  is_in_transaction_ = true;
  return Done{};
}

Status Producer::commit(const UsedId& used, const Marker& marker) {
  PartitionList list = make_partition_list(1);
  rd_kafka_topic_partition_t& entry = add(list, {used.topic, 0}, static_cast<int64_t>(marker.newest.checkpoint));
  std::string text = marker_text(marker);
  entry.metadata = strdup(text.c_str());  // NOLINT: freed by the list.
  entry.metadata_size = text.size();
  std::unique_ptr<rd_kafka_consumer_group_metadata_t, decltype(&rd_kafka_consumer_group_metadata_destroy)> metadata(
      rd_kafka_consumer_group_metadata_new(marker_group(used.id).c_str()), rd_kafka_consumer_group_metadata_destroy);
  SLUICE_FAULT("kafka.before_marker");
  SLUICE_DO(retried("the marker of a transaction cannot be written", [&] {
    return rd_kafka_send_offsets_to_transaction(client_->handle(), list.get(), metadata.get(), kStepTimeoutMs);
  }));
  SLUICE_FAULT("kafka.after_marker");
  SLUICE_DO(retried("a transaction cannot be committed",
                    [this] { return rd_kafka_commit_transaction(client_->handle(), kStepTimeoutMs); }));
  is_in_transaction_ = false;
  SLUICE_FAULT("kafka.after_commit");
  return Done{};
}

// Brokers that make topics by themselves do it when they are asked, and need a moment.
Result<uint32_t> Producer::partition_count(const std::string& topic) {
  for (int i = 1;; ++i) {
    bool may_come = false;
    auto count = ask_partition_count(topic, may_come);
    if (!may_come || i == kTopicTriesMax) return count;
    rd_kafka_poll(client_->handle(), kTopicWaitMs);
  }
}

Result<uint32_t> Producer::ask_partition_count(const std::string& topic_name, bool& may_come) {
  SLUICE_TRY(rd_kafka_topic_t * handle, handle_of(topic_name));
  const rd_kafka_metadata_t* metadata = nullptr;
  auto error = rd_kafka_metadata(client_->handle(), 0, handle, &metadata, kStepTimeoutMs);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return client_->failure(code_of(error), fmt::format("topic `{}` cannot be looked at", topic_name), error);
  }
  std::unique_ptr<const rd_kafka_metadata_t, decltype(&rd_kafka_metadata_destroy)> owned(metadata,
                                                                                         rd_kafka_metadata_destroy);
  for (const auto& topic : std::span(metadata->topics, static_cast<size_t>(metadata->topic_cnt))) {
    if (topic.err == RD_KAFKA_RESP_ERR_NO_ERROR) return static_cast<uint32_t>(topic.partition_cnt);
    may_come =
        topic.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART || topic.err == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE;
    if (topic.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) break;
    return client_->failure(code_of(topic.err), fmt::format("topic `{}` cannot be written", topic_name), topic.err);
  }
  return fail(ErrorCode::ConnectorUnavailable, "topic `{}` does not exist", topic_name);
}

}  // namespace sluice::runtime::kafka
