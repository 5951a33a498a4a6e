#pragma once
// The manifest makes a checkpoint: it is complete when this file is written, synced and renamed, and not before.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "runtime/checkpoint/state_handle.h"
#include "runtime/operators/operator.h"

namespace sluice::runtime {

// What a sink prepared at the barrier; published after the manifest is durable.
struct PreparedSink {
  std::string uid;
  std::vector<std::string> committables;  // Of all subtasks.
  bool operator==(const PreparedSink&) const = default;
};

struct Manifest {
  static constexpr uint32_t kVersion = 1;

  CheckpointId id = 0;
  std::string job_name;
  std::string job_id;
  int64_t created_wall_ms = 0;
  uint32_t parallelism = 1;
  uint32_t max_parallelism = 128;
  uint32_t key_hash_version = kKeyHashVersion;
  bool is_savepoint = false;  // The handles name savepoint files then (savepoint.h).
  bool is_final = false;      // The last one of a bounded job: nothing is left to do but to publish.
  std::string job_graph;      // As planner/jobgraph/codec.h writes it.
  std::vector<TaskStateHandle> tasks;
  std::vector<PreparedSink> sinks;

  bool operator==(const Manifest&) const = default;
};

std::string encode(const Manifest& manifest);
// CorruptCheckpoint unless every byte is as it was written.
Result<Manifest> decode_manifest(std::string_view bytes);

}  // namespace sluice::runtime
