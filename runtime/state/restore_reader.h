#pragma once
// What a task starts from: the blocks of its key groups, from the segments of a checkpoint or from a savepoint.
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "runtime/checkpoint/checkpoint_directory.h"
#include "runtime/checkpoint/segment_reader.h"
#include "runtime/state/table_context.h"

namespace sluice::runtime {

class RestoreReader {
 public:
  virtual ~RestoreReader() = default;
  // Fills the table with what was stored under its uid and name. `after_block` is called between blocks. With
  // `each_key_once` versions are merged before the table sees them, so that it may evict rows in the meantime; else it
  // sees older versions and deletes as well, which is faster.
  virtual Status restore(StateTable& table, bool each_key_once, const std::function<Status()>& after_block) = 0;
  // Of the files.
  virtual uint64_t bytes() const = 0;
  // Those that hold tables of the task, oldest first, and whether they hold no others. Only then may the task's own
  // checkpoints go on naming them: what one task goes on naming and another one changes would come back.
  virtual std::vector<SegmentRef> segments() const = 0;
  virtual bool holds_only_own() const = 0;
};

// For the tables of operators `uids`; empty: for all.
Result<std::unique_ptr<RestoreReader>> open_restore_reader(Env env, const RestoreSource& source, KeyGroupRange groups,
                                                           const std::set<std::string>& uids);

// The parts of a checkpoint's segments that belong to the key groups, oldest first.
std::vector<SegmentRef> segments_of(const Manifest& manifest, KeyGroupRange groups);

}  // namespace sluice::runtime
