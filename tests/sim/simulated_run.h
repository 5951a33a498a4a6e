#pragma once
// One seed: a job from its first start to the end of its input, among faults; then what its sinks show is held against
// the model. Processes die and come back; disk and broker stay.
//
// First everything may go wrong (safety). Then faults stop, all rows are there, and the job has to come to its end
// within a bounded time (liveness).
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/job/embedded_engine.h"
#include "tests/sim/broker.h"
#include "tests/sim/job_lines.h"
#include "tests/sim/process_files.h"
#include "tests/sim/scenario.h"
#include "tests/sim/tier_switch.h"

namespace sluice::sim {

// What runs share: they are expensive to make, and the same for all.
class SharedParts {
 public:
  virtual ~SharedParts() = default;
  // Tiers of code: the interpreter first.
  virtual const std::vector<runtime::CodeProvider*>& tiers(bool generated) = 0;
  virtual const jobgraph::JobGraph& graph_of(const Scenario& scenario) = 0;
};

struct RunResult {
  std::vector<std::string> problems;
  std::vector<std::string> trace;
  uint64_t digest = 0;  // Equal for equal runs.
  uint64_t steps = 0;
  FaultCounts faults;
};

class SimulatedRun {
 public:
  SimulatedRun(Scenario scenario, SharedParts& shared);
  ~SimulatedRun();
  RunResult run();

 private:
  static constexpr const char* kJobName = "job";
  // What dies with the process.
  struct Process {
    Process(SimulatedRun& run, uint64_t seed);
    ~Process();

    ProcessFiles files;
    SimNetwork network;
    SimEnv env;
    TierSwitch code;
    runtime::EmbeddedEngine engine;
    std::shared_ptr<runtime::Job> job;
    bool has_ended = false;  // The job.
  };

  void prepare_inputs();
  void boot();
  void bury();
  void die(std::string_view point, bool loses_power = false);
  void flip_a_bit();
  void clear_checkpoints(const std::string& savepoint);
  void look_at_status();
  std::string older_checkpoint();

  void step();
  void do_deeds();
  void do_deed(const Deed& deed);
  void on_job_end();
  void run_safety();
  void run_liveness();
  void run_bounded_to_end();
  void run_endless_to_quiet();
  template <class Condition>
  bool run_until(Condition&& done, int64_t ms_max);
  void check_sinks();

  int64_t now_ms() const { return clock_ns_ / 1'000'000; }
  void note(const std::string& what);
  void problem(const std::string& what);

  Scenario scenario_;
  SharedParts& shared_;
  Faults faults_;
  MemoryFileSystem disk_;
  Broker broker_;
  jobgraph::JobGraph graph_;
  std::unique_ptr<Process> process_;
  uint64_t processes_ = 0;
  int64_t clock_ns_ = 1;
  int64_t boot_at_ns_ = 0;          // While there is no process.
  int64_t second_death_at_ns_ = 0;  // Unless 0: of the process that comes next, by a loss of power.
  size_t next_deed_ = 0;
  bool is_dead_ = false;  // The process; it is buried when its step is over.
  uint32_t parallelism_ = 1;
  bool has_started_ = false;
  std::string savepoint_;       // To start from.
  std::string only_savepoint_;  // From which everything goes on that has no checkpoint yet.
  std::string flipped_;         // Checkpoint that must not be used.
  bool has_no_good_checkpoint_ = false;
  JobLines lines_;
  bool is_finished_ = false;
  int64_t healed_ms_ = INT64_MAX / 2;
  RunResult result_;
};

}  // namespace sluice::sim
