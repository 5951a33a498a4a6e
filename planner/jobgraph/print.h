#pragma once
// The JobGraph as text, for `explain --jobgraph`, diffs and golden files: fragments with their operators and traits,
// the edges between them, state tables with the ids of their fields.
#include <string>

#include "planner/jobgraph/jobgraph.h"

namespace sluice::jobgraph {

std::string print(const JobGraph& graph);

const char* name_of(const OperatorKind& kind);  // "GroupAggregate"
std::string text_of(ChangelogMode mode);        // "I,UB,UA,D"
std::string text_of(const AggregateCall& call);
std::string text_of(const Window& window);
// What the operator does, without its inputs and traits: "keys=[0] calls=[COUNT()]".
std::string describe(const OperatorKind& kind);

}  // namespace sluice::jobgraph
