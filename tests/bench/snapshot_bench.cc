// What a snapshot and a restore cost: `snapshot_bench DIRECTORY [bytes]`.
//
// Rows of 48 and of about 150 bytes. Per size: inserts and updates per second on the task's thread, packing per second
// on the task's thread, entries per second of CPU time that the background thread needs to sort, checksum and write
// them, wall time until they are durable, size of a checkpoint after touching 1 %, and restore at parallelism 2.
#include <fmt/core.h>

#include <atomic>
#include <cstdlib>
#include <thread>

#include "tests/bench/state_tasks.h"

namespace sluice::runtime {
namespace {

struct Snapshot {
  TaskStateHandle handle;
  double pack_seconds = 0;
  double pack_ms_max = 0;
  double wall_seconds = 0;
  double background_cpu_seconds = 0;
};

Snapshot take_snapshot(Task& task, CheckpointId id) {
  Snapshot snapshot;
  std::atomic<bool> is_done = false;
  double wall = now(), cpu = process_cpu(), own = thread_cpu();
  auto done = [&](Result<TaskStateHandle> handle) {
    SLUICE_CHECK(handle.has_value());
    snapshot.handle = *handle;
    is_done = true;
  };
  SLUICE_CHECK(task.state->freeze(id, done).has_value());
  for (bool is_packed = false; !is_packed;) {
    double before = thread_cpu();
    is_packed = task.state->pack_some(1'000'000);
    double spent = thread_cpu() - before;
    snapshot.pack_seconds += spent;
    snapshot.pack_ms_max = std::max(snapshot.pack_ms_max, spent * 1e3);
    if (!is_packed) std::this_thread::yield();
  }
  while (!is_done) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  snapshot.wall_seconds = now() - wall;
  snapshot.background_cpu_seconds = process_cpu() - cpu - (thread_cpu() - own);
  return snapshot;
}

void complete(CheckpointDirectory& directory, CheckpointId id, const TaskStateHandle& handle) {
  Manifest manifest;
  manifest.id = id;
  manifest.tasks = {handle};
  SLUICE_CHECK(directory.complete(manifest).has_value());
}

// With the files in the page cache: snapshots are written past it, so they are read once before.
void restore(const Env& env, const CheckpointDirectory& directory, uint32_t row_bytes, int64_t entries) {
  StateMemory memory(0, env.executor);
  std::vector<RefusedCheckpoint> refused;
  SLUICE_CHECK(directory.newest(refused).has_value());
  double begin = now(), cpu = process_cpu();
  auto newest = directory.newest(refused);
  SLUICE_CHECK(newest.has_value() && newest->has_value());
  auto source = std::make_shared<RestoreSource>(**std::move(newest));
  double verified = now() - begin;
  Task tasks[2];
  std::vector<std::thread> threads;
  for (uint32_t i = 0; i < 2; ++i) {
    threads.emplace_back([&, i] { tasks[i] = make_task(env, memory, directory, row_bytes, i, 2, source); });
  }
  for (std::thread& thread : threads) thread.join();
  uint64_t restored = tasks[0].state->entries() + tasks[1].state->entries();
  fmt::print("  restore at parallelism 2: verified after {:.2f} s, all {} rows after {:.2f} s ({:.2f} s of CPU)\n",
             verified, restored, now() - begin, process_cpu() - cpu);
  SLUICE_CHECK(restored == static_cast<uint64_t>(entries));
}

void run(const Env& env, const std::string& base, uint32_t row_bytes, int64_t entries) {
  fmt::print("rows of {} bytes, {} entries\n", row_bytes, entries);
  SLUICE_CHECK(env.files->remove_recursively(base + "/bench").has_value());
  CheckpointDirectory directory(env, {base, "bench", 1});
  SLUICE_CHECK(directory.prepare().has_value());
  auto memory = std::make_unique<StateMemory>(0, env.executor);
  Task task = make_task(env, *memory, directory, row_bytes, 0, 1, nullptr);
  double count = static_cast<double>(entries) / 1e6;
  auto in_order = [](int64_t i) { return i; };
  double begin = thread_cpu();
  update(task, entries, in_order);
  fmt::print("  insert  {:6.1f} M/s of CPU\n", count / (thread_cpu() - begin));
  auto shuffled = [&](int64_t i) { return i * 7'368'787 % entries; };
  for (CheckpointId id = 1; id <= 2; ++id) {
    if (id == 2) {
      begin = thread_cpu();
      update(task, entries, shuffled);
      fmt::print("  update  {:6.1f} M/s of CPU\n", count / (thread_cpu() - begin));
    }
    Snapshot all = take_snapshot(task, id);
    fmt::print(
        "  snapshot: pack {:.1f} M/s (longest {:.2f} ms), background {:.1f} M/s of CPU, durable after {:.2f} s ({:.1f} "
        "M/s)\n",
        count / all.pack_seconds, all.pack_ms_max, count / all.background_cpu_seconds, all.wall_seconds,
        count / all.wall_seconds);
    complete(directory, id, all.handle);
  }
  update(task, entries / 100, [](int64_t i) { return i * 100; });
  Snapshot some = take_snapshot(task, 3);
  fmt::print("  checkpoint after touching 1 %: {:.1f} MB in {:.3f} s\n",
             static_cast<double>(some.handle.segments.back().bytes) / 1e6, some.wall_seconds);
  complete(directory, 3, some.handle);
  task = {};
  memory.reset();
  restore(env, directory, row_bytes, entries);
}

}  // namespace
}  // namespace sluice::runtime

int main(int argc, char** argv) {
  std::string base = argc > 1 ? argv[1] : "/tmp/snapshot_bench";
  int64_t bytes = argc > 2 ? std::atoll(argv[2]) : 1'000'000'000;
  sluice::RealEnv env;
  for (uint32_t row_bytes : {48U, 152U}) sluice::runtime::run(env.env(), base, row_bytes, bytes / row_bytes);
  return 0;
}
