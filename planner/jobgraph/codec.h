#pragma once
// JobGraph <-> bytes (jobgraph.proto). Bytes may come from anywhere: whatever `decode` returns has passed `validate`,
// its functions are found in this process's table, and anything else is InvalidJobGraph.
#include <string>
#include <string_view>

#include "base/result.h"
#include "planner/jobgraph/jobgraph.h"

namespace sluice::jobgraph {

inline constexpr size_t kEncodedBytesMax = 256U << 20;
inline constexpr size_t kExpressionDepthMax = 1000;
inline constexpr size_t kTypeDepthMax = 64;
inline constexpr size_t kTypeNodesMax = 1U << 16;  // Of one type with all of its children written out.

// The same graph gives the same bytes.
std::string encode(const JobGraph& graph);
Result<JobGraph> decode(std::string_view bytes);

}  // namespace sluice::jobgraph
