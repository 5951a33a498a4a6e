#pragma once
// SHOW and DESCRIBE -> their rows. Nothing after an error.
#include <optional>

#include "planner/bind/binder.h"
#include "planner/bind/session.h"

namespace sluice::planner {

std::optional<BoundRows> bind_show(const ast::Show& show, SourceSpan span, BindSession& session);
std::optional<BoundRows> bind_describe(const ast::Describe& describe, SourceSpan span, BindSession& session);
// SET without a key: every setting that differs from its default.
BoundRows list_settings(const BindSession& session);

}  // namespace sluice::planner
