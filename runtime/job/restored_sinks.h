#pragma once
// What a checkpoint holds for each sink of the job. A table may have another connector by now than the one that wrote
// the checkpoint: then there must be no rows that only the former one could make visible.
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "planner/jobgraph/jobgraph.h"
#include "runtime/checkpoint/checkpoint_directory.h"

namespace sluice::runtime {

struct SinkRestore {
  CheckpointId id = 0;
  std::string job_id;
  std::vector<std::string> committables;
  bool is_published = false;
  bool has_own = false;           // Its connector wrote the committables.
  std::vector<std::string> kept;  // Of other connectors: every checkpoint of the job says them again.
};

class RestoredSinks {
 public:
  // CorruptCheckpoint when the manifest's job cannot be read. `source` outlives it.
  static Result<RestoredSinks> of(const RestoreSource& source);

  // IncompatibleState when rows wait that this connector cannot make visible.
  Result<SinkRestore> sink(const jobgraph::Operator& op, const PreparedSink& prepared) const;

 private:
  explicit RestoredSinks(const RestoreSource& source) : source_(&source) {}

  const RestoreSource* source_;
  std::map<std::string, std::string> connectors_;  // By uid, in the job that took the checkpoint.
};

}  // namespace sluice::runtime
