#pragma once
// One source for all Scans of a job that differ only in the columns they deliver.
#include <vector>

#include "planner/plan/logical.h"
#include "planner/rules/optimize.h"

namespace sluice::planner {

//   Project[f] (Scan[a, b]), Project[g] (Scan[b, c])  =>  Project[f'] (Scan[a, b, c]), Project[g'] (Scan[a, b, c])
//
// Over all sinks of a job, after each was optimized by itself: the table is then read, and its rows decoded, once.
// Scans that left out other rows (pushed filters) or make another watermark stay apart. Paths of the shared Scan stand
// in the order in which the sinks ask for them, so the result does not depend on anything but the plans.
std::vector<Plan> share_scans(std::vector<Plan> sinks, const OptimizeOptions& options);

}  // namespace sluice::planner
