#pragma once
// The state of one task: of every operator that runs in it, with snapshots, restore and eviction. Touched by the task's
// thread only; what runs on Executor::Pool::State is hidden behind it.
//
// Life: create -> operators open and ask for tables (filled from `restore` then) -> for every event: operators run,
// then `maintain` -> at barrier N: `freeze(N)`, then `pack_some` between events until it says true.
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "base/env/env.h"
#include "base/key_hash.h"
#include "base/result.h"
#include "runtime/checkpoint/checkpoint_directory.h"
#include "runtime/operators/operator.h"
#include "runtime/state/state_tables.h"

namespace sluice::runtime {

class StateMemory;  // runtime/state/state_memory.h

struct TaskStateOptions {
  Env env;
  StateMemory* memory = nullptr;  // Of the job; outlives every TaskState.
  std::string shared_directory;   // CheckpointDirectory::shared(); empty: the job takes no checkpoints.
  std::string spill_directory;    // For evicted entries. Empty: no eviction.
  uint64_t attempt = 0;           // Of the job: makes file names unique across restarts.
  uint32_t fragment = 0;
  uint32_t subtask = 0;
  KeyGroupRange groups;
  uint32_t max_parallelism = 128;
  // Of the operators that run in it: their tables are its part of `restore`. Empty: all tables are.
  std::set<std::string> uids;
  std::shared_ptr<const RestoreSource> restore;  // Null: starts empty.
};

class TaskState {
 public:
  static Result<std::unique_ptr<TaskState>> create(TaskStateOptions options);
  virtual ~TaskState() = default;

  // The tables of an operator; the same object for the same uid.
  virtual OperatorState& operator_state(const std::string& uid) = 0;

  // Right after every operator's on_barrier returned Done. Constant time. `done` is called once, on any thread, when
  // all state as of now survives a crash, or with the cause when it could not be written; it must only post. It is not
  // called any more when the TaskState is gone. One snapshot at a time. After a failure the job has to restart.
  virtual Status freeze(CheckpointId id, std::function<void(Result<TaskStateHandle>)> done) = 0;
  // Packs frozen entries for about `budget_ns` (a millisecond at most, between two events). True when nothing is left
  // to pack; cheap to call then. May return false without progress while the disk is behind.
  virtual bool pack_some(int64_t budget_ns) = 0;

  // Between two events: evicts while the job is over its memory budget, removes expired entries. Cheap when there is
  // nothing to do.
  virtual Status maintain(int64_t budget_ns) = 0;

  virtual uint64_t entries() const = 0;  // In memory and evicted, all value tables.
};

}  // namespace sluice::runtime
