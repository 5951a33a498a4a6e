#pragma once
// Types as they are written -> types, with defaults filled in and limits checked.
#include "grammar/ast/type.h"
#include "planner/bind/session.h"

namespace sluice::planner {

// Nullable unless NOT NULL is written. Invalid after an error.
Type bind_type(const ast::Type& type, BindSession& session);

}  // namespace sluice::planner
