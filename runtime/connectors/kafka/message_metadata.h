#pragma once
// Metadata columns of messages that are read: topic, partition, offset, time, headers.
#include <librdkafka/rdkafka.h>

#include <string>
#include <vector>

#include "base/kernel_context.h"
#include "base/result.h"
#include "catalog/types/type.h"
#include "catalog/types/value.h"

namespace sluice::runtime::kafka {

enum class MetadataKey : uint8_t { Topic, Partition, Headers, LeaderEpoch, Offset, Timestamp, TimestampType };

struct MetadataColumn {
  MetadataKey key{};
  Type type;
  uint32_t output = 0;  // Which column of the rows.
};

// Any other type than the key's own is refused: the plan casts.
Result<MetadataColumn> metadata_column(const std::string& key, const Type& type, uint32_t output);

void put_metadata(const MetadataColumn& column, const rd_kafka_message_t& message, MutableColumn& out, uint32_t row,
                  KernelContext& context);

}  // namespace sluice::runtime::kafka
