#pragma once
// The Env of tests and simulation: one thread, virtual time, and an order of events that a seed decides. The same seed
// gives the same run.
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "base/env/env.h"
#include "base/split_mix.h"

namespace sluice::sim {

class SimClock final : public Clock {
 public:
  int64_t wall_ms() const override { return kEpochMs + now_ns / 1'000'000; }
  int64_t monotonic_ns() const override { return now_ns += read_cost_ns; }

  static constexpr int64_t kEpochMs = 1'600'000'000'000;
  mutable int64_t now_ns = 1;
  // Time that passes with every look at the clock: work with a budget of time is cut off within a step then.
  int64_t read_cost_ns = 0;
};

class SimRandom final : public Random {
 public:
  explicit SimRandom(uint64_t seed) : numbers_{seed} {}
  uint64_t next() override;
  uint64_t below(uint64_t bound) { return next() % bound; }

 private:
  SplitMix numbers_;
};

// Work that is ready runs in an order drawn from the seed; work on one pool may overtake other work on it, as the
// contract allows. Timed work becomes ready when the clock gets there, and the clock jumps when nothing else is ready.
class SimExecutor final : public Executor {
 public:
  SimExecutor(SimClock& clock, uint64_t seed) : clock_(clock), random_(seed) {}

  void submit(Pool pool, std::function<void()> work) override;
  uint64_t submit_at(int64_t monotonic_ns, std::function<void()> work) override;
  void cancel(uint64_t id) override;
  uint32_t task_threads() const override { return 1; }

  // One piece of work. False: there is none, now or later.
  bool step();
  uint64_t steps() const { return steps_; }
  // Of timed work; INT64_MAX: there is none.
  int64_t next_due_ns() const { return timed_.empty() ? INT64_MAX : timed_.begin()->first.first; }
  // Of the order in which work ran: equal for equal runs.
  uint64_t trace_hash() const { return trace_hash_; }
  // Forgets everything that waits, as a crash does.
  void clear();

 private:
  struct Work {
    uint64_t id = 0;
    std::function<void()> run;
  };
  void ripen();

  SimClock& clock_;
  SimRandom random_;
  std::vector<Work> ready_;
  std::map<std::pair<int64_t, uint64_t>, std::function<void()>> timed_;
  std::map<uint64_t, int64_t> due_of_;
  uint64_t next_id_ = 1;
  uint64_t steps_ = 0;
  uint64_t trace_hash_ = 0;
};

class SimEnv {
 public:
  // `files` outlives the environment: what is on disk survives crashes.
  explicit SimEnv(uint64_t seed, FileSystem* files = nullptr, Network* network = nullptr);
  const Env& env() const { return env_; }
  SimExecutor& executor() { return executor_; }
  SimClock& clock() { return clock_; }
  SimRandom& random() { return random_; }

  // Runs until `done`, which is asked before every step. False: nothing is left to run, or the steps are used up.
  bool run_until(const std::function<bool()>& done, uint64_t steps_max = 10'000'000);
  // Runs what is due within the time, and moves the clock to its end.
  void run_for_ms(int64_t ms);

 private:
  SimClock clock_;
  SimRandom random_;
  SimExecutor executor_;
  Env env_;
};

}  // namespace sluice::sim
