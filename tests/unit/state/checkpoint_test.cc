// Slices, ordered tables and lists through checkpoints; changed layouts; damaged files; full disks; crashes at every
// fault point.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "runtime/checkpoint/chain_merge.h"
#include "runtime/checkpoint/savepoint.h"
#include "tests/unit/state/state_fixture.h"

namespace sluice::runtime {
namespace {

constexpr KeyGroupRange kAll{0, 128};

class OneTask {
 public:
  explicit OneTask(TestEnv& env, StateMemory& memory, std::shared_ptr<const RestoreSource> restore = nullptr)
      : env_(env), directory_(env.env(), {"/chk", "job", 2}) {
    EXPECT_TRUE(directory_.prepare());
    TaskStateOptions options;
    options.env = env.env();
    options.memory = &memory;
    options.shared_directory = directory_.shared();
    options.groups = kAll;
    options.restore = std::move(restore);
    state_ = *TaskState::create(options);
  }
  OperatorState& op() { return state_->operator_state("uid"); }
  TaskState& state() { return *state_; }
  CheckpointDirectory& directory() { return directory_; }

  void freeze(CheckpointId id) {
    handle_ = fail(ErrorCode::CheckpointFailed, "not done");
    ASSERT_TRUE(state_->freeze(id, [this](Result<TaskStateHandle> handle) { handle_ = std::move(handle); }));
  }
  Status complete(CheckpointId id) {
    while (!state_->pack_some(1)) env_.executor.run_all();
    env_.executor.run_all();
    if (!handle_) return std::move(handle_).as_failure();
    Manifest manifest;
    manifest.id = id;
    manifest.job_graph = "graph";
    manifest.sinks = {{"sink", {"a", "b"}}};
    manifest.tasks = {*handle_};
    SLUICE_DO(directory_.complete(manifest));
    return directory_.retire();
  }
  void checkpoint(CheckpointId id) {
    freeze(id);
    Status status = complete(id);
    ASSERT_TRUE(status) << status.error().message;
  }
  std::shared_ptr<const RestoreSource> newest(std::vector<RefusedCheckpoint>* refused = nullptr) {
    std::vector<RefusedCheckpoint> ignored;
    auto found = directory_.newest(refused ? *refused : ignored);
    if (!found || !*found) return nullptr;
    return std::make_shared<RestoreSource>(**found);
  }

 private:
  TestEnv& env_;
  CheckpointDirectory directory_;
  std::unique_ptr<TaskState> state_;
  Result<TaskStateHandle> handle_ = fail(ErrorCode::CheckpointFailed, "not done");
};

using Sums = std::map<int64_t, int64_t>;

void add(ValueTable& table, const std::vector<int64_t>& numbers, int64_t by) {
  std::vector<Key> keys;
  for (int64_t number : numbers) keys.push_back({number, "a key that is not inline", false});
  Keys batch(keys);
  std::vector<uint8_t*> slots(keys.size());
  std::vector<uint8_t> inserted(keys.size());
  ASSERT_TRUE(table.find_or_insert(batch.batch(), slots.data(), inserted.data()));
  table.touch(slots.data(), batch.size());
  for (uint8_t* slot : slots) {
    Value value = read_value(table.layout(), slot);
    write_value(table, slot, {value.sum + by, "note"});
  }
}

Sums sums_of(ValueTable& table) {
  Sums sums;
  EXPECT_TRUE(table.for_each(
      [&](uint8_t* slot) { sums[read_key(table.layout(), slot).number] = read_value(table.layout(), slot).sum; }));
  return sums;
}

std::map<int64_t, Sums> slices_of(SliceTables& slices) {
  std::map<int64_t, Sums> all;
  for (int64_t end : slices.slice_ends()) all[end] = sums_of(*slices.find_slice(end));
  std::erase_if(all, [](const auto& slice) { return slice.second.empty(); });
  return all;
}

TEST(Slices, DroppedAndMadeAgainAroundBarriersForManySeeds) {
  for (uint64_t seed = 1; seed <= 80; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    TestEnv env;
    StateMemory memory(0);
    auto task = std::make_unique<OneTask>(env, memory);
    SliceTables* slices = *task->op().slice_tables(sum_table());
    std::map<int64_t, Sums> model;
    auto step = [&] {
      auto end = static_cast<int64_t>(random() % 5) * 1000;
      if (random() % 4 == 0) {
        slices->drop(end);
        model.erase(end);
        return;
      }
      std::vector<int64_t> numbers;
      for (uint64_t i = random() % 20; i > 0; --i) numbers.push_back(static_cast<int64_t>(i * 3 + random() % 3));
      add(**slices->slice(end), numbers, 1);
      for (int64_t number : numbers) ++model[end][number];
    };
    for (CheckpointId id = 1; id <= 30; ++id) {
      for (uint64_t i = random() % 5; i > 0; --i) step();
      auto frozen = model;
      task->freeze(id);
      for (uint64_t i = random() % 5; i > 0; --i) {
        step();
        if (random() % 2 == 0) task->state().pack_some(1);
      }
      ASSERT_TRUE(task->complete(id));
      if (random() % 4 != 0) continue;
      task = std::make_unique<OneTask>(env, memory, task->newest());
      slices = *task->op().slice_tables(sum_table());
      std::erase_if(frozen, [](const auto& slice) { return slice.second.empty(); });
      ASSERT_EQ(slices_of(*slices), frozen);
      model = frozen;
    }
  }
}

TEST(Ordered, MultisetsAroundBarriersForManySeeds) {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    TestEnv env;
    StateMemory memory(0);
    auto task = std::make_unique<OneTask>(env, memory);
    OrderedTable* table = *task->op().ordered_table("top");
    std::map<std::string, std::map<std::string, int64_t>> model;
    auto hash_of = [](const std::string& group) {
      return hash_bytes(kKeyHashSeed, group.data(), static_cast<uint32_t>(group.size()));
    };
    auto step = [&] {
      std::string group = "group " + std::to_string(random() % 4);
      std::string element(1 + random() % 20, static_cast<char>('a' + random() % 4));
      if (random() % 30 == 0) {
        ASSERT_TRUE(table->erase_group(group, hash_of(group)));
        model.erase(group);
        return;
      }
      int64_t delta = random() % 2 == 0 ? 1 : -1;
      auto count = table->add(group, hash_of(group), element, delta);
      ASSERT_EQ(*count, model[group][element] + delta);
      if ((model[group][element] += delta) == 0) model[group].erase(element);
      if (model[group].empty()) model.erase(group);
    };
    auto check = [&] {
      for (int i = 0; i < 4; ++i) {
        std::string group = "group " + std::to_string(i), first, last;
        bool exists = model.contains(group);
        ASSERT_EQ(*table->first(group, hash_of(group), first), exists);
        ASSERT_EQ(*table->last(group, hash_of(group), last), exists);
        if (!exists) continue;
        ASSERT_EQ(first, model[group].begin()->first);
        ASSERT_EQ(last, model[group].rbegin()->first);
        for (auto& [element, count] : model[group]) ASSERT_EQ(*table->count(group, hash_of(group), element), count);
      }
    };
    for (CheckpointId id = 1; id <= 25; ++id) {
      for (uint64_t i = random() % 20; i > 0; --i) step();
      auto frozen = model;
      task->freeze(id);
      for (uint64_t i = random() % 20; i > 0; --i) {
        step();
        if (random() % 4 == 0) task->state().pack_some(1);
      }
      check();
      ASSERT_TRUE(task->complete(id));
      if (random() % 4 != 0) continue;
      uint64_t elements = 0;
      for (auto& [group, members] : frozen) elements += members.size();
      task = std::make_unique<OneTask>(env, memory, task->newest());
      table = *task->op().ordered_table("top");
      model = frozen;
      ASSERT_EQ(task->state().entries(), elements);
      check();
    }
  }
}

TEST(Savepoint, HoldsSlicesOrderedTablesAndLists) {
  TestEnv env;
  StateMemory memory(0);
  auto task = std::make_unique<OneTask>(env, memory);
  SliceTables* slices = *task->op().slice_tables(sum_table());
  OrderedTable* ordered = *task->op().ordered_table("top");
  ListState* list = *task->op().list_state("offsets");
  add(**slices->slice(1000), {1, 2, 3}, 5);
  add(**slices->slice(2000), {2}, 7);
  ASSERT_TRUE(ordered->add("g", 99, "element", 3));
  list->set({"x", ""});
  task->checkpoint(1);
  slices->drop(1000);
  add(**slices->slice(1000), {9}, 1);
  list->set({"y"});
  task->checkpoint(2);
  ASSERT_TRUE(env.files.create_directories("/sp"));
  ASSERT_TRUE(write_savepoint(env.env(), *task->newest(), "/sp/one"));
  std::vector<RefusedCheckpoint> refused;
  auto source = open_restore_source(env.env(), "/sp/one", refused);
  ASSERT_TRUE(source);
  EXPECT_EQ(source->manifest.job_graph, "graph");
  task = std::make_unique<OneTask>(env, memory, std::make_shared<RestoreSource>(*source));
  slices = *task->op().slice_tables(sum_table());
  EXPECT_EQ(slices_of(*slices), (std::map<int64_t, Sums>{{1000, {{9, 1}}}, {2000, {{2, 7}}}}));
  ordered = *task->op().ordered_table("top");
  EXPECT_EQ(*ordered->count("g", 99, "element"), 3);
  EXPECT_EQ((*task->op().list_state("offsets"))->restored(), (std::vector<std::string>{"y"}));
}

TEST(Restore, MatchesFieldsById) {
  for (bool through_savepoint : {false, true}) {
    TestEnv env;
    StateMemory memory(0);
    auto task = std::make_unique<OneTask>(env, memory);
    add(**task->op().value_table(sum_table()), {1, 2}, 5);
    task->checkpoint(1);
    auto source = task->newest();
    if (through_savepoint) {
      ASSERT_TRUE(env.files.create_directories("/sp"));
      ASSERT_TRUE(write_savepoint(env.env(), *source, "/sp/one"));
      std::vector<RefusedCheckpoint> refused;
      source = std::make_shared<RestoreSource>(*open_restore_source(env.env(), "/sp/one", refused));
    }
    // `sum` is gone, a nullable and a NOT NULL field are new, `note` has moved.
    TableSpec changed = sum_table();
    changed.fields = {Type::bigint().not_null(), Type::string(), Type::float64(), Type::string(),
                      Type::integer().not_null()};
    changed.field_ids = {1, 2, 7, 4, 8};
    changed.keys = std::make_shared<ReferenceKeys>(changed.fields);
    task = std::make_unique<OneTask>(env, memory, source);
    auto table = task->op().value_table(changed);
    ASSERT_TRUE(table) << table.error().message;
    int rows = 0;
    ASSERT_TRUE((*table)->for_each([&](uint8_t* slot) {
      ++rows;
      EXPECT_EQ(read_key((*table)->layout(), slot).text, "a key that is not inline");
      EXPECT_EQ(slot[0], 4);  // Only the new DOUBLE is NULL.
      StringView note;
      std::memcpy(&note, slot + (*table)->layout().fields[3].offset, 16);
      EXPECT_EQ(note.view(), "note");
    }));
    EXPECT_EQ(rows, 2);
    // Another type under the same id cannot be used.
    changed.field_ids = {1, 2, 7, 3, 8};
    task = std::make_unique<OneTask>(env, memory, source);
    auto refused = task->op().value_table(changed);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::IncompatibleState);
  }
}

TEST(Restore, EveryFlippedBitIsDetectedAndTheCheckpointBeforeIsUsed) {
  TestEnv env;
  StateMemory memory(0);
  OneTask task(env, memory);
  ValueTable* table = *task.op().value_table(sum_table());
  add(*table, {1, 2, 3}, 1);
  task.checkpoint(1);
  add(*table, {2}, 1);
  task.checkpoint(2);
  auto newest = task.newest();
  ASSERT_EQ(newest->manifest.id, 2U);
  std::vector<std::string> paths = {"/chk/job/chk-2/manifest",
                                    "/chk/job/shared/" + newest->manifest.tasks[0].segments.back().file};
  for (const std::string& path : paths) {
    uint64_t bits = env.files.read_all(path)->size() * 8;
    for (uint64_t bit = 0; bit < bits; ++bit) {
      env.files.flip_bit(path, bit);
      std::vector<RefusedCheckpoint> refused;
      auto used = task.newest(&refused);
      ASSERT_TRUE(used);
      ASSERT_EQ(used->manifest.id, 1U) << path << " bit " << bit;
      ASSERT_EQ(refused.size(), 1U);
      ASSERT_EQ(refused[0].path, "/chk/job/chk-2");
      ASSERT_TRUE(refused[0].why.code == ErrorCode::CorruptCheckpoint ||
                  refused[0].why.code == ErrorCode::IncompatibleState);
      env.files.flip_bit(path, bit);
    }
  }
  EXPECT_EQ(*task.directory().next_id(), 3U);
}

TEST(Restore, MissingSegmentIsDetected) {
  TestEnv env;
  StateMemory memory(0);
  OneTask task(env, memory);
  add(**task.op().value_table(sum_table()), {1}, 1);
  task.checkpoint(1);
  ASSERT_TRUE(env.files.remove("/chk/job/shared/" + task.newest()->manifest.tasks[0].segments[0].file));
  std::vector<RefusedCheckpoint> refused;
  EXPECT_EQ(task.newest(&refused), nullptr);
  EXPECT_EQ(refused.size(), 1U);
}

TEST(Checkpoint, FullDiskFailsTheCheckpointAndKeepsTheOneBefore) {
  TestEnv env;
  StateMemory memory(0);
  OneTask task(env, memory);
  ValueTable* table = *task.op().value_table(sum_table());
  add(*table, {1}, 1);
  task.checkpoint(1);
  for (uint64_t room : {0U, 10U, 200U, 400U, 600U}) {
    OneTask again(env, memory, task.newest());
    add(**again.op().value_table(sum_table()), {1, 2}, 1);
    env.files.set_capacity_bytes(env.files.appended_bytes() + room);
    again.freeze(2);
    Status status = again.complete(2);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, ErrorCode::DiskFull);
    env.files.set_capacity_bytes(UINT64_MAX);
    ASSERT_EQ(task.newest()->manifest.id, 1U);
    ASSERT_TRUE(task.directory().remove_orphans());
  }
}

// The process dies at the n-th fault point, for every n, and the machine loses power.
struct Crash {};
uint64_t faults_left = 0;
uint64_t faults_seen = 0;

TEST(Checkpoint, CrashAtEveryFaultPointLeavesAGoodCheckpoint) {
  uint64_t points = 0;
  for (uint64_t n = 0; n == 0 || n < points; ++n) {
    SCOPED_TRACE(n);
    TestEnv env;
    StateMemory memory(0);
    std::map<CheckpointId, Sums> states;
    CheckpointId completed = 0;
    faults_left = n == 0 ? UINT64_MAX : n;
    faults_seen = 0;
    fault_hook = [](const char*) {
      ++faults_seen;
      if (--faults_left == 0) throw Crash();
    };
    try {
      OneTask task(env, memory);
      ValueTable* table = *task.op().value_table(sum_table());
      for (CheckpointId id = 1; id <= 12; ++id) {
        add(*table, {static_cast<int64_t>(id), 1, 2}, 1);
        states[id] = sums_of(*table);
        task.freeze(id);
        ASSERT_TRUE(task.complete(id));
        completed = id;
      }
    } catch (const Crash&) {}
    fault_hook = nullptr;
    if (n == 0) points = faults_seen;
    env.executor.queue.clear();
    env.files.crash();
    CheckpointDirectory directory(env.env(), {"/chk", "job", 2});
    std::vector<RefusedCheckpoint> refused;
    auto newest = directory.newest(refused);
    ASSERT_TRUE(newest);
    EXPECT_TRUE(refused.empty()) << refused[0].why.message;
    if (completed > 0) ASSERT_TRUE(newest->has_value());
    if (!newest->has_value()) continue;
    EXPECT_GE((*newest)->manifest.id, completed);
    OneTask task(env, memory, std::make_shared<RestoreSource>(**newest));
    ASSERT_TRUE(task.directory().remove_orphans());
    EXPECT_EQ(sums_of(**task.op().value_table(sum_table())), states[(*newest)->manifest.id]);
  }
  EXPECT_GT(points, 100U);
}

TEST(Merge, ChoosesSegmentsOfLikeSize) {
  auto chain = [](std::vector<uint64_t> sizes) {
    std::vector<SegmentRef> segments;
    for (uint64_t size : sizes) segments.push_back({"f", size, 0, kAll});
    return segments;
  };
  auto range = [&](std::vector<uint64_t> sizes) {
    MergeRange found = choose_merge(chain(std::move(sizes)), kAll);
    return std::pair(found.begin, found.end);
  };
  using Range = std::pair<size_t, size_t>;
  EXPECT_EQ(range({}), Range(0, 0));
  EXPECT_EQ(range({1, 1, 1, 1, 1, 1, 1}), Range(0, 0));
  EXPECT_EQ(range({1, 1, 1, 1, 1, 1, 1, 1}), Range(0, 8));
  EXPECT_EQ(range({1000, 1, 1, 1, 1, 1, 1, 1, 1}), Range(1, 9));
  EXPECT_EQ(range({10, 1, 1, 1, 1, 1, 1, 1, 1}), Range(0, 9));
  EXPECT_EQ(range({1000, 1, 1, 1, 1, 1, 1, 1}), Range(0, 0));
  std::vector<uint64_t> falling;
  for (int i = 30; i > 5; --i) falling.push_back(uint64_t{1} << (2 * i));
  EXPECT_EQ(range(falling), Range(17, 25));
  std::vector<SegmentRef> rescaled = chain({100, 100, 1, 1, 1, 1, 1, 1, 1, 1});
  rescaled[1].groups = {0, 64};
  EXPECT_EQ(choose_merge(rescaled, kAll).begin, 2U);
  rescaled[2].groups = {64, 128};
  EXPECT_EQ(choose_merge(rescaled, kAll).begin, 0U);
}

}  // namespace
}  // namespace sluice::runtime
