// Keyed state that is larger than its memory: `eviction_bench DIRECTORY [state bytes] [budget bytes] [seconds]`.
//
// Two tasks update uniformly drawn keys of rows of about 150 bytes. Prints updates per second and the process's peak
// memory.
#include <fmt/core.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "tests/bench/state_tasks.h"

namespace sluice::runtime {
namespace {

constexpr uint32_t kRowBytes = 152;
constexpr uint32_t kTasks = 2;

std::string line_of_status(const std::string& name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(name)) return line;
  }
  return {};
}

// Keys of one task: those whose key group is its own, so the drawn ones are filtered.
class Draw {
 public:
  Draw(uint32_t task, int64_t keys) : groups_(key_groups_of(task, kTasks, 128)), keys_(keys), state_(task + 1) {}
  bool owns(int64_t key) const {
    return groups_.contains(key_group_of(hash_field(kKeyHashSeed, static_cast<uint64_t>(key)), 128));
  }
  int64_t next_owned(int64_t& from) const {
    while (!owns(from)) ++from;
    return from++;
  }
  int64_t random() {
    for (;;) {
      state_ = multiply_fold(state_ + 0x9e3779b97f4a7c15ULL, 0xe7037ed1a0b428dbULL) ^ state_;
      auto key = static_cast<int64_t>(state_ % static_cast<uint64_t>(keys_));
      if (owns(key)) return key;
    }
  }

 private:
  KeyGroupRange groups_;
  int64_t keys_;
  uint64_t state_;
};

}  // namespace
}  // namespace sluice::runtime

int main(int argc, char** argv) {
  using namespace sluice;
  using namespace sluice::runtime;
  std::string base = argc > 1 ? argv[1] : "/tmp/eviction_bench";
  int64_t state_bytes = argc > 2 ? std::atoll(argv[2]) : 2'000'000'000;
  uint64_t budget = argc > 3 ? static_cast<uint64_t>(std::atoll(argv[3])) : uint64_t{256} << 20;
  double seconds = argc > 4 ? std::atof(argv[4]) : 15;
  RealEnv real;
  Env env = real.env();
  SLUICE_CHECK(env.files->remove_recursively(base + "/bench").has_value());
  CheckpointDirectory directory(env, {base, "bench", 1});
  SLUICE_CHECK(directory.prepare().has_value());
  StateMemory memory(budget, env.executor);
  int64_t keys = state_bytes / kRowBytes;
  std::atomic<int64_t> updates{0};
  std::atomic<uint32_t> loaded{0};
  std::vector<std::thread> threads;
  double begin = now(), cpu = 0;
  for (uint32_t i = 0; i < kTasks; ++i) {
    threads.emplace_back([&, i] {
      Task task = make_task(env, memory, directory, kRowBytes, i, kTasks, nullptr);
      Draw draw(i, keys);
      int64_t next = 0;
      while (next < keys) update(task, 1024, [&](int64_t) { return draw.next_owned(next); });
      if (++loaded == kTasks) {
        fmt::print("loaded {} rows in {:.1f} s, {}\n", keys, now() - begin, line_of_status("VmHWM"));
        begin = now();
        cpu = process_cpu();
      }
      while (loaded < kTasks) std::this_thread::yield();
      while (now() - begin < seconds) {
        update(task, 1024, [&](int64_t) { return draw.random(); });
        updates += 1024;
      }
      SLUICE_CHECK(task.state->entries() >= static_cast<uint64_t>(keys) / kTasks * 8 / 10);
    });
  }
  for (std::thread& thread : threads) thread.join();
  fmt::print("{:.0f} K updates/s, {:.2f} us of CPU per update, {}\n",
             static_cast<double>(updates) / (now() - begin) / 1e3,
             (process_cpu() - cpu) * 1e6 / static_cast<double>(updates), line_of_status("VmHWM"));
  return 0;
}
