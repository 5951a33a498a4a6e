#pragma once
// Which columns of source tables the columns of sinks come from, and why. Computed from the plans as bound, so that the
// reasons are those of the text and not of its optimization.
//
// Direct, the value comes from the column: identity, transformation, aggregation.
// Indirect, the column decides whether or where a value appears: filter, group, window, order, condition (of a CASE).
// What decides about whole rows is an edge to the sink's column `*`.
#include <string>
#include <vector>

#include "planner/jobgraph/jobgraph.h"
#include "planner/plan/logical.h"

namespace sluice::planner {

// Ordered by sink, then the sink's columns; every edge once. A nested field is written `bid.price`.
std::vector<jobgraph::LineageEdge> lineage_of(const std::vector<Plan>& sinks);

// One line per edge.
std::string lineage_text(const std::vector<jobgraph::LineageEdge>& edges);
// [{"source": {"table", "column"}, "sink": {..}, "direct": true, "reason": "identity", "span": [begin, end]}, ...]
std::string lineage_json(const std::vector<jobgraph::LineageEdge>& edges);

}  // namespace sluice::planner
