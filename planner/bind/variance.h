#pragma once
// STDDEV_POP, STDDEV_SAMP, VAR_POP and VAR_SAMP, which are made of SUM and COUNT.
#include <string_view>

#include "planner/bind/expr_binder.h"

namespace sluice::planner {

bool is_variance(std::string_view aggregate);

// The call over the results of the ones that it is made of.
Expr bind_variance(AggregateCalls::Item item, AggregateCalls& calls, BindSession& session);

}  // namespace sluice::planner
