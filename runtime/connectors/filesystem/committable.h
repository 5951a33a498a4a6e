#pragma once
// What the filesystem sink puts into a manifest: one per subtask and checkpoint.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "runtime/operators/operator.h"

namespace sluice::runtime::filesystem {

struct StagedFile {
  std::string staged;       // Relative to the table's directory, the staging directory in front.
  std::string destination;  // Relative to the table's directory.
  uint64_t bytes = 0;       // Its length at the checkpoint; a file that is still being written grows on.
};

struct Committable {
  std::string staging;  // Name of the staging directory.
  TimestampMs watermark = kWatermarkMin;
  std::vector<StagedFile> finished;     // To be published with this checkpoint.
  std::vector<StagedFile> in_progress;  // Published when finished; after a crash, as long as they were.
  std::vector<std::string> partitions;  // That got data since the checkpoint before.
};

std::string encode(const Committable& committable);
Result<Committable> decode(std::string_view text);

}  // namespace sluice::runtime::filesystem
