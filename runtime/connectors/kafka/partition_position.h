#pragma once
// How far a partition has been read, as it stands in checkpoints.
#include <cstdint>
#include <string>

#include "base/result.h"
#include "runtime/connectors/connector.h"

namespace sluice::runtime::kafka {

struct PartitionId {
  std::string topic;
  int32_t partition = 0;
  auto operator<=>(const PartitionId&) const = default;
};

struct PartitionPosition {
  static constexpr int64_t kNoEnd = -1;
  static constexpr int64_t kBeginning = -2;  // Whatever the first offset is that the broker still has.

  int64_t offset = kBeginning;  // Of the message that is next.
  uint64_t rows = 0;            // Of its rows, so many were handed out before.
  int64_t end = kNoEnd;         // Reading ends before this offset.
};

// Ids are "topic:partition", positions "offset:rows:end".
Split split_of(const PartitionId& id, const PartitionPosition& position);
std::string encode(const PartitionPosition& position);
Result<PartitionId> partition_of(const Split& split);
Result<PartitionPosition> position_of(const Split& split);

}  // namespace sluice::runtime::kafka
