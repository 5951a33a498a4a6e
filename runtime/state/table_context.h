#pragma once
// What the tables of one task share.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/env/env.h"
#include "base/key_hash.h"
#include "base/result.h"
#include "runtime/checkpoint/snapshot_stream.h"
#include "runtime/state/state_memory.h"

namespace sluice::runtime {

class SpillStore;

// Numbers of the times between barriers. Rows that were changed in `frozen` and are not packed yet must be packed
// before their next change.
struct SnapshotEpochs {
  uint32_t current = 1;
  uint32_t frozen = 0;  // 0: nothing is frozen.
};

struct TableContext {
  Env env;
  StateMemory* memory = nullptr;
  SpillStore* spill = nullptr;  // Null: no eviction.
  uint32_t max_parallelism = 128;
  KeyGroupRange groups;
  uint64_t index_seed = 0;
  SnapshotEpochs epochs;
  std::shared_ptr<SnapshotStream> stream;  // Of the current epoch; null: the job takes no checkpoints.
  // What is restored counts as modified, because no segment of ours holds it.
  bool restored_is_modified = false;
  uint64_t next_owner = 1;

  bool tracks_changes() const { return stream != nullptr; }
};

// How long a piece of work on the task's thread may go on.
class WorkBudget {
 public:
  WorkBudget(const Clock& clock, int64_t budget_ns) : clock_(clock), deadline_ns_(clock.monotonic_ns() + budget_ns) {}
  bool is_spent() const { return clock_.monotonic_ns() >= deadline_ns_; }

 private:
  const Clock& clock_;
  int64_t deadline_ns_;
};

// Where the records of a block stand, while a table is restored.
struct RestoredBlock {
  const SegmentTable* table = nullptr;  // As the segment describes it.
  int64_t slice_end_ms = 0;
  std::string_view bytes;  // Verified.
  KeyGroupRange groups;    // Only these count.
};

// A table as its task's state sees it.
class StateTable {
 public:
  virtual ~StateTable() = default;
  virtual SegmentTable description() const = 0;
  // The context's epochs and stream are those of the next snapshot already.
  virtual void freeze() = 0;
  // True when nothing is left to pack.
  virtual bool pack_some(const WorkBudget& budget) = 0;

  // About so many rows will be restored.
  virtual void expect(uint64_t /*rows*/) {}
  // Blocks of earlier segments come first.
  virtual Status restore(const RestoredBlock& block) = 0;
  // Rows of other key groups stay.
  virtual void restore_drop(const SegmentDrop& drop, KeyGroupRange groups) = 0;

  virtual Status maintain(const WorkBudget&) { return Done{}; }
  virtual uint64_t entries() const = 0;
};

}  // namespace sluice::runtime
