#pragma once
// What a checkpoint knows about the state of one task: which segment files hold it, and its operator lists. Handles are
// part of the manifest.
#include <cstdint>
#include <string>
#include <vector>

#include "base/key_hash.h"

namespace sluice::runtime {

// A part of one segment file (runtime/checkpoint/segment_reader.h). Segments are written once and shared by all
// checkpoints whose manifests name them.
struct SegmentRef {
  std::string file;       // Name in the directory `shared` of the job's checkpoints.
  uint64_t bytes = 0;     // Of the whole file.
  uint64_t checksum = 0;  // Of its footer, which holds the checksums of all blocks.
  KeyGroupRange groups;   // Only these key groups of the file count.
  bool operator==(const SegmentRef&) const = default;
};

// Operator list state of one subtask.
struct OperatorList {
  std::string uid;
  std::string name;
  std::vector<std::string> entries;
  bool operator==(const OperatorList&) const = default;
};

// The state of one task (fragment and subtask) at a barrier.
struct TaskStateHandle {
  uint32_t fragment = 0;
  uint32_t subtask = 0;
  KeyGroupRange groups;
  std::vector<SegmentRef> segments;  // Oldest first: a later one wins.
  std::vector<OperatorList> lists;
  bool operator==(const TaskStateHandle&) const = default;
};

}  // namespace sluice::runtime
