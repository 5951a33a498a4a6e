#pragma once
// What expressions in MATCH_RECOGNIZE see beside the columns of the input.
#include <set>
#include <string>

namespace sluice::planner {

struct MatchScope {
  std::set<std::string> variables;
  bool is_define = false;  // A condition of DEFINE, not a measure.
};

}  // namespace sluice::planner
