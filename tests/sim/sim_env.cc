#include "tests/sim/sim_env.h"

#include <algorithm>
#include <utility>

namespace sluice::sim {
namespace {

constexpr uint64_t kStepNsMax = 20'000;

}  // namespace

uint64_t SimRandom::next() { return numbers_.next(); }

void SimExecutor::submit(Pool, std::function<void()> work) { ready_.push_back({next_id_++, std::move(work)}); }

uint64_t SimExecutor::submit_at(int64_t monotonic_ns, std::function<void()> work) {
  uint64_t id = next_id_++;
  timed_.emplace(std::pair(monotonic_ns, id), std::move(work));
  due_of_.emplace(id, monotonic_ns);
  return id;
}

void SimExecutor::cancel(uint64_t id) {
  auto found = due_of_.find(id);
  if (found == due_of_.end()) return;
  timed_.erase({found->second, id});
  due_of_.erase(found);
}

void SimExecutor::ripen() {
  if (ready_.empty() && !timed_.empty()) clock_.now_ns = std::max(clock_.now_ns, timed_.begin()->first.first);
  while (!timed_.empty() && timed_.begin()->first.first <= clock_.now_ns) {
    auto first = timed_.begin();
    due_of_.erase(first->first.second);
    ready_.push_back({first->first.second, std::move(first->second)});
    timed_.erase(first);
  }
}

bool SimExecutor::step() {
  ripen();
  if (ready_.empty()) return false;
  size_t chosen = random_.below(ready_.size());
  std::swap(ready_[chosen], ready_.back());
  Work work = std::move(ready_.back());
  ready_.pop_back();
  trace_hash_ = mix64(trace_hash_ ^ work.id);
  ++steps_;
  clock_.now_ns += static_cast<int64_t>(random_.below(kStepNsMax)) + 1;
  work.run();
  return true;
}

// What goes with the work may ask for more work.
void SimExecutor::clear() {
  while (!ready_.empty() || !timed_.empty()) {
    auto ready = std::exchange(ready_, {});
    auto timed = std::exchange(timed_, {});
    due_of_.clear();
  }
}

SimEnv::SimEnv(uint64_t seed, FileSystem* files, Network* network) : random_(seed), executor_(clock_, seed ^ 0x5eed) {
  env_ = {.clock = &clock_, .random = &random_, .files = files, .executor = &executor_, .network = network};
}

bool SimEnv::run_until(const std::function<bool()>& done, uint64_t steps_max) {
  for (uint64_t i = 0; i < steps_max; ++i) {
    if (done()) return true;
    if (!executor_.step()) return done();
  }
  return done();
}

void SimEnv::run_for_ms(int64_t ms) {
  int64_t end = clock_.now_ns + ms * 1'000'000;
  bool reached = false;
  executor_.submit_at(end, [&reached] { reached = true; });
  while (!reached && executor_.step()) {}
}

}  // namespace sluice::sim
