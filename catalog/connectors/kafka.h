#pragma once
// Options of the `kafka` source and sink, and of `upsert-kafka`, both ways.
#include <optional>
#include <string>
#include <vector>

#include "catalog/connectors/connectors.h"

namespace sluice {

enum class KafkaStartup : uint8_t { Earliest, Latest, GroupOffsets, Timestamp, SpecificOffsets };
inline constexpr std::pair<std::string_view, KafkaStartup> kKafkaStartups[] = {
    {"earliest-offset", KafkaStartup::Earliest},
    {"latest-offset", KafkaStartup::Latest},
    {"group-offsets", KafkaStartup::GroupOffsets},
    {"timestamp", KafkaStartup::Timestamp},
    {"specific-offsets", KafkaStartup::SpecificOffsets}};
constexpr const auto& names_of(KafkaStartup) { return kKafkaStartups; }

enum class KafkaBound : uint8_t { Unbounded, Latest, GroupOffsets, Timestamp, SpecificOffsets };
inline constexpr std::pair<std::string_view, KafkaBound> kKafkaBounds[] = {
    {"unbounded", KafkaBound::Unbounded},
    {"latest-offset", KafkaBound::Latest},
    {"group-offsets", KafkaBound::GroupOffsets},
    {"timestamp", KafkaBound::Timestamp},
    {"specific-offsets", KafkaBound::SpecificOffsets}};
constexpr const auto& names_of(KafkaBound) { return kKafkaBounds; }

enum class KafkaDelivery : uint8_t { None, AtLeastOnce, ExactlyOnce };
inline constexpr std::pair<std::string_view, KafkaDelivery> kKafkaDeliveries[] = {
    {"none", KafkaDelivery::None},
    {"at-least-once", KafkaDelivery::AtLeastOnce},
    {"exactly-once", KafkaDelivery::ExactlyOnce}};
constexpr const auto& names_of(KafkaDelivery) { return kKafkaDeliveries; }

enum class KafkaFieldsInclude : uint8_t { All, ExceptKey };
inline constexpr std::pair<std::string_view, KafkaFieldsInclude> kKafkaFieldsIncludes[] = {
    {"ALL", KafkaFieldsInclude::All}, {"EXCEPT_KEY", KafkaFieldsInclude::ExceptKey}};
constexpr const auto& names_of(KafkaFieldsInclude) { return kKafkaFieldsIncludes; }

// Of both connectors.
struct KafkaOptions {
  std::string topic;  // A list, separated by semicolons.
  std::string topic_pattern;
  std::string bootstrap_servers;
  std::string key_format, value_format;
  std::string key_fields_prefix;
  KafkaFieldsInclude value_fields = KafkaFieldsInclude::All;
  KafkaBound bound = KafkaBound::Unbounded;
  std::string bound_offsets;
  int64_t bound_timestamp_ms = -1;
  Milliseconds discovery_interval{5 * 60'000};
  KafkaDelivery delivery = KafkaDelivery::AtLeastOnce;
  std::string transactional_id_prefix;
  std::string transaction_naming;
  int64_t scan_parallelism = 0;
  int64_t sink_parallelism = 0;

  static void fields(auto& self, auto&& v) {
    v.optional("topic", self.topic, "Topics to read or to write, separated by `;`.");
    v.optional("topic-pattern", self.topic_pattern, "Regular expression of topics to read.");
    v.required("properties.bootstrap.servers", self.bootstrap_servers, "host:port of brokers, separated by commas.");
    v.optional("key.format", self.key_format, "Format of the messages' keys.");
    v.optional("key.fields-prefix", self.key_fields_prefix, "What the names of key columns begin with in the table.");
    v.optional("value.format", self.value_format, "Format of the messages' values; `format` is the same.");
    v.optional("value.fields-include", self.value_fields, "Whether key columns stand in the value, too.");
    v.optional("scan.bounded.mode", self.bound, "Where reading ends.");
    v.optional("scan.bounded.specific-offsets", self.bound_offsets, "partition:0,offset:42;partition:1,offset:300");
    v.optional("scan.bounded.timestamp-millis", self.bound_timestamp_ms, "Milliseconds since 1970.");
    v.optional("scan.topic-partition-discovery.interval", self.discovery_interval,
               "Period of the search for new partitions; 0 is never.");
    v.optional("scan.parallelism", self.scan_parallelism, "Subtasks of the source; else as many as the job has.");
    v.optional("sink.parallelism", self.sink_parallelism, "Subtasks of the sink; else as many as the job has.");
    v.optional("sink.delivery-guarantee", self.delivery, "What a failure may do to rows that are written.");
    v.optional("sink.transactional-id-prefix", self.transactional_id_prefix,
               "Begins the names of transactions; unique among the applications of a cluster.");
    v.optional("sink.transaction-naming-strategy", self.transaction_naming, "Has no effect here.");
  }
};

// Of `kafka` only.
struct KafkaTableOptions {
  std::string format;
  std::string key_fields;
  KafkaStartup startup = KafkaStartup::GroupOffsets;
  std::string startup_offsets;
  int64_t startup_timestamp_ms = -1;
  std::string partitioner = "default";

  static void fields(auto& self, auto&& v) {
    v.optional("format", self.format, "Format of the messages' values.");
    v.optional("key.fields", self.key_fields, "Columns of the key, separated by `;`.");
    v.optional("scan.startup.mode", self.startup, "Where reading begins.");
    v.optional("scan.startup.specific-offsets", self.startup_offsets, "partition:0,offset:42;partition:1,offset:300");
    v.optional("scan.startup.timestamp-millis", self.startup_timestamp_ms, "Milliseconds since 1970.");
    v.optional("sink.partitioner", self.partitioner, "default, fixed or round-robin.");
  }
};

// Of `upsert-kafka` only.
struct UpsertKafkaOptions {
  int64_t flush_rows_max = 0;
  Milliseconds flush_interval{0};

  static void fields(auto& self, auto&& v) {
    v.optional("sink.buffer-flush.max-rows", self.flush_rows_max,
               "Changes that are held back to merge those of a key.");
    v.optional("sink.buffer-flush.interval", self.flush_interval, "How long they are held back at most.");
  }
};

// `a;b` as its parts.
std::vector<std::string> split_list(std::string_view list);

struct PartitionOffset {
  int64_t partition = 0;
  int64_t offset = 0;
};
// `partition:0,offset:42;partition:1,offset:300`; nothing when it is malformed.
std::optional<std::vector<PartitionOffset>> parse_partition_offsets(std::string_view text);

// The first of the producer's properties (without `properties.`) that does not go with an idempotent producer, which
// sees to it that nothing is written twice and in another order when brokers fail; empty: none. Transactions need one.
std::string property_against_idempotence(const std::map<std::string, std::string>& properties);

ConnectorDecl kafka_decl();
ConnectorDecl upsert_kafka_decl();

}  // namespace sluice
