#include "runtime/connectors/kafka/offsets.h"

#include <algorithm>
#include <functional>
#include <span>

#include "runtime/connectors/kafka/partition_list.h"

namespace sluice::runtime::kafka {
namespace {

constexpr int kTimeoutMs = 20'000;

struct MetadataDeleter {
  void operator()(const rd_kafka_metadata_t* metadata) const { rd_kafka_metadata_destroy(metadata); }
};
using Metadata = std::unique_ptr<const rd_kafka_metadata_t, MetadataDeleter>;

struct TopicDeleter {
  void operator()(rd_kafka_topic_t* topic) const { rd_kafka_topic_destroy(topic); }
};
using Topic = std::unique_ptr<rd_kafka_topic_t, TopicDeleter>;

Status add_partitions(const Client& client, const rd_kafka_metadata_topic_t& topic, std::vector<PartitionId>& out) {
  if (topic.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
    return fail(ErrorCode::ConnectorUnavailable, "topic `{}` does not exist", topic.topic);
  }
  if (topic.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return client.failure(code_of(topic.err), fmt::format("topic `{}` cannot be looked at", topic.topic), topic.err);
  }
  for (const auto& partition : std::span(topic.partitions, static_cast<size_t>(topic.partition_cnt))) {
    out.push_back({topic.topic, partition.id});
  }
  return Done{};
}

Result<Metadata> ask(const Client& client, rd_kafka_topic_t* only) {
  const rd_kafka_metadata_t* metadata = nullptr;
  auto error = rd_kafka_metadata(client.handle(), only == nullptr ? 1 : 0, only, &metadata, kTimeoutMs);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return client.failure(code_of(error), "the Kafka brokers cannot be asked for topics", error);
  }
  return Metadata(metadata);
}

Status add_topic(const Client& client, const std::string& name, std::vector<PartitionId>& out) {
  Topic topic(rd_kafka_topic_new(client.handle(), name.c_str(), nullptr));
  if (!topic) return fail(ErrorCode::BadOptionValue, "`{}` cannot be the name of a topic", name);
  SLUICE_TRY(Metadata metadata, ask(client, topic.get()));
  for (const auto& found : std::span(metadata->topics, static_cast<size_t>(metadata->topic_cnt))) {
    SLUICE_DO(add_partitions(client, found, out));
  }
  return Done{};
}

// The brokers' own, which no pattern means.
bool is_internal(std::string_view topic) {
  return topic == "__consumer_offsets" || topic == "__transaction_state" || topic == "__share_group_state" ||
         topic == "__cluster_metadata";
}

Status add_matching(const Client& client, const std::string& pattern, std::vector<PartitionId>& out) {
  SLUICE_TRY(std::shared_ptr<const Regex> regex, compile_topic_pattern(pattern));
  SLUICE_TRY(Metadata metadata, ask(client, nullptr));
  for (const auto& topic : std::span(metadata->topics, static_cast<size_t>(metadata->topic_cnt))) {
    RegexGroup match;
    if (is_internal(topic.topic) || !regex->find(topic.topic, 0, 0, match)) continue;
    SLUICE_DO(add_partitions(client, topic, out));
  }
  return Done{};
}

bool ask_anything(const Client& client) {
  const rd_kafka_metadata_t* metadata = nullptr;
  auto error = rd_kafka_metadata(client.handle(), 0, nullptr, &metadata, kTimeoutMs);
  Metadata owned(metadata);
  return error == RD_KAFKA_RESP_ERR_NO_ERROR;
}

PartitionList list_of(const std::vector<PartitionId>& partitions, int64_t offset) {
  PartitionList list = make_partition_list(partitions.size());
  for (const PartitionId& id : partitions) add(list, id, offset);
  return list;
}

Result<Offsets> offsets_in(const Client& client, const PartitionList& list) {
  Offsets out;
  for (const auto& entry : std::span(list->elems, static_cast<size_t>(list->cnt))) {
    if (entry.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return client.failure(code_of(entry.err),
                            fmt::format("offsets of `{}`, partition {}, are not known", entry.topic, entry.partition),
                            entry.err);
    }
    if (entry.offset >= 0) out[{entry.topic, entry.partition}] = entry.offset;
  }
  return out;
}

// The logical offsets -1 and -2 are times as well, to brokers: the end and the beginning.
Result<Offsets> look_up(const Client& client, const std::vector<PartitionId>& partitions, int64_t time) {
  if (partitions.empty()) return Offsets{};
  PartitionList list = list_of(partitions, time);
  auto error = rd_kafka_offsets_for_times(client.handle(), list.get(), kTimeoutMs);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return client.failure(code_of(error), "the Kafka brokers cannot be asked for offsets", error);
  }
  return offsets_in(client, list);
}

}  // namespace

Result<std::shared_ptr<const Regex>> compile_topic_pattern(const std::string& pattern) {
  auto regex = Regex::compile("\\A(?:" + pattern + ")\\z");
  if (!regex) return fail(ErrorCode::BadOptionValue, "option `topic-pattern` cannot be `{}`", pattern);
  return regex;
}

Result<std::vector<PartitionId>> list_partitions(const Client& client, const TopicChoice& choice, bool* is_answered) {
  std::vector<PartitionId> out;
  if (is_answered != nullptr) {
    *is_answered = ask_anything(client);
    if (!*is_answered) return fail(ErrorCode::ConnectorUnavailable, "the Kafka brokers do not answer");
  }
  if (!choice.pattern.empty()) SLUICE_DO(add_matching(client, choice.pattern, out));
  for (const std::string& topic : choice.topics) SLUICE_DO(add_topic(client, topic, out));
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

Result<Offsets> latest_offsets(const Client& client, const std::vector<PartitionId>& partitions) {
  return look_up(client, partitions, RD_KAFKA_OFFSET_END);
}

Result<Offsets> offsets_at(const Client& client, const std::vector<PartitionId>& partitions, int64_t timestamp_ms) {
  SLUICE_TRY(Offsets found, look_up(client, partitions, timestamp_ms));
  std::vector<PartitionId> without;
  for (const PartitionId& id : partitions) {
    if (!found.contains(id)) without.push_back(id);
  }
  SLUICE_TRY(Offsets latest, latest_offsets(client, without));
  found.merge(latest);
  return found;
}

Result<Offsets> committed_offsets(const Client& client, const std::vector<PartitionId>& partitions) {
  if (partitions.empty()) return Offsets{};
  PartitionList list = list_of(partitions, RD_KAFKA_OFFSET_INVALID);
  auto error = rd_kafka_committed(client.handle(), list.get(), kTimeoutMs);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return client.failure(code_of(error), "the Kafka brokers cannot be asked for the offsets of the group", error);
  }
  return offsets_in(client, list);
}

}  // namespace sluice::runtime::kafka
