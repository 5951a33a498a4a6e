#pragma once
#include <optional>

#include "planner/bind/binder.h"
#include "planner/bind/session.h"

namespace sluice::planner {

// DESCRIBE FUNCTION [EXTENDED] name, from the function's row in the table. Nothing after an error.
std::optional<BoundRows> describe_function(const ast::Name& name, bool extended, BindSession& session);

}  // namespace sluice::planner
