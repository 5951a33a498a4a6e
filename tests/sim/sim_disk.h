#pragma once
// What a run puts on its disk and finds there: input files, the sink's files, checkpoints.
#include <optional>
#include <string>
#include <vector>

#include "runtime/operators/operator.h"
#include "tests/sim/events.h"
#include "tests/sim/memory_file_system.h"
#include "tests/sim/visible_table.h"

namespace sluice::sim {

constexpr const char* kCheckpoints = "/checkpoints";
constexpr const char* kSavepoints = "/savepoints";

// A CSV file per partition.
void write_input_files(MemoryFileSystem& disk, const std::string& directory, const Partitions& partitions);

// The rows of all files that are not hidden, each with the values of its partition behind it.
Table read_visible_files(MemoryFileSystem& disk, const std::string& directory);

struct NewestCheckpoint {
  runtime::CheckpointId id = 0;
  std::string path;
  std::vector<std::string> own_files;  // That no other checkpoint needs.
  bool is_alone = false;
};
// Paths of all checkpoints and savepoints, in order.
std::vector<std::string> all_checkpoints(MemoryFileSystem& disk, const std::string& job);
// Nothing when there is none.
std::optional<NewestCheckpoint> newest_checkpoint(MemoryFileSystem& disk, const std::string& job);

}  // namespace sluice::sim
