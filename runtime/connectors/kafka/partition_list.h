#pragma once
// librdkafka's list of partitions with offsets, owned.
#include <librdkafka/rdkafka.h>

#include <memory>
#include <vector>

#include "runtime/connectors/kafka/partition_position.h"

namespace sluice::runtime::kafka {

struct PartitionListDeleter {
  void operator()(rd_kafka_topic_partition_list_t* list) const { rd_kafka_topic_partition_list_destroy(list); }
};
using PartitionList = std::unique_ptr<rd_kafka_topic_partition_list_t, PartitionListDeleter>;

inline PartitionList make_partition_list(size_t capacity) {
  return PartitionList(rd_kafka_topic_partition_list_new(static_cast<int>(capacity)));
}

inline rd_kafka_topic_partition_t& add(PartitionList& list, const PartitionId& id, int64_t offset) {
  rd_kafka_topic_partition_t* entry = rd_kafka_topic_partition_list_add(list.get(), id.topic.c_str(), id.partition);
  entry->offset = offset;
  return *entry;
}

}  // namespace sluice::runtime::kafka
