// The one place that knows the time zone library, which throws.
#include "catalog/types/time_zone.h"

#include <date/tz.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "catalog/types/time_math.h"

namespace sluice {

// Instants from which an offset holds, sorted; the first one holds since ever.
struct ZoneTransitions {
  std::vector<int64_t> begins_ms;
  std::vector<int64_t> offsets_ms;
  int64_t standard_offset_ms = 0;  // The last one without daylight saving.
};

namespace {

// Rules repeat every year; the table is filled up to here, and the last offset holds from then on.
constexpr int64_t kLastYear = 2200;

std::shared_ptr<const ZoneTransitions> transitions_of(const date::time_zone& zone) {
  auto out = std::make_shared<ZoneTransitions>();
  date::sys_seconds last{std::chrono::seconds(days_of({kLastYear, 1, 1}) * 86400)};
  date::sys_seconds at{std::chrono::seconds(days_of({1, 1, 1}) * 86400)};
  while (at < last) {
    date::sys_info info = zone.get_info(at);
    out->begins_ms.push_back(at.time_since_epoch().count() * 1000);
    out->offsets_ms.push_back(info.offset.count() * 1000);
    out->standard_offset_ms = (info.offset.count() - info.save.count() * 60) * 1000;
    at = info.end;
  }
  out->begins_ms[0] = INT64_MIN;
  return out;
}

std::shared_ptr<const ZoneTransitions> load(const std::string& name) {
  try {
    return transitions_of(*date::locate_zone(name));
  } catch (const std::exception&) {
    return nullptr;
  }
}

// "+08:00", "-8", "GMT+08:00", "UTC-1", "Z".
bool parse_offset(std::string_view name, int64_t& offset_ms) {
  for (std::string_view prefix : {"GMT", "UTC", "UT"}) {
    if (!name.starts_with(prefix)) continue;
    name.remove_prefix(prefix.size());
    break;
  }
  offset_ms = 0;
  if (name.empty() || name == "Z") return true;
  if (name[0] != '+' && name[0] != '-') return false;
  int64_t sign = name[0] == '-' ? -1 : 1;
  name.remove_prefix(1);
  int parts[3] = {};
  for (int& part : parts) {
    auto [end, error] = std::from_chars(name.data(), name.data() + std::min<size_t>(2, name.size()), part);
    if (error != std::errc{}) return false;
    name.remove_prefix(static_cast<size_t>(end - name.data()));
    if (name.empty()) break;
    if (name[0] == ':') name.remove_prefix(1);
  }
  if (!name.empty() || parts[0] > 18 || parts[1] > 59 || parts[2] > 59) return false;
  offset_ms = sign * (parts[0] * kMsPerHour + parts[1] * kMsPerMinute + parts[2] * kMsPerSecond);
  return true;
}

}  // namespace

// Zones found so far. Grows by what sessions ask for and is never emptied, so that pointers stay good.
struct TimeZoneTable {
  std::mutex mutex;
  std::map<std::string, TimeZone, std::less<>> zones;

  const TimeZone* find(std::string_view name) {
    std::lock_guard lock(mutex);
    if (auto found = zones.find(name); found != zones.end()) return &found->second;
    TimeZone zone;
    if (!parse_offset(name, zone.fixed_offset_ms_)) {
      zone.transitions_ = load(std::string(name));
      if (!zone.transitions_) return nullptr;
      zone.is_fixed_ = zone.transitions_->offsets_ms.size() == 1;
      zone.fixed_offset_ms_ = zone.transitions_->offsets_ms[0];
      zone.standard_offset_ms_ = zone.transitions_->standard_offset_ms;
    } else {
      zone.standard_offset_ms_ = zone.fixed_offset_ms_;
    }
    return &zones.emplace(std::string(name), zone).first->second;
  }
};

const TimeZone* TimeZone::find(std::string_view name) {
  static TimeZoneTable table;
  return table.find(name);
}

int64_t TimeZone::look_up(int64_t utc_ms) const {
  const auto& begins = transitions_->begins_ms;
  auto after = std::ranges::upper_bound(begins, utc_ms);
  return transitions_->offsets_ms[static_cast<size_t>(after - begins.begin()) - 1];
}

int64_t TimeZone::to_utc(int64_t local_ms, bool later) const {
  if (is_fixed_) return local_ms - fixed_offset_ms_;
  int64_t before = look_up(local_ms - kMsPerDay), after = look_up(local_ms + kMsPerDay);
  if (before == after) return local_ms - before;
  if (later && look_up(local_ms - after) == after) return local_ms - after;
  if (look_up(local_ms - before) == before) return local_ms - before;
  if (look_up(local_ms - after) == after) return local_ms - after;
  return local_ms - before;
}

}  // namespace sluice
