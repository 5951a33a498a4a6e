#pragma once
// Stateful operators of a job graph.
#include <memory>

#include "planner/jobgraph/jobgraph.h"
#include "runtime/operators/operator.h"

namespace sluice::runtime {

// Whether make_operator knows the kind.
bool is_stateful(const jobgraph::Operator& op);

// Fails with NotSupportedYet for what cannot run yet, and with InvalidJobGraph for a kind that has no state.
Result<std::unique_ptr<Operator>> make_operator(const jobgraph::Operator& op);

}  // namespace sluice::runtime
