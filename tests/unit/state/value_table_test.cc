// Value tables against a model: lookups, freezing at barriers, restore, rescale, for many seeds.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "runtime/checkpoint/chain_merge.h"
#include "runtime/checkpoint/checkpoint_directory.h"
#include "runtime/checkpoint/savepoint.h"
#include "runtime/state/memory_value_table.h"
#include "tests/unit/state/state_fixture.h"

namespace sluice::runtime {
namespace {

using Model = std::map<Key, Value>;
constexpr uint32_t kMaxParallelism = 128;

// One subtask of a job with one table.
struct Subtask {
  std::unique_ptr<TaskState> state;
  ValueTable* table = nullptr;
  KeyGroupRange groups;
};

class Job {
 public:
  Job(TestEnv& env, StateMemory& memory, uint32_t parallelism, std::shared_ptr<const RestoreSource> restore = nullptr,
      std::string spill = "", int64_t ttl_ms = 0)
      : env_(env), directory_(env.env(), {"/chk", "job", 2}), parallelism_(parallelism) {
    EXPECT_TRUE(directory_.prepare());
    for (uint32_t i = 0; i < parallelism; ++i) {
      TaskStateOptions options;
      options.env = env.env();
      options.memory = &memory;
      options.shared_directory = directory_.shared();
      if (!spill.empty()) options.spill_directory = spill + std::to_string(i);
      options.subtask = i;
      options.groups = key_groups_of(i, parallelism, kMaxParallelism);
      options.max_parallelism = kMaxParallelism;
      options.restore = restore;
      Subtask subtask;
      auto created = TaskState::create(options);
      EXPECT_TRUE(created) << (created ? "" : created.error().message);
      subtask.state = *std::move(created);
      subtask.groups = options.groups;
      auto table = subtask.state->operator_state("uid").value_table(sum_table(ttl_ms));
      EXPECT_TRUE(table) << (table ? "" : table.error().message);
      subtask.table = *table;
      subtasks_.push_back(std::move(subtask));
    }
  }

  // Calls visit(table, keys of this subtask, indexes in `keys`).
  void route(const std::vector<Key>& keys,
             const std::function<void(ValueTable&, const std::vector<Key>&, const std::vector<size_t>&)>& visit) {
    Keys all(keys);
    for (Subtask& subtask : subtasks_) {
      std::vector<Key> mine;
      std::vector<size_t> indexes;
      for (uint32_t i = 0; i < all.size(); ++i) {
        if (!subtask.groups.contains(key_group_of(all.hash(i), kMaxParallelism))) continue;
        mine.push_back(keys[i]);
        indexes.push_back(i);
      }
      if (!mine.empty()) visit(*subtask.table, mine, indexes);
    }
  }

  void upsert(const std::vector<Key>& keys, const std::vector<Value>& values, Model& model) {
    route(keys, [&](ValueTable& table, const std::vector<Key>& mine, const std::vector<size_t>& indexes) {
      Keys batch(mine);
      std::vector<uint8_t*> slots(mine.size());
      std::vector<uint8_t> inserted(mine.size());
      ASSERT_TRUE(table.find_or_insert(batch.batch(), slots.data(), inserted.data()));
      table.touch(slots.data(), batch.size());
      for (size_t i = 0; i < mine.size(); ++i) {
        ASSERT_EQ(inserted[i] != 0, !model.contains(mine[i])) << mine[i].number;
        if (!inserted[i]) {
          ASSERT_EQ(read_value(table.layout(), slots[i]), model[mine[i]]);
        }
        model[mine[i]] = values[indexes[i]];
        write_value(table, slots[i], values[indexes[i]]);
      }
    });
    maintain();
  }

  void erase(const std::vector<Key>& keys, Model& model) {
    for (const Key& key : keys) {
      route({key}, [&](ValueTable& table, const std::vector<Key>& mine, const std::vector<size_t>&) {
        Keys batch(mine);
        uint8_t* slot = nullptr;
        ASSERT_TRUE(table.find(batch.batch(), &slot));
        ASSERT_EQ(slot != nullptr, model.contains(key));
        if (slot) table.erase(slot);
        model.erase(key);
      });
    }
    maintain();
  }

  void maintain() {
    for (Subtask& subtask : subtasks_) ASSERT_TRUE(subtask.state->maintain(1'000'000));
  }

  Model contents() {
    Model contents;
    for (Subtask& subtask : subtasks_) {
      EXPECT_TRUE(subtask.table->for_each([&](uint8_t* slot) {
        auto [at, is_new] =
            contents.emplace(read_key(subtask.table->layout(), slot), read_value(subtask.table->layout(), slot));
        EXPECT_TRUE(is_new) << "twice: " << at->first.number;
      }));
    }
    return contents;
  }

  // As contents, but the slots are read after the visit of all.
  Model rows_collected() {
    maintain();
    Model contents;
    for (Subtask& subtask : subtasks_) {
      std::vector<uint8_t*> slots;
      EXPECT_TRUE(subtask.table->for_each([&](uint8_t* slot) { slots.push_back(slot); }));
      const StateRowLayout& layout = subtask.table->layout();
      for (uint8_t* slot : slots) contents.emplace(read_key(layout, slot), read_value(layout, slot));
    }
    return contents;
  }

  void freeze(CheckpointId id) {
    handles_.clear();
    for (Subtask& subtask : subtasks_) {
      ASSERT_TRUE(subtask.state->freeze(id, [this](Result<TaskStateHandle> handle) {
        ASSERT_TRUE(handle) << handle.error().message;
        handles_.push_back(*handle);
      }));
    }
  }
  bool pack_some() {
    bool is_packed = true;
    for (Subtask& subtask : subtasks_) is_packed = subtask.state->pack_some(2) && is_packed;
    return is_packed;
  }
  Manifest complete(CheckpointId id) {
    while (!pack_some()) env_.executor.run_all();
    env_.executor.run_all();
    EXPECT_EQ(handles_.size(), subtasks_.size());
    Manifest manifest;
    manifest.id = id;
    manifest.job_name = "job";
    manifest.parallelism = parallelism_;
    manifest.max_parallelism = kMaxParallelism;
    manifest.tasks = handles_;
    Status status = directory_.complete(manifest);
    EXPECT_TRUE(status) << (status ? "" : status.error().message);
    EXPECT_TRUE(directory_.retire());
    return manifest;
  }
  std::shared_ptr<const RestoreSource> newest() {
    std::vector<RefusedCheckpoint> refused;
    auto found = directory_.newest(refused);
    EXPECT_TRUE(found && *found) << (refused.empty() ? "" : refused[0].why.message);
    return std::make_shared<RestoreSource>(**found);
  }
  CheckpointDirectory& directory() { return directory_; }
  uint64_t rows_in_memory() const {
    uint64_t count = 0;
    for (const Subtask& subtask : subtasks_) count += static_cast<MemoryValueTable*>(subtask.table)->rows_in_memory();
    return count;
  }
  uint64_t entries() const {
    uint64_t count = 0;
    for (const Subtask& subtask : subtasks_) count += subtask.state->entries();
    return count;
  }

 private:
  TestEnv& env_;
  CheckpointDirectory directory_;
  uint32_t parallelism_;
  std::vector<Subtask> subtasks_;
  std::vector<TaskStateHandle> handles_;
};

class Workload {
 public:
  explicit Workload(uint64_t seed, int64_t keys = 400) : random_(seed), keys_(keys) {}
  Key key() {
    auto number = static_cast<int64_t>(random_() % static_cast<uint64_t>(keys_));
    if (number % 7 == 0) return {number, "", true};
    return {number, std::string(static_cast<size_t>(number % 40), static_cast<char>('a' + number % 26)), false};
  }
  Value value() {
    auto size = static_cast<size_t>(random_() % 3 == 0 ? random_() % 400 : random_() % 16);
    if (random_() % 50 == 0) size = 1000 + random_() % 9000;
    return {static_cast<int64_t>(random_()), std::string(size, static_cast<char>('A' + random_() % 26))};
  }
  void step(Job& job, Model& model) {
    std::vector<Key> keys;
    std::vector<Value> values;
    // No key twice: the model then says what was inserted.
    std::set<Key> known;
    for (uint64_t i = random_() % 60; i > 0; --i) {
      Key next = key();
      if (!known.insert(next).second) continue;
      keys.push_back(next);
      values.push_back(value());
    }
    job.upsert(keys, values, model);
    keys.clear();
    for (uint64_t i = random_() % 8; i > 0; --i) keys.push_back(key());
    job.erase(keys, model);
  }
  uint64_t next() { return random_(); }

 private:
  std::mt19937_64 random_;
  int64_t keys_;
};

TEST(ValueTable, SharesSlotsOfEqualKeysOfOneBatch) {
  TestEnv env;
  StateMemory memory(0);
  TaskStateOptions options;
  options.env = env.env();
  options.memory = &memory;
  options.groups = {0, 128};
  auto state = *TaskState::create(options);
  ValueTable& table = **state->operator_state("u").value_table(sum_table());
  Keys keys({{1, "a", false}, {2, "a", false}, {1, "a", false}, {1, "", true}, {1, "", false}, {1, "", true}});
  uint8_t* slots[6];
  uint8_t inserted[6];
  ASSERT_TRUE(table.find_or_insert(keys.batch(), slots, inserted));
  EXPECT_EQ(std::vector<uint8_t>(inserted, inserted + 6), (std::vector<uint8_t>{1, 1, 0, 1, 1, 0}));
  EXPECT_EQ(slots[0], slots[2]);
  EXPECT_EQ(slots[3], slots[5]);
  EXPECT_EQ(table.size(), 4U);
}

TEST(ValueTable, ManyKeysAreFoundAgain) {
  TestEnv env;
  StateMemory memory(0);
  Job job(env, memory, 1);
  Model model;
  std::vector<Key> keys;
  std::vector<Value> values;
  for (int64_t i = 0; i < 50'000; ++i) {
    bool is_null = i % 11 == 0;
    std::string text = i % 3 == 0 ? "some longer text " + std::to_string(i) : "x";
    keys.push_back({i * 1000, is_null ? "" : text, is_null});
    values.push_back({i, ""});
  }
  job.upsert(keys, values, model);
  EXPECT_EQ(job.entries(), 50'000U);
  job.upsert(keys, values, model);
  EXPECT_EQ(job.entries(), 50'000U);
  EXPECT_TRUE(job.contents() == model);
}

TEST(ValueTable, ContentsAtTheBarrierAreRestoredForManySeeds) {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    TestEnv env;
    StateMemory memory(0);
    Workload work(seed);
    Model model;
    auto job = std::make_unique<Job>(env, memory, 1 + static_cast<uint32_t>(seed % 3));
    for (CheckpointId id = 1; id <= 8; ++id) {
      for (uint64_t i = work.next() % 6; i > 0; --i) work.step(*job, model);
      Model frozen = model;
      job->freeze(id);
      // The job goes on while the checkpoint is written.
      for (uint64_t i = work.next() % 6; i > 0; --i) {
        work.step(*job, model);
        if (work.next() % 2 == 0) job->pack_some();
        if (work.next() % 2 == 0 && !env.executor.queue.empty()) env.executor.run_one();
      }
      job->complete(id);
      EXPECT_TRUE(job->contents() == model);
      if (work.next() % 3 != 0) continue;
      auto restore = job->newest();
      EXPECT_EQ(restore->manifest.id, id);
      job = std::make_unique<Job>(env, memory, 1 + static_cast<uint32_t>(work.next() % 3), restore);
      EXPECT_TRUE(job->contents() == frozen);
      model = frozen;
      ASSERT_TRUE(job->directory().remove_orphans());
    }
  }
}

TEST(ValueTable, SegmentsAreMergedAndLoseNothing) {
  for (uint64_t seed = 1; seed <= 6; ++seed) {
    SCOPED_TRACE(seed);
    TestEnv env;
    StateMemory memory(0);
    Workload work(seed * 100, 1000);
    Model model;
    auto job = std::make_unique<Job>(env, memory, 2);
    size_t longest = 0;
    for (CheckpointId id = 1; id <= 90; ++id) {
      work.step(*job, model);
      job->freeze(id);
      Manifest manifest = job->complete(id);
      for (const TaskStateHandle& task : manifest.tasks) longest = std::max(longest, task.segments.size());
      if (id % 13 != 0) continue;
      job = std::make_unique<Job>(env, memory, 1 + static_cast<uint32_t>(work.next() % 3), job->newest());
      EXPECT_TRUE(job->contents() == model);
    }
    EXPECT_GE(longest, kMergeSegmentsMin);
    EXPECT_LE(longest, 2 * kChainSegmentsMax);
    // Nothing is left on disk but what the retained checkpoints name, and what was merged before it was ever named.
    auto files = env.files.list("/chk/job/shared");
    EXPECT_LE(files->size(), 4 * kChainSegmentsMax);
  }
}

TEST(ValueTable, RestoredAtOtherParallelismsOneTwoThree) {
  TestEnv env;
  StateMemory memory(0);
  Workload work(42, 5000);
  Model model;
  auto job = std::make_unique<Job>(env, memory, 1);
  CheckpointId id = 1;
  for (uint32_t parallelism : {2U, 3U, 1U, 3U, 2U}) {
    for (int i = 0; i < 40; ++i) work.step(*job, model);
    job->freeze(id);
    job->complete(id++);
    job = std::make_unique<Job>(env, memory, parallelism, job->newest());
    EXPECT_TRUE(job->contents() == model);
  }
}

TEST(ValueTable, SavepointIsRestoredAtAnyParallelismAndIsWrittenAnewAfterwards) {
  for (uint32_t parallelism : {1U, 2U, 3U}) {
    TestEnv env;
    StateMemory memory(0);
    Workload work(7 + parallelism, 3000);
    Model model;
    auto job = std::make_unique<Job>(env, memory, 2);
    for (CheckpointId id = 1; id <= 3; ++id) {
      for (int i = 0; i < 30; ++i) work.step(*job, model);
      job->freeze(id);
      job->complete(id);
    }
    ASSERT_TRUE(env.files.create_directories("/savepoints"));
    Status written = write_savepoint(env.env(), *job->newest(), "/savepoints/s1");
    ASSERT_TRUE(written) << written.error().message;
    EXPECT_FALSE(write_savepoint(env.env(), *job->newest(), "/savepoints/s1"));
    std::vector<RefusedCheckpoint> refused;
    auto source = open_restore_source(env.env(), "/savepoints/s1", refused);
    ASSERT_TRUE(source) << source.error().message;
    EXPECT_TRUE(source->manifest.is_savepoint);
    job.reset();
    ASSERT_TRUE(env.files.remove_recursively("/chk"));
    job = std::make_unique<Job>(env, memory, parallelism, std::make_shared<RestoreSource>(*source));
    EXPECT_TRUE(job->contents() == model);
    // The job's own checkpoint holds all of it, and does not need the savepoint any more.
    ASSERT_TRUE(env.files.remove_recursively("/savepoints"));
    job->freeze(4);
    job->complete(4);
    job = std::make_unique<Job>(env, memory, 2, job->newest());
    EXPECT_TRUE(job->contents() == model);
  }
}

TEST(ValueTable, EvictedRowsComeBackForManySeeds) {
  for (uint64_t seed = 1; seed <= 6; ++seed) {
    SCOPED_TRACE(seed);
    TestEnv env;
    StateMemory memory(uint64_t{1} << 20);
    std::string spill = "/spill";
    Workload work(seed * 31, 8000);
    Model model;
    auto job = std::make_unique<Job>(env, memory, 1 + static_cast<uint32_t>(seed % 2), nullptr, spill);
    for (CheckpointId id = 1; id <= 6; ++id) {
      for (uint64_t i = work.next() % 100; i > 0; --i) work.step(*job, model);
      Model frozen = model;
      job->freeze(id);
      for (uint64_t i = work.next() % 20; i > 0; --i) {
        work.step(*job, model);
        if (work.next() % 4 == 0) job->pack_some();
      }
      job->complete(id);
      EXPECT_EQ(job->entries(), model.size());
      EXPECT_LT(job->rows_in_memory(), 3000U);  // A page per task stays.
      ASSERT_TRUE(job->contents() == model);
      EXPECT_TRUE(job->rows_collected() == model);
      EXPECT_EQ(job->entries(), model.size());
      if (work.next() % 2 != 0) continue;
      auto restore = job->newest();
      job.reset();
      job = std::make_unique<Job>(env, memory, 1 + static_cast<uint32_t>(work.next() % 3), restore, spill);
      ASSERT_TRUE(job->contents() == frozen);
      model = frozen;
    }
  }
}

TEST(ValueTable, EvictedRowsAreInSavepoints) {
  TestEnv env;
  StateMemory memory(uint64_t{1} << 20);
  std::string spill = "/spill";
  Workload work(5, 20'000);
  Model model;
  auto job = std::make_unique<Job>(env, memory, 2, nullptr, spill);
  for (int i = 0; i < 400; ++i) work.step(*job, model);
  job->freeze(1);
  job->complete(1);
  ASSERT_TRUE(env.files.create_directories("/savepoints"));
  ASSERT_TRUE(write_savepoint(env.env(), *job->newest(), "/savepoints/s1"));
  std::vector<RefusedCheckpoint> refused;
  auto source = open_restore_source(env.env(), "/savepoints/s1", refused);
  ASSERT_TRUE(source);
  job.reset();
  job = std::make_unique<Job>(env, memory, 3, std::make_shared<RestoreSource>(*source), spill);
  EXPECT_TRUE(job->contents() == model);
  job->freeze(2);
  job->complete(2);
  job = std::make_unique<Job>(env, memory, 1, job->newest());
  EXPECT_TRUE(job->contents() == model);
}

TEST(ValueTable, TimeToLive) {
  TestEnv env;
  StateMemory memory(0);
  auto job = std::make_unique<Job>(env, memory, 1, nullptr, "", 100);
  Model model;
  Key a{1, "a", false}, b{2, "b", false};
  job->upsert({a, b}, {{1, "one"}, {2, "a note that is long enough"}}, model);
  env.clock.wall += 60;
  job->upsert({a}, {{3, "three"}}, model);
  env.clock.wall += 40;  // b was written 100 ms ago: expired. a lives.
  EXPECT_EQ(job->contents(), (Model{{a, {3, "three"}}}));
  job->freeze(1);
  job->complete(1);
  model.erase(b);
  job->upsert({a, b}, {{4, "four"}, {5, ""}}, model);  // Checks that b counts as inserted.
  env.clock.wall += 100;
  model.clear();
  job->erase({a}, model);  // Checks that an expired row is not found.
  EXPECT_EQ(job->entries(), 1U);
  env.clock.wall += 5000;
  job->maintain();
  EXPECT_EQ(job->entries(), 0U);
  job->freeze(2);
  job->complete(2);
  job = std::make_unique<Job>(env, memory, 1, job->newest(), "", 100);
  EXPECT_EQ(job->entries(), 0U);
}

TEST(ValueTable, ExpiredRowsOfACheckpointAreNotSeen) {
  TestEnv env;
  StateMemory memory(0);
  auto job = std::make_unique<Job>(env, memory, 1, nullptr, "", 100);
  Model model;
  Key a{1, "a", false};
  job->upsert({a}, {{1, "one"}}, model);
  job->freeze(1);
  job->complete(1);
  auto restore = job->newest();
  env.clock.wall += 50;
  job = std::make_unique<Job>(env, memory, 1, restore, "", 100);
  EXPECT_TRUE(job->contents() == model);
  env.clock.wall += 50;
  EXPECT_EQ(job->contents(), Model());
}

}  // namespace
}  // namespace sluice::runtime
