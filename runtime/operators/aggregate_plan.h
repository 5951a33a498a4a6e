#pragma once
// How an aggregating operator keeps its calls: which are fields of the packed row per group, and which need a table
// beside it.
//
// Packed row: keys | accumulators of the calls in order | the group's row count (a COUNT(*)), when the input takes rows
// back. Calls that need more:
//   DISTINCT                a table per set of arguments: (keys, arguments) -> a count per call; the accumulator sees a
//                           value when its count leaves zero and, taken back, when it returns there
//   MIN, MAX, retracting    an ordered table per call; the packed row holds the present result
#include <cstdint>
#include <vector>

#include "planner/jobgraph/jobgraph.h"
#include "runtime/abi/code_provider.h"

namespace sluice::runtime {

// Calls with the same DISTINCT arguments share a table, whatever their filters.
struct DistinctSet {
  std::vector<uint32_t> arguments;
  std::vector<Type> argument_types;
  std::vector<uint32_t> calls;
};

struct AggregatePlan {
  RowSchema input;
  std::vector<uint32_t> keys;
  std::vector<Type> key_types;
  std::vector<AggregateCall> calls;  // The row count last.
  bool counts_rows = false;
  bool merges = false;  // The input are accumulators of a local phase.

  std::vector<Type> row_types;   // Of the packed row.
  std::vector<uint32_t> fields;  // Per call its first field there.
  std::vector<uint32_t> merge_columns;
  StateRowLayout layout;
  std::vector<uint32_t> plain;    // Calls whose accumulators the kernels keep alone.
  std::vector<uint32_t> ordered;  // MIN and MAX over rows that may be taken back.
  std::vector<DistinctSet> distinct;

  uint32_t key_count() const { return static_cast<uint32_t>(keys.size()); }
  bool is_simple() const { return ordered.empty() && distinct.empty(); }
  // The kernels' view of some calls, as if nothing stood beside the row.
  AggSpec spec_of(const std::vector<uint32_t>& calls) const;
  KeySpec key_spec() const { return {input, keys, layout}; }
  // Fields before this one are the key.
  uint32_t first_accumulator() const { return key_count(); }
};

struct AggregatePlanInput {
  RowSchema input;
  std::vector<uint32_t> keys;
  std::vector<jobgraph::AggregateCall> calls;
  bool counts_rows = false;
  bool merges = false;
};

// Fails with NotSupportedYet for calls that cannot be merged, and InvalidJobGraph.
Result<AggregatePlan> plan_aggregates(AggregatePlanInput input);

}  // namespace sluice::runtime
