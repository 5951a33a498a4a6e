#pragma once
// Which kind of join two inputs under a condition are.
#include "planner/plan/logical.h"

namespace sluice::planner {

// A join of rows whenever they come: an interval join where the condition keeps the time attributes of both sides
// within bounds, by one equality or by one comparison each way; a window join where the bounds of one kind of window
// are equal on both sides; a regular one otherwise.
Plan make_join(Join join);

// An interval join whose sides have a TIMESTAMP and a TIMESTAMP_LTZ as their times, which have no order.
bool mixes_row_times(const Join& join);

}  // namespace sluice::planner
