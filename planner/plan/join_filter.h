#pragma once
// Conditions above a join, put where they belong.
#include <functional>
#include <vector>

#include "planner/plan/logical.h"

namespace sluice::planner {

using MakeFilter = std::function<Plan(Plan input, std::vector<Expr> conditions)>;

// The rows of the join that meet all conditions. Those over one side are conditions of that side, where no row of it
// may come out alone without them; those over both sides of an inner join are its condition, wherever they are written.
// What they say about time decides what kind of join it is. An outer join whose rows without a partner would not pass
// is an inner one. `filtered` makes the filters that are left.
Plan filter_join(const Plan& plan, std::vector<Expr> conditions, const MakeFilter& filtered);

}  // namespace sluice::planner
