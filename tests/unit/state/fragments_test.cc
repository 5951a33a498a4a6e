// Checkpoints of jobs with several stateful fragments.
#include <gtest/gtest.h>

#include <map>

#include "tests/unit/state/state_fixture.h"

namespace sluice::runtime {
namespace {

// One attempt of a job whose operators "a", "b", ... run in fragments of their own, or where `fragments` says.
class Attempt {
 public:
  using Fragments = std::vector<std::set<std::string>>;

  Attempt(TestEnv& env, const Fragments& fragments) : env_(env), directory_(env.env(), {"/chk", "job", 1}) {
    EXPECT_TRUE(directory_.prepare());
    std::vector<RefusedCheckpoint> refused;
    auto newest = *directory_.newest(refused);
    for (const std::set<std::string>& uids : fragments) {
      TaskStateOptions options;
      options.env = env.env();
      options.memory = &memory_;
      options.shared_directory = directory_.shared();
      options.fragment = static_cast<uint32_t>(tasks_.size());
      options.groups = {0, 128};
      options.uids = uids;
      if (newest) options.restore = std::make_shared<RestoreSource>(*newest);
      tasks_.push_back(*TaskState::create(options));
      for (const std::string& uid : uids) tables_[uid] = *tasks_.back()->operator_state(uid).value_table(sum_table());
    }
    next_id_ = *directory_.next_id();
  }

  void set(const std::string& uid, int64_t value) {
    Keys keys({{1, "key", false}});
    uint8_t* slot = nullptr;
    uint8_t inserted = 0;
    ASSERT_TRUE(tables_.at(uid)->find_or_insert(keys.batch(), &slot, &inserted));
    tables_.at(uid)->touch(&slot, 1);
    write_value(*tables_.at(uid), slot, {value, ""});
  }
  int64_t get(const std::string& uid) {
    Keys keys({{1, "key", false}});
    uint8_t* slot = nullptr;
    EXPECT_TRUE(tables_.at(uid)->find(keys.batch(), &slot));
    return slot == nullptr ? -1 : read_value(tables_.at(uid)->layout(), slot).sum;
  }
  void checkpoint() {
    Manifest manifest;
    manifest.id = next_id_++;
    for (const auto& task : tasks_) {
      ASSERT_TRUE(task->freeze(manifest.id, [&](Result<TaskStateHandle> handle) {
        ASSERT_TRUE(handle);
        manifest.tasks.push_back(*std::move(handle));
      }));
      while (!task->pack_some(1'000'000)) env_.executor.run_all();
      env_.executor.run_all();
    }
    ASSERT_TRUE(directory_.complete(manifest));
    ASSERT_TRUE(directory_.retire());
  }

 private:
  TestEnv& env_;
  StateMemory memory_{0};
  CheckpointDirectory directory_;
  std::vector<std::unique_ptr<TaskState>> tasks_;
  std::map<std::string, ValueTable*> tables_;
  CheckpointId next_id_ = 1;
};

void expect_values_through(const std::vector<Attempt::Fragments>& attempts) {
  TestEnv env;
  std::map<std::string, int64_t> expected;
  int64_t value = 100;
  for (size_t i = 0; i < attempts.size(); ++i) {
    SCOPED_TRACE(i);
    Attempt attempt(env, attempts[i]);
    for (const auto& [uid, last] : expected) EXPECT_EQ(attempt.get(uid), last) << uid;
    // Twice, because a fragment may stay as it was restored while another one goes on.
    for (const std::string uid : {"a", "b"}) {
      if (i % 2 == 0 || uid == "a") attempt.set(uid, expected[uid] = ++value);
      attempt.checkpoint();
    }
  }
}

TEST(Fragments, KeepOnlyTheirOwnTables) {
  Attempt::Fragments apart = {{"a"}, {"b"}};
  expect_values_through({apart, apart, apart, apart, apart});
}

TEST(Fragments, MayBeCutInAnotherWay) {
  Attempt::Fragments apart = {{"a"}, {"b"}}, together = {{"a", "b"}}, swapped = {{"b"}, {"a"}};
  expect_values_through({apart, together, apart, swapped, together, swapped, apart, apart, apart});
}

}  // namespace
}  // namespace sluice::runtime
