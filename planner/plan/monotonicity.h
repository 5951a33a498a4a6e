#pragma once
// In which direction the values of a key's columns move from change to change.
#include <cstdint>
#include <vector>

#include "planner/plan/logical.h"

namespace sluice::planner {

enum class Monotonicity : uint8_t { Constant, Increasing, Decreasing, None };

// Per column of the plan; empty where nothing can be said, as behind deletes.
std::vector<Monotonicity> monotonicity_of(const Plan& plan);

}  // namespace sluice::planner
