#pragma once
// What the gateway keeps of a job on disk, as plain structs.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "gateway/jobs/job_state.h"
#include "planner/script/assemble.h"

namespace sluice::gateway {

enum class JobKind : uint8_t { Insert = 1, StatementSet = 2, Select = 3 };

// Never changes once it is written.
struct JobDefinition {
  std::string id;  // 32 hexadecimal digits.
  std::string name;
  JobKind kind = JobKind::Insert;
  std::string job_graph;     // jobgraph::encode()
  uint32_t parallelism = 0;  // 0: `parallelism.default` of the graph's settings.
  std::string restore_from;
  std::string time_zone;  // Of the session.
  int64_t created_wall_ms = 0;
  std::vector<planner::ScriptFile> script;  // What spans of failures are offsets into.
  bool operator==(const JobDefinition&) const = default;
};

// What was decided about a job outside of its worker.
struct JobFate {
  uint64_t attempt = 0;   // Of worker processes; 0: none was started.
  uint64_t restarts = 0;  // By new worker processes.
  bool is_deployed = false;
  bool is_cancel_wanted = false;     // Whatever becomes of the worker, the job is not started again.
  std::optional<JobState> ended_as;  // Failed, Lost or Cancelled; absent when only the worker's word counts.
  std::optional<Error> failure;      // Why it ended so, or was restarted last.
  int64_t ended_wall_ms = 0;
};

}  // namespace sluice::gateway
