#pragma once
// Programs that `bench` runs beside the engine: itself, one query per process, and the hand-written limit.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sluice::tools {

// What programs that run at the same time write to standard output; nothing when one of them fails.
std::optional<std::vector<std::string>> outputs_of(const std::vector<std::vector<std::string>>& commands);

struct LimitRun {
  std::string program;
  std::string query;
  int64_t events = 0;  // Of each copy.
  int64_t rate = 0;
  uint32_t copies = 1;
};
// Events per second of all copies together; nothing for queries that the program lacks.
std::optional<double> limit_events_per_second(const LimitRun& run);

}  // namespace sluice::tools
