#pragma once
// Why a column is no time attribute: it never was one, or an operation on the way made a plain value of it.
#include "planner/bind/session.h"
#include "planner/plan/logical.h"

namespace sluice::planner {

// The failure with notes that say where the column of the plan comes from, and what took its role as a time away.
Failure with_lost_time(Failure failure, const Plan& plan, uint32_t column, const BindSession& session);

}  // namespace sluice::planner
