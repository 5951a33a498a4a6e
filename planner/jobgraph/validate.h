#pragma once
// What every JobGraph promises to those who run it. Holds for what the planner builds, and is checked for what is read.
#include "base/result.h"
#include "planner/jobgraph/jobgraph.h"

namespace sluice::jobgraph {

inline constexpr uint32_t kParallelismLimit = 32768;  // Key groups are numbered in 15 bits, as in Flink.

// Ids are unique and resolve; a fragment's inputs come before their consumers and fragments form no cycle; every column
// that is named exists and has the type it is read with; enumerators, counts and intervals are in range.
Status validate(const JobGraph& graph);

// Types that stand alike in memory and mean the same: equal but for nullability and the names of fields.
bool is_same_layout(const Type& a, const Type& b);

}  // namespace sluice::jobgraph
