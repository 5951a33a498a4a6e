#pragma once
// Time zones of the system's database, resolved once per session. Light, because kernels include it.
#include <cstdint>
#include <memory>
#include <string_view>

namespace sluice {

// Immutable and never freed once found. All times in milliseconds.
class TimeZone {
 public:
  // "UTC", "Europe/Berlin", "+08:00", "GMT-8". Null when there is none of that name.
  static const TimeZone* find(std::string_view name);

  // Local time minus UTC at an instant.
  int64_t offset_at(int64_t utc_ms) const { return is_fixed_ ? fixed_offset_ms_ : look_up(utc_ms); }
  int64_t to_local(int64_t utc_ms) const { return utc_ms + offset_at(utc_ms); }
  // As in Java: a local time in a gap is moved forward by its length, one that occurs twice is the
  // earlier instant unless the later one is asked for.
  int64_t to_utc(int64_t local_ms, bool later = false) const;

  // As java.util.TimeZone has it: before 1900 the standard offset of today holds.
  int64_t to_wall(int64_t utc_ms) const {
    return utc_ms < kLegacyBegin ? utc_ms + standard_offset_ms_ : to_local(utc_ms);
  }
  int64_t from_wall(int64_t local_ms) const {
    bool is_old = local_ms - standard_offset_ms_ < kLegacyBegin;
    return is_old ? local_ms - standard_offset_ms_ : to_utc(local_ms, true);
  }

 private:
  static constexpr int64_t kLegacyBegin = -2'208'988'800'000;
  friend struct TimeZoneTable;
  int64_t look_up(int64_t utc_ms) const;

  bool is_fixed_ = true;
  int64_t fixed_offset_ms_ = 0;
  int64_t standard_offset_ms_ = 0;
  std::shared_ptr<const struct ZoneTransitions> transitions_;
};

}  // namespace sluice
