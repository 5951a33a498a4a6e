#include "planner/script/session_context.h"

#include "catalog/types/time_zone.h"

namespace sluice::planner {

std::string time_zone_of(const Settings& settings) {
  std::string name = settings.get("table.local-time-zone");
  return name == "default" ? "UTC" : name;
}

Result<SessionContext> session_context(const std::string& zone_name) {
  SessionContext session;
  session.time_zone = zone_name.c_str();
  session.zone = TimeZone::find(zone_name);
  if (session.zone == nullptr) {
    return fail(ErrorCode::BadOptionValue, "there is no time zone `{}`", zone_name)
        .hint("Use a name such as Europe/Berlin or an offset such as GMT+08:00.");
  }
  return session;
}

}  // namespace sluice::planner
