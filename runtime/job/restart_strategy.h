#pragma once
// Whether and when a failed job starts again: Flink's strategies under their keys.
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>

#include "base/env/env.h"
#include "catalog/objects/settings.h"

namespace sluice::runtime {

class RestartStrategy {
 public:
  virtual ~RestartStrategy() = default;
  // Milliseconds to wait before the next attempt; nothing: the job has failed for good.
  virtual std::optional<int64_t> on_failure(int64_t now_ms) = 0;
};

// Without a type set: exponential-delay when the job takes checkpoints, none when it does not.
std::unique_ptr<RestartStrategy> make_restart_strategy(const Settings& settings, bool takes_checkpoints,
                                                       Random& random);

}  // namespace sluice::runtime
