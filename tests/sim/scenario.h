#pragma once
// Everything that a run decides before it begins, drawn from its seed.
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sim/events.h"
#include "tests/sim/faults.h"
#include "tests/sim/programs.h"

namespace sluice::sim {

// What somebody does to the job while it runs.
struct Deed {
  enum class Kind : uint8_t { Release, EndTopics, Cancel, StopWithSavepoint, Crash };
  int64_t at_ms = 0;
  Kind kind = Kind::Release;
  std::string topic;
  size_t partition = 0;
  size_t rows = 0;
};

struct Scenario {
  uint64_t seed = 0;
  const Program* program = nullptr;
  Inputs inputs;
  std::map<std::string, std::string> planning;  // Settings that decide the plan.
  std::map<std::string, std::string> settings;  // Those of the runtime.
  bool is_bounded = true;
  bool uses_generated_code = false;
  bool spills = false;
  bool uses_producers = false;  // The broker's sinks follow the Kafka sink's protocol.
  std::string omitted_rule;     // Of that protocol.
  bool goes_back = false;       // Somebody starts the job from checkpoints that are not the newest.
  bool ends_among_faults = false;
  bool dies_in_pairs = false;  // The process behind one that has died loses power soon.
  bool flips_soon = false;     // A bit, behind the first death that leaves two checkpoints.
  uint32_t channel_capacity = 8;
  uint32_t batch_rows_max = 1024;
  int64_t clock_read_cost_ns = 0;
  int64_t faults_ms = 0;    // How long things go wrong.
  std::vector<Deed> deeds;  // By time.
  Faults::Intensity intensity;
  std::vector<std::string_view> focus;

  std::string text() const;  // For people.
};

// `only`: the name of a program, or empty.
Scenario draw_scenario(uint64_t seed, std::string_view only);

}  // namespace sluice::sim
