#pragma once
// Everything that has to be done with files and connectors before an attempt's tasks may start. Blocks: Io pool.
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/checkpoint/checkpoint_directory.h"
#include "runtime/job/checkpoint_coordinator.h"
#include "runtime/job/deployment.h"
#include "runtime/job/job_plan.h"

namespace sluice::runtime {

struct PreparedAttempt {
  std::shared_ptr<const JobPlan> plan;             // With the id of the job whose checkpoint is continued.
  std::shared_ptr<CheckpointDirectory> directory;  // Null: the job takes no checkpoints.
  std::unique_ptr<FileLock> lock;                  // On the directory, unless an attempt before took it.
  std::shared_ptr<const RestoreSource> restore;
  CheckpointId next_id = 1;
  SinkTable sinks;
  std::map<std::string, std::vector<std::string>> kept;  // By uid; see SinkRestore.
  SourceTable sources;
  std::map<uint32_t, SplitList> splits;
  std::vector<std::string> warnings;
};

struct AttemptStart {
  EngineOptions engine;
  std::shared_ptr<const JobPlan> plan;
  std::shared_ptr<JobMemory> memory;
  uint64_t attempt = 0;
  // False until an attempt has got as far as to choose what the job starts from.
  bool has_chosen = false;
  // What it chose, for attempts that find no checkpoint of this run; and the least id that such a checkpoint has. One
  // whose publishing failed is there, too, though nobody has counted it as completed.
  std::shared_ptr<const RestoreSource> initial;
  CheckpointId own_from = 0;
  bool holds_lock = false;
  bool has_completed = false;  // A checkpoint, so that one must be there.
};

// Chooses the checkpoint; publishes what it holds once more, because a crash may have come between manifest and
// publish; lets sinks remove what later checkpoints left behind; enumerates sources.
Result<PreparedAttempt> prepare_attempt(const AttemptStart& start);

}  // namespace sluice::runtime
