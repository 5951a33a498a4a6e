#pragma once
// Which partitions there are, and which offsets stand for "the latest", "what the group has read" or a time. All calls
// ask brokers and block: Io pool.
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "catalog/functions/regex.h"

#include "runtime/connectors/kafka/client.h"
#include "runtime/connectors/kafka/partition_position.h"

namespace sluice::runtime::kafka {

struct TopicChoice {
  std::vector<std::string> topics;
  std::string pattern;  // Instead of a list; a name matches as a whole.
};

// `topic-pattern` of a table.
Result<std::shared_ptr<const Regex>> compile_topic_pattern(const std::string& pattern);

// Sorted. A topic of the list that does not exist is a failure; a pattern may match none.
// `is_answered` says whether brokers answered at all.
Result<std::vector<PartitionId>> list_partitions(const Client& client, const TopicChoice& choice,
                                                 bool* is_answered = nullptr);

using Offsets = std::map<PartitionId, int64_t>;

Result<Offsets> latest_offsets(const Client& client, const std::vector<PartitionId>& partitions);
// Of the first message that is not older; the latest offset where there is none.
Result<Offsets> offsets_at(const Client& client, const std::vector<PartitionId>& partitions, int64_t timestamp_ms);
// Partitions for which the client's group has committed nothing are left out.
Result<Offsets> committed_offsets(const Client& client, const std::vector<PartitionId>& partitions);

}  // namespace sluice::runtime::kafka
