#pragma once
// What is true of a plan's rows beyond their schema, computed bottom-up, and what consumers need, top-down. Flink's
// rules: reference/flink-sql.md section 5.
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "base/row_kind.h"
#include "planner/plan/logical.h"

namespace sluice::planner {

// The kinds of change that the node's output may carry when every consumer needs update-befores.
ChangelogMode changelog_of(const Plan& plan);

// Sets of columns that identify a row at any moment; changes of one row stay in order per set. The empty set: there is
// at most one row. Sorted, without duplicates.
using UpsertKeys = std::vector<std::vector<uint32_t>>;
UpsertKeys upsert_keys_of(const Plan& plan);

// How a Top-N keeps up with its input: inserts alone; upserts whose rows only move up in the order; any changes.
enum class RankStrategy : uint8_t { Append, UpdateFast, Retract };
RankStrategy rank_strategy(const Rank& rank);

// Whether changes must be put in order per primary key before the sink: setting AUTO, NONE or FORCE.
bool needs_materialize(const Plan& input, ChangelogMode accepted, const std::vector<uint32_t>& primary_key,
                       const std::string& setting);

// The result of the top-down pass, per node of the plans it was computed for.
struct ChangelogTraits {
  ChangelogMode mode;               // What the node sends.
  bool sends_update_before = true;  // Whether updates come as two rows; meaningful where `mode` has updates.
  // Of a Scan: the source makes -U and no consumer wants it, so that a DropUpdateBefore must stand above. `mode` is
  // what goes out above that.
  bool drops_update_before = false;
  // Of a ChangelogNormalize: its consumers can do with the upserts that it reads, so it is left out.
  bool is_needless = false;
};
using ChangelogAnnotations = std::map<const Node*, ChangelogTraits>;

// Decides for the job's sinks together (a node that two sinks share sends what any of them needs) who sends
// update-befores, and reports the sinks and operators that cannot take what arrives, with the node it comes from.
ChangelogAnnotations infer_changelogs(const std::vector<Plan>& sinks, Diagnostics& diagnostics);

}  // namespace sluice::planner
