#pragma once
// The accumulator fields of an aggregate call, in the order in which they stand in packed rows and in the output of a
// local phase.
#include <vector>

#include "runtime/abi/code_provider.h"

namespace sluice::runtime {

// Empty for a function that does not exist here.
std::vector<Type> accumulator_types(const AggregateCall& call);

}  // namespace sluice::runtime
