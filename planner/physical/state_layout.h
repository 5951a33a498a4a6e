#pragma once
// What stateful operators keep, as the JobGraph states it. The names and the order of the fields are those in which the
// runtime's operators lay out their tables (runtime/operators).
#include <string>
#include <vector>

#include "base/result.h"
#include "planner/jobgraph/jobgraph.h"
#include "planner/physical/job_builder.h"

namespace sluice::planner {

// The accumulator columns of the calls, in the order in which a local phase writes them and groups keep them; then the
// row count when the input takes rows back.
Result<RowSchema> accumulator_columns(const std::vector<jobgraph::AggregateCall>& calls, bool counts_rows);

struct AggregateState {
  const RowSchema& input;
  const Identity& identity;  // Of the input.
  std::vector<uint32_t> keys;
  std::vector<jobgraph::AggregateCall> calls;
  bool counts_rows = false;
  int64_t ttl_ms = 0;
};

// Tables of an unbounded aggregate: the accumulators; per set of DISTINCT arguments the values seen; per MIN or MAX
// that must take rows back all values in order.
Result<std::vector<jobgraph::StateTable>> group_aggregate_state(const AggregateState& aggregate);
// Of a window aggregate: accumulators per slice.
Result<std::vector<jobgraph::StateTable>> window_aggregate_state(const AggregateState& aggregate);

// One stored row per key: ChangelogNormalize.
std::vector<jobgraph::StateTable> stored_rows_state(const RowSchema& input, const Identity& identity,
                                                    const std::vector<uint32_t>& keys, int64_t ttl_ms);

// One stored row per key; where the first row is kept, only the keys that were sent, and by rowtime the rows that wait
// for the watermark.
std::vector<jobgraph::StateTable> deduplicate_state(const jobgraph::Deduplicate& deduplicate, const RowSchema& input,
                                                    const Identity& identity);

// All rows per key, in order of arrival, as one list: SinkMaterialize.
std::vector<jobgraph::StateTable> row_list_state(const RowSchema& input, const std::vector<uint32_t>& keys,
                                                 int64_t ttl_ms);

// The meaning of a call: function, arguments, filter. Its accumulators keep their ids as long as it stays.
std::string call_identity(const jobgraph::AggregateCall& call, const Identity& input);

}  // namespace sluice::planner
