#pragma once
// What window table functions and windows in GROUP BY ask of their arguments.
#include <optional>
#include <string>
#include <string_view>

#include "planner/bind/expr_binder.h"

namespace sluice::planner {

// TUMBLE, HOP, CUMULATE, SESSION.
std::optional<Window::Kind> window_kind(std::string_view name);

// `90 min`: in the largest unit that leaves no rest.
std::string length_text(int64_t ms);

// The length that an INTERVAL literal says; nothing where something was reported.
std::optional<int64_t> interval_ms(const ast::Expr& expr, BindSession& session);

// Whether the time is a time attribute; reported when it is not. `plan`: whose column it is, to say why; may be null.
bool check_time(const Expr& time, TimeRole role, SourceSpan span, const Plan* plan, BindSession& session);

}  // namespace sluice::planner
