#pragma once
// Plans as indented text: one node per line, inputs below it, traits at its end.
#include <string>

#include "planner/jobgraph/jobgraph.h"
#include "planner/plan/logical.h"

namespace sluice::planner {

// Kind, fields, then the kinds of change, the upsert keys and the time attributes. Written over `fields`, so a new kind
// of node is printed without a line here.
std::string plan_text(const Plan& plan);

// Operators from every sink down, exchanges as lines of their own. An operator with several consumers is described
// where it is met first, and named afterwards.
std::string physical_text(const jobgraph::JobGraph& graph);

}  // namespace sluice::planner
