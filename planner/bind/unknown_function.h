#pragma once
// What may have been meant by the name of a function that does not exist.
#include <string>
#include <string_view>

namespace sluice::planner {

// The name in upper case. Functions of other systems, and what does the same here; else the nearest name.
std::string hint_of_unknown(const std::string& name);

// The function here that takes the same arguments and does the same; empty where there is none.
std::string_view same_function(std::string_view name);

}  // namespace sluice::planner
