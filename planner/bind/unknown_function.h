#pragma once
// What may have been meant by the name of a function that does not exist.
#include <string>

namespace sluice::planner {

// The name in upper case. Functions of other systems, and what does the same here; else the nearest name.
std::string hint_of_unknown(const std::string& name);

}  // namespace sluice::planner
