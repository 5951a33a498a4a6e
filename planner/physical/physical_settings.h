#pragma once
// The option keys that choose operators, read once.
#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "catalog/objects/settings.h"

namespace sluice::planner {

struct PhysicalSettings {
  enum class Phases : uint8_t { Auto, One, Two };

  struct MiniBatch {
    int64_t latency_ms = 0;
    uint64_t rows_max = 0;
  };
  std::optional<MiniBatch> mini_batch;
  Phases phases = Phases::Auto;
  std::string materialize = "AUTO";  // table.exec.sink.upsert-materialize
  int64_t ttl_ms = 0;
  const char* refused_deduplicate = nullptr;  // A key that asks for another changelog than the operator writes.
  bool deduplicate_omits_insert = false;      // table.exec.deduplicate.insert-update-after-sensitive-enabled = false
  bool shares_sub_plans = true;
  std::string time_zone = "UTC";  // Of the session, resolved.
  uint32_t max_parallelism = 128;
};

// Fails where single values are right and their combination is not.
Result<PhysicalSettings> physical_settings(const Settings& settings);

}  // namespace sluice::planner
