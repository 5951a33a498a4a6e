#pragma once
// Logical plan -> better logical plan with the same rows and the same changelog as Flink's.
#include <functional>
#include <set>
#include <string>

#include "planner/rules/rule.h"

namespace sluice::planner {

struct OptimizeOptions {
  RuleContext context;
  std::set<std::string> disabled_rules;
  // Called after every hit with the sink as it stands when the round ends is not enough for debugging, so it gets the
  // rewritten node.
  std::function<void(const char* rule, const Plan& after)> trace;
};

// `sink` is a Sink node, or any plan whose schema must stay as it is.
Plan optimize(Plan sink, const OptimizeOptions& options);

// An optimized plan with projections put into it: filters go below them, and neighbours become one.
Plan merge_calcs(Plan sink, const OptimizeOptions& options);

}  // namespace sluice::planner
