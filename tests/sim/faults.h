#pragma once
// Named places at which a simulated run may go wrong, and the dice that decide when it does.
//
// | kind  | where it is asked                          | what happens                                            |
// |-------|--------------------------------------------|---------------------------------------------------------|
// | Crash | SLUICE_FAULT(name) in the product          | the process dies there: what follows has no effect      |
// | Files | ProcessFiles, before every operation       | the operation fails, or half of it happens              |
// | World | broker, state, the run's driver            | errors, pauses, full channels, cancel, restarts         |
// | Code  | between two steps                          | a bundle goes over to another tier                      |
//
// A run draws how much of each it wants: everything rarely, and a few points, its focus, often.
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sim/sim_env.h"

namespace sluice::sim {

enum class FaultKind : uint8_t { Crash, Files, World, Code };

struct FaultPoint {
  std::string_view name;
  FaultKind kind;
  double rate;  // Of a visit, at full intensity.
  double rate_in_focus;
};

// All of them. A test holds the crash points against the sources.
const std::vector<FaultPoint>& fault_points();

struct FaultCount {
  uint64_t visits = 0;
  uint64_t injected = 0;
};
using FaultCounts = std::map<std::string_view, FaultCount>;

class Faults {
 public:
  // How often each kind, from 0 to 1.
  struct Intensity {
    double crashes = 0;
    double files = 0;
    double world = 0;
  };
  Faults(uint64_t seed, Intensity intensity, std::vector<std::string_view> focus);
  ~Faults();
  Faults(const Faults&) = delete;

  // Whether it goes wrong now. Counts the visit.
  bool fires(std::string_view name);
  // For points whose moment the driver chooses.
  void note(std::string_view name) { ++count_of(name).injected; }
  // Nothing goes wrong any more.
  void heal() { is_healed_ = true; }
  bool is_healed() const { return is_healed_; }

  // Called by SLUICE_FAULT when a crash point fires, from the middle of the product.
  void on_crash(std::function<void(std::string_view point)> crash) { crash_ = std::move(crash); }
  void visit_crash_point(const char* name);

  SimRandom& random() { return random_; }
  bool chance(double probability);
  // In [low, high].
  int64_t between(int64_t low, int64_t high);
  const FaultCounts& counts() const { return counts_; }

 private:
  FaultCount& count_of(std::string_view name) { return counts_[name]; }

  // Bounds what one run has to recover from.
  static constexpr uint32_t kCrashesMax = 12;
  static constexpr uint32_t kFileFaultsMax = 16;
  static constexpr uint32_t kWorldFaultsMax = 200;
  static constexpr uint32_t kCodeFaultsMax = 1000;

  SimRandom random_;
  std::map<std::string_view, double> rates_;
  std::map<std::string_view, FaultKind> kinds_;
  FaultCounts counts_;
  uint32_t left_[4] = {kCrashesMax, kFileFaultsMax, kWorldFaultsMax, kCodeFaultsMax};
  bool is_healed_ = false;
  std::function<void(std::string_view)> crash_;
};

}  // namespace sluice::sim
