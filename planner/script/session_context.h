#pragma once
// What kernels see of a session, from its settings.
#include <string>

#include "base/kernel_context.h"
#include "base/result.h"
#include "catalog/objects/settings.h"

namespace sluice::planner {

// The session time zone by name: `table.local-time-zone`, and UTC for `default`.
std::string time_zone_of(const Settings& settings);

// `zone_name` must outlive the context. Fails for a zone that does not exist.
Result<SessionContext> session_context(const std::string& zone_name);

}  // namespace sluice::planner
