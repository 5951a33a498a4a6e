#pragma once
// Which columns of a plan are the bounds of the window that a row is in.
#include <cstdint>
#include <optional>
#include <set>

#include "planner/plan/logical.h"

namespace sluice::planner {

struct WindowProperties {
  std::set<uint32_t> starts, ends, times;
  std::optional<Window> window;  // Absent: the rows are in no window. `time` has no meaning here.

  bool operator==(const WindowProperties&) const = default;
};

WindowProperties window_properties_of(const Plan& plan);

}  // namespace sluice::planner
