#include "runtime/connectors/kafka/topic_view.h"

#include <algorithm>
#include <span>

#include "runtime/connectors/kafka/client.h"
#include "runtime/connectors/kafka/client_properties.h"
#include "runtime/connectors/kafka/producer.h"

namespace sluice::runtime::kafka {
namespace {

constexpr int kTimeoutMs = 10'000;
constexpr int kPollMs = 200;

struct MetadataDeleter {
  void operator()(const rd_kafka_metadata_t* metadata) const { rd_kafka_metadata_destroy(metadata); }
};
using Metadata = std::unique_ptr<const rd_kafka_metadata_t, MetadataDeleter>;

struct MessageDeleter {
  void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
};

TopicInfo info_of(const rd_kafka_metadata_topic_t& topic) {
  TopicInfo info{topic.topic, {}};
  for (const auto& partition : std::span(topic.partitions, static_cast<size_t>(topic.partition_cnt))) {
    info.partitions.push_back({partition.id, partition.leader, 0, 0});
  }
  std::ranges::sort(info.partitions, {}, &PartitionInfo::id);
  return info;
}

std::optional<std::string> bytes_of(const void* bytes, size_t size) {
  if (bytes == nullptr) return {};
  return std::string(static_cast<const char*>(bytes), size);
}

TopicMessage copy_of(const rd_kafka_message_t& message) {
  TopicMessage copy{message.partition,
                    message.offset,
                    rd_kafka_message_timestamp(&message, nullptr),
                    bytes_of(message.key, message.key_len),
                    bytes_of(message.payload, message.len),
                    {}};
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return copy;
  const char* name = nullptr;
  const void* value = nullptr;
  size_t size = 0;
  for (size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++i) {
    copy.headers.emplace_back(name, bytes_of(value, size));
  }
  return copy;
}

Outgoing outgoing_of(const std::vector<TopicMessage>& messages) {
  Outgoing out;
  auto add = [&](const std::optional<std::string>& part, uint64_t& at, int32_t& size) {
    at = out.bytes.size();
    if (!part) return;
    size = static_cast<int32_t>(part->size());
    out.bytes += *part;
  };
  for (const TopicMessage& from : messages) {
    OutgoingMessage& message = out.messages.emplace_back();
    add(from.key, message.key_at, message.key_size);
    add(from.value, message.value_at, message.value_size);
    message.headers_at = out.bytes.size();
    for (const auto& [name, value] : from.headers) append_header(name, value, out.bytes);
    message.headers_size = static_cast<uint32_t>(out.bytes.size() - message.headers_at);
    out.is_plain &= message.headers_size == 0;
  }
  return out;
}

// Partitions that are being read into one queue.
class Reading {
 public:
  Reading(rd_kafka_t* handle, const std::string& topic)
      : topic_(rd_kafka_topic_new(handle, topic.c_str(), nullptr)), queue_(rd_kafka_queue_new(handle)) {}
  ~Reading() {
    for (int32_t partition : partitions_) rd_kafka_consume_stop(topic_, partition);
    rd_kafka_queue_destroy(queue_);
    rd_kafka_topic_destroy(topic_);
  }
  Reading(const Reading&) = delete;

  bool start(int32_t partition, int64_t offset) {
    if (rd_kafka_consume_start_queue(topic_, partition, offset, queue_) != 0) return false;
    partitions_.push_back(partition);
    return true;
  }
  std::unique_ptr<rd_kafka_message_t, MessageDeleter> next() {
    return std::unique_ptr<rd_kafka_message_t, MessageDeleter>(rd_kafka_consume_queue(queue_, kPollMs));
  }
  size_t size() const { return partitions_.size(); }

 private:
  rd_kafka_topic_t* topic_;
  rd_kafka_queue_t* queue_;
  std::vector<int32_t> partitions_;
};

}  // namespace

int64_t TopicInfo::offsets() const {
  int64_t sum = 0;
  for (const PartitionInfo& partition : partitions) sum += partition.end - partition.begin;
  return sum;
}

Result<std::unique_ptr<TopicView>> TopicView::open(const Env& env,
                                                   const std::map<std::string, std::string>& properties) {
  SLUICE_TRY(ClientSettings settings, translate_properties(properties));
  settings.emplace("isolation.level", "read_committed");
  settings["enable.partition.eof"] = "true";
  settings["enable.auto.commit"] = "false";
  SLUICE_TRY(std::shared_ptr<Client> client, Client::consumer(env, settings));
  return std::unique_ptr<TopicView>(new TopicView(std::move(client)));
}

TopicView::~TopicView() = default;

Result<std::vector<TopicInfo>> TopicView::topics() {
  const rd_kafka_metadata_t* found = nullptr;
  auto error = rd_kafka_metadata(client_->handle(), 1, nullptr, &found, kTimeoutMs);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return client_->failure(code_of(error), "the Kafka brokers cannot be asked for topics", error);
  }
  Metadata metadata(found);
  std::vector<TopicInfo> topics;
  for (const auto& topic : std::span(metadata->topics, static_cast<size_t>(metadata->topic_cnt))) {
    topics.push_back(info_of(topic));
    SLUICE_DO(look_at_ends(topics.back()));
  }
  std::ranges::sort(topics, {}, &TopicInfo::name);
  return topics;
}

Result<TopicInfo> TopicView::topic(const std::string& name) {
  SLUICE_TRY(std::vector<TopicInfo> all, topics());
  auto found = std::ranges::find(all, name, &TopicInfo::name);
  if (found == all.end()) return fail(ErrorCode::ConnectorUnavailable, "topic `{}` does not exist", name);
  return std::move(*found);
}

Status TopicView::look_at_ends(TopicInfo& topic) {
  for (PartitionInfo& partition : topic.partitions) {
    auto error = rd_kafka_query_watermark_offsets(client_->handle(), topic.name.c_str(), partition.id, &partition.begin,
                                                  &partition.end, kTimeoutMs);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return client_->failure(code_of(error),
                              fmt::format("`{}`, partition {}, cannot be looked at", topic.name, partition.id), error);
    }
  }
  return Done{};
}

Status TopicView::read(const TopicInfo& topic, const TopicRange& range, const std::function<bool(TopicMessage)>& take) {
  Reading reading(client_->handle(), topic.name);
  for (const PartitionInfo& partition : topic.partitions) {
    int64_t left = range.last ? static_cast<int64_t>(std::min<uint64_t>(*range.last, INT64_MAX)) : INT64_MAX;
    int64_t begin = partition.end - partition.begin > left ? partition.end - left : partition.begin;
    if (reading.start(partition.id, begin)) continue;
    auto error = rd_kafka_last_error();
    return client_->failure(code_of(error), fmt::format("`{}`, partition {}, cannot be read", topic.name, partition.id),
                            error);
  }
  std::vector<int32_t> at_end;
  while (range.follows || at_end.size() < reading.size()) {
    auto message = reading.next();
    if (!message) continue;
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      if (std::ranges::find(at_end, message->partition) == at_end.end()) at_end.push_back(message->partition);
      continue;
    }
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return client_->failure(code_of(message->err), fmt::format("topic `{}` cannot be read", topic.name),
                              message->err);
    }
    if (!take(copy_of(*message))) return Done{};
  }
  return Done{};
}

Status copy_messages(const Env& env, const std::map<std::string, std::string>& properties, const std::string& topic,
                     const std::vector<TopicMessage>& messages) {
  SLUICE_TRY(ClientSettings settings, producer_settings(properties));
  SLUICE_TRY(auto producer, Producer::make(env, settings, topic));
  SLUICE_TRY([[maybe_unused]] uint32_t partitions, producer->partition_count());
  Outgoing outgoing = outgoing_of(messages);
  for (size_t next = 0; next < outgoing.messages.size();) SLUICE_DO(producer->send_waiting(outgoing, next));
  return producer->flush();
}

}  // namespace sluice::runtime::kafka
