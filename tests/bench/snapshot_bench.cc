// What a snapshot and a restore cost: `snapshot_bench DIRECTORY [bytes]`.
//
// Rows of 48 and of about 150 bytes. Per size: inserts and updates per second on the task's thread, packing per second
// on the task's thread, entries per second of CPU time that the background thread needs to sort, checksum and write
// them, wall time until they are durable, size of a checkpoint after touching 1 %, and restore at parallelism 2.
#include <fmt/core.h>
#include <time.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <thread>
#include <vector>

#include "base/check.h"
#include "base/env/real_env.h"
#include "runtime/checkpoint/checkpoint_directory.h"
#include "runtime/state/state_memory.h"
#include "runtime/state/task_state.h"

namespace sluice::runtime {
namespace {

double seconds_of(clockid_t clock) {
  timespec time;
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}
double now() { return seconds_of(CLOCK_MONOTONIC); }
double process_cpu() { return seconds_of(CLOCK_PROCESS_CPUTIME_ID); }
double thread_cpu() { return seconds_of(CLOCK_THREAD_CPUTIME_ID); }

// A BIGINT key, as generated code would do it.
class BigintKeys final : public KernelHandle<KeyKernels> {
 public:
  BigintKeys() {
    kernels_.equal = [](const void*, const ColumnView* columns, const uint32_t* selection, uint32_t count,
                        const uint8_t* const* slots, uint8_t* equal) {
      auto* values = static_cast<const int64_t*>(columns[0].values);
      for (uint32_t i = 0; i < count; ++i) {
        int64_t stored;
        std::memcpy(&stored, slots[i] + 8, 8);
        equal[i] = stored == values[selection ? selection[i] : i];
      }
    };
    kernels_.pack = [](const void*, const ColumnView* columns, const uint32_t* selection, uint32_t count,
                       uint8_t* const* slots, StateHeap*) {
      auto* values = static_cast<const int64_t*>(columns[0].values);
      for (uint32_t i = 0; i < count; ++i) std::memcpy(slots[i] + 8, &values[selection ? selection[i] : i], 8);
    };
    swap_in(&kernels_);
  }

 private:
  KeyKernels kernels_;
};

// null bytes (8) | key (8) | BIGINTs up to `row_bytes`.
TableSpec table_of(uint32_t row_bytes) {
  TableSpec spec;
  spec.name = "t";
  spec.fields.assign((row_bytes - 8) / 8, Type::bigint().not_null());
  for (uint32_t i = 0; i < spec.fields.size(); ++i) spec.field_ids.push_back(i);
  spec.key_fields = 1;
  spec.keys = std::make_shared<BigintKeys>();
  return spec;
}

struct Task {
  std::unique_ptr<TaskState> state;
  ValueTable* table = nullptr;
};

Task make_task(const Env& env, StateMemory& memory, const CheckpointDirectory& directory, uint32_t row_bytes,
               uint32_t subtask, uint32_t parallelism, std::shared_ptr<const RestoreSource> restore) {
  TaskStateOptions options;
  options.env = env;
  options.memory = &memory;
  options.shared_directory = directory.shared();
  options.subtask = subtask;
  options.groups = key_groups_of(subtask, parallelism, 128);
  options.restore = std::move(restore);
  if (memory.budget() != 0) options.spill_directory = directory.path() + "/spill-" + std::to_string(subtask);
  Task task;
  auto state = TaskState::create(options);
  SLUICE_CHECK(state.has_value());
  task.state = *std::move(state);
  auto table = task.state->operator_state("uid").value_table(table_of(row_bytes));
  SLUICE_CHECK(table.has_value());
  task.table = *table;
  return task;
}

// `key_of(i)` for i in 0..count.
template <class KeyOf>
void update(Task& task, int64_t count, KeyOf key_of) {
  std::vector<int64_t> keys(1024);
  std::vector<uint64_t> hashes(1024);
  std::vector<uint8_t*> slots(1024);
  std::vector<uint8_t> inserted(1024);
  ColumnView column{keys.data(), nullptr, nullptr, 0, 1024};
  for (int64_t done = 0; done < count; done += 1024) {
    auto rows = static_cast<uint32_t>(std::min<int64_t>(1024, count - done));
    for (uint32_t i = 0; i < rows; ++i) {
      keys[i] = key_of(done + i);
      hashes[i] = hash_field(kKeyHashSeed, static_cast<uint64_t>(keys[i]));
    }
    KeyBatch batch{&column, nullptr, rows, hashes.data()};
    SLUICE_CHECK(task.table->find_or_insert(batch, slots.data(), inserted.data()).has_value());
    task.table->touch(slots.data(), rows);
    for (uint32_t i = 0; i < rows; ++i) {
      int64_t value;
      std::memcpy(&value, slots[i] + 16, 8);
      value += 1;
      std::memcpy(slots[i] + 16, &value, 8);
    }
    SLUICE_CHECK(task.state->maintain(100'000).has_value());
  }
}

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

void restore(const Env& env, const CheckpointDirectory& directory, uint32_t row_bytes, int64_t entries) {
  StateMemory memory(0);
  double begin = now(), cpu = process_cpu();
  std::vector<RefusedCheckpoint> refused;
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
  auto memory = std::make_unique<StateMemory>(0);
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
