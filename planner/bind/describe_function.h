#pragma once
#include <optional>

#include "planner/bind/binder.h"
#include "planner/bind/session.h"

namespace sluice::planner {

// All that can be called: functions, aggregates and forms.
std::vector<std::string> callable_names();

// DESCRIBE FUNCTION [EXTENDED] name, from its row in the table. Nothing after an error.
std::optional<BoundRows> describe_function(const ast::Name& name, bool extended, BindSession& session);

}  // namespace sluice::planner
