#include "runtime/connectors/kafka/message_metadata.h"

#include <algorithm>
#include <utility>

#include "catalog/types/column_value.h"

namespace sluice::runtime::kafka {
namespace {

constexpr std::pair<std::string_view, MetadataKey> kKeys[] = {{"topic", MetadataKey::Topic},
                                                              {"partition", MetadataKey::Partition},
                                                              {"headers", MetadataKey::Headers},
                                                              {"leader-epoch", MetadataKey::LeaderEpoch},
                                                              {"offset", MetadataKey::Offset},
                                                              {"timestamp", MetadataKey::Timestamp},
                                                              {"timestamp-type", MetadataKey::TimestampType}};

bool delivers(MetadataKey key, const Type& type) {
  switch (key) {
    case MetadataKey::Topic:
    case MetadataKey::TimestampType:
      return type.is(TypeRoot::VarChar);
    case MetadataKey::Partition:
    case MetadataKey::LeaderEpoch:
      return type.is(TypeRoot::Int);
    case MetadataKey::Offset:
      return type.is(TypeRoot::BigInt);
    case MetadataKey::Timestamp:
      return type.is(TypeRoot::TimestampLtz) && type.precision() == 3;
    case MetadataKey::Headers:
      return type.is(TypeRoot::Map) && type.child(0).is(TypeRoot::VarChar) && type.child(1).is(TypeRoot::VarBinary);
  }
  return false;
}

Value headers_of(const rd_kafka_message_t& message) {
  ValueMap entries;
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return Value::map({});
  const char* name = nullptr;
  const void* value = nullptr;
  size_t size = 0;
  for (size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++i) {
    Value key{std::string(name)};
    Value bytes = value == nullptr ? Value::null() : Value{std::string(static_cast<const char*>(value), size)};
    // The last of several headers with one name is what a map has.
    auto known = std::find_if(entries.begin(), entries.end(), [&](const auto& entry) { return entry.first == key; });
    if (known != entries.end()) {
      known->second = std::move(bytes);
    } else {
      entries.emplace_back(std::move(key), std::move(bytes));
    }
  }
  return Value::map(std::move(entries));
}

Value time_of(const rd_kafka_message_t& message) {
  rd_kafka_timestamp_type_t kind{};
  return {int64_t{rd_kafka_message_timestamp(&message, &kind)}};
}

std::string_view time_type_of(const rd_kafka_message_t& message) {
  rd_kafka_timestamp_type_t kind{};
  rd_kafka_message_timestamp(&message, &kind);
  if (kind == RD_KAFKA_TIMESTAMP_CREATE_TIME) return "CreateTime";
  return kind == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME ? "LogAppendTime" : "NoTimestampType";
}

Value value_of(const MetadataColumn& column, const rd_kafka_message_t& message) {
  switch (column.key) {
    case MetadataKey::Topic:
      return {std::string(rd_kafka_topic_name(message.rkt))};
    case MetadataKey::Partition:
      return {int64_t{message.partition}};
    case MetadataKey::Offset:
      return {int64_t{message.offset}};
    case MetadataKey::LeaderEpoch:
      return Value::null();  // librdkafka 2.0 keeps it to itself.
    case MetadataKey::Timestamp:
      return time_of(message);
    case MetadataKey::TimestampType:
      return {std::string(time_type_of(message))};
    case MetadataKey::Headers:
      return headers_of(message);
  }
  return Value::null();
}

}  // namespace

Result<MetadataColumn> metadata_column(const std::string& key, const Type& type, uint32_t output) {
  for (const auto& [name, candidate] : kKeys) {
    if (name != key) continue;
    if (delivers(candidate, type)) return MetadataColumn{candidate, type, output};
    return fail(ErrorCode::InvalidJobGraph, "metadata `{}` does not come as {}", key, type.to_string());
  }
  return fail(ErrorCode::BadOptionValue, "there is no metadata `{}`", key);
}

void put_metadata(const MetadataColumn& column, const rd_kafka_message_t& message, MutableColumn& out, uint32_t row,
                  KernelContext& context) {
  put_value(out, column.type, row, value_of(column, message), context);
}

}  // namespace sluice::runtime::kafka
