#pragma once
// What the benchmarks of state share: clocks, kernels for a BIGINT key as generated code would be, tasks with one
// table.
#include <time.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/env/real_env.h"
#include "runtime/checkpoint/checkpoint_directory.h"
#include "runtime/state/state_memory.h"
#include "runtime/state/task_state.h"

namespace sluice::runtime {

inline double seconds_of(clockid_t clock) {
  timespec time;
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}
inline double now() { return seconds_of(CLOCK_MONOTONIC); }
inline double process_cpu() { return seconds_of(CLOCK_PROCESS_CPUTIME_ID); }
inline double thread_cpu() { return seconds_of(CLOCK_THREAD_CPUTIME_ID); }

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
inline TableSpec table_of(uint32_t row_bytes) {
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

inline Task make_task(const Env& env, StateMemory& memory, const CheckpointDirectory& directory, uint32_t row_bytes,
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

}  // namespace sluice::runtime
