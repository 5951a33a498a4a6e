#include "base/env/crash_point.h"

#include <signal.h>

#include <atomic>
#include <charconv>
#include <string>
#include <string_view>

#include "base/env/env.h"

namespace sluice {
namespace {

struct CrashPoint {
  std::string name;
  std::atomic<int> hits_left = 1;
};

CrashPoint& crash_point() {
  static CrashPoint point;
  return point;
}

void crash_if_here(const char* name) {
  CrashPoint& point = crash_point();
  if (point.name == name && point.hits_left.fetch_sub(1) == 1) raise(SIGKILL);
}

}  // namespace

void install_crash_point(const std::string& place) {
  if (place.empty()) return;
  std::string_view name = place;
  if (size_t colon = name.find(':'); colon != std::string_view::npos) {
    int hits = 1;
    std::from_chars(name.data() + colon + 1, name.data() + name.size(), hits);
    crash_point().hits_left = hits;
    name = name.substr(0, colon);
  }
  crash_point().name = name;
  fault_hook = crash_if_here;
}

}  // namespace sluice
