// Whole jobs on a simulated executor: checkpoints, crashes, restarts, rescaling, stopping.
#include <condition_variable>
#include <map>
#include <mutex>

#include <gtest/gtest.h>

#include "base/env/real_env.h"
#include "runtime/connectors/values/store.h"
#include "runtime/interp/interpreter_provider.h"
#include "runtime/job/embedded_engine.h"
#include "tests/sim/graph_builder.h"
#include "tests/sim/memory_file_system.h"
#include "tests/sim/sim_env.h"

namespace sluice::runtime {
namespace {

using Table = std::map<int64_t, std::pair<int64_t, int64_t>>;  // k -> count, sum

// A process that can be killed: files and `values` tables outlive it.
class World {
 public:
  explicit World(uint64_t seed) : seed_(seed) { boot(); }
  ~World() {
    if (job) kill();
  }

  void boot() {
    env = std::make_unique<sim::SimEnv>(seed_++, &files);
    engine = std::make_unique<EmbeddedEngine>(
        EngineOptions{.env = env->env(), .code = &code, .connectors = &connectors(), .values = &store});
  }
  void kill() {
    env->executor().clear();
    job->abandon();
    job.reset();
  }
  void submit(const jobgraph::JobGraph& graph, JobOptions options) {
    options.spills = false;  // The spill store does not run on simulated files.
    auto submitted = engine->submit(graph, std::move(options));
    ASSERT_TRUE(submitted) << submitted.error().message;
    job = *std::move(submitted);
    ended = false;
    job->on_end([this] { ended = true; });
    job->start();
  }
  bool run_to_end() {
    bool done = env->run_until([this] { return ended; }, 200'000);
    JobStatus status = job->status();
    if (!done) ADD_FAILURE() << text_of(status.state) << " " << (status.failure ? status.failure->message : "");
    return done;
  }

  // Sums the published changelog up; every retraction must meet what it takes back.
  Table table() const {
    Table table;
    for (const TableChange& change : store.published("out")) {
      int64_t key = change.row[0].get<int64_t>();
      std::pair<int64_t, int64_t> row(change.row[1].get<int64_t>(), change.row[2].get<int64_t>());
      if (sign_of(change.kind) > 0) {
        table[key] = row;
      } else {
        EXPECT_EQ(table[key], row);
        if (change.kind == RowKind::Delete) table.erase(key);
      }
    }
    return table;
  }

  sim::MemoryFileSystem files;
  ValuesStore store;
  InterpreterProvider code;
  std::unique_ptr<sim::SimEnv> env;
  std::unique_ptr<EmbeddedEngine> engine;
  std::shared_ptr<Job> job;
  bool ended = false;

 private:
  uint64_t seed_;
};

std::string why(const World& world) {
  JobStatus status = world.job->status();
  return std::string(text_of(status.state)) + " " + (status.failure ? status.failure->message : "");
}

std::vector<TableChange> pairs(int64_t begin, int64_t end, int64_t keys) {
  std::vector<TableChange> rows;
  for (int64_t i = begin; i < end; ++i) rows.push_back({RowKind::Insert, {Value{i % keys}, Value{i}}});
  return rows;
}

Table expected(int64_t end, int64_t keys) {
  Table table;
  for (int64_t i = 0; i < end; ++i) {
    auto& [count, sum] = table[i % keys];
    ++count, sum += i;
  }
  return table;
}

TEST(JobTest, ABoundedJobPublishesWithItsFinalCheckpoint) {
  for (uint32_t parallelism : {1U, 3U}) {
    for (uint32_t capacity : {1U, 8U}) {
      for (uint32_t rows_max : {1U, 7U, 1024U}) {
        World world(parallelism * 100 + capacity);
        world.store.append("in", pairs(0, 2000, 17));
        world.store.close("in");
        world.submit(sim::counting_graph("job", true),
                     {.parallelism = parallelism, .channel_capacity = capacity, .batch_rows_max = rows_max});
        ASSERT_TRUE(world.run_to_end());
        JobStatus status = world.job->status();
        EXPECT_EQ(status.state, JobState::Finished) << (status.failure ? status.failure->message : "");
        EXPECT_EQ(status.checkpoints.completed, 1U);
        EXPECT_EQ(world.table(), expected(2000, 17));
        EXPECT_EQ(world.job->metrics().rows_in, 2000U);
        EXPECT_EQ(world.job->metrics().rows_out, 4000U - 17U);
        world.job.reset();
      }
    }
  }
}

TEST(JobTest, TwoInputsAreUnited) {
  World world(5);
  world.store.append("in1", pairs(0, 1000, 5));
  world.store.append("in2", pairs(1000, 3000, 5));
  world.store.close("in1");
  world.store.close("in2");
  world.submit(sim::union_graph("job", true), {.parallelism = 2, .channel_capacity = 1, .batch_rows_max = 10});
  ASSERT_TRUE(world.run_to_end());
  EXPECT_EQ(world.job->status().state, JobState::Finished) << why(world);
  EXPECT_EQ(world.table(), expected(3000, 5));
}

TEST(JobTest, TheSameSeedGivesTheSameRun) {
  auto run = [](uint64_t seed) {
    World world(seed);
    world.store.append("in", pairs(0, 500, 5));
    world.store.close("in");
    auto graph = sim::counting_graph("job", true);
    graph.settings["execution.checkpointing.interval"] = "1 ms";
    world.submit(graph, {.parallelism = 2, .channel_capacity = 2, .batch_rows_max = 3});
    EXPECT_TRUE(world.run_to_end());
    return std::pair(world.env->executor().trace_hash(), world.env->executor().steps());
  };
  EXPECT_EQ(run(7), run(7));
  EXPECT_NE(run(7), run(8));
}

// A task whose batches take long lets others have the thread sooner.
TEST(JobTest, AStepIsBoundedByItsTime) {
  auto steps = [](int64_t clock_read_cost_ns) {
    World world(7);
    world.env->clock().read_cost_ns = clock_read_cost_ns;
    world.store.append("in", pairs(0, 2000, 5));
    world.store.close("in");
    world.submit(sim::counting_graph("job", true), {.parallelism = 1, .channel_capacity = 128, .batch_rows_max = 1});
    EXPECT_TRUE(world.run_to_end());
    return world.env->executor().steps();
  };
  EXPECT_GT(steps(4'000'000), 4 * steps(0));
}

// Killed again and again, at any step, while rows keep coming.
TEST(JobTest, NothingIsLostOrDoubledOverCrashes) {
  for (uint64_t seed = 1; seed <= 4; ++seed) {
    World world(seed * 1000);
    auto graph = seed % 2 ? sim::counting_graph("job", false) : sim::union_graph("job", false);
    std::vector<std::string> inputs =
        seed % 2 ? std::vector<std::string>{"in"} : std::vector<std::string>{"in1", "in2"};
    graph.settings["execution.checkpointing.interval"] = "2 ms";
    sim::SimRandom random(seed);
    int64_t fed = 0;
    for (int life = 0; life < 6; ++life) {
      uint32_t parallelism = static_cast<uint32_t>(random.below(3)) + 1;
      world.submit(graph, {.parallelism = parallelism,
                           .restore_from = "latest",
                           .channel_capacity = static_cast<uint32_t>(random.below(3)) + 1,
                           .batch_rows_max = static_cast<uint32_t>(random.below(20)) + 1});
      for (int burst = 0; burst < 4; ++burst) {
        for (const std::string& input : inputs) {
          int64_t rows = static_cast<int64_t>(random.below(100));
          world.store.append(input, pairs(fed, fed + rows, 7));
          fed += rows;
        }
        uint64_t steps = random.below(1500);
        world.env->run_until([] { return false; }, steps);
      }
      ASSERT_NE(world.job->status().state, JobState::Failed) << world.job->status().failure->message;
      world.kill();
      if (random.below(2)) world.files.crash();
      world.boot();
    }
    for (const std::string& input : inputs) world.store.close(input);
    world.submit(graph, {.parallelism = 2, .restore_from = "latest"});
    ASSERT_TRUE(world.run_to_end()) << seed;
    JobStatus status = world.job->status();
    ASSERT_EQ(status.state, JobState::Finished) << (status.failure ? status.failure->message : "") << " seed " << seed;
    ASSERT_EQ(world.table(), expected(fed, 7)) << "seed " << seed;
    world.job.reset();
    world.env->run_until([] { return false; }, 1000);
  }
}

TEST(JobTest, StopWithSavepointAndContinueAtAnotherParallelism) {
  World world(3);
  auto graph = sim::counting_graph("job", false);
  world.store.append("in", pairs(0, 1000, 11));
  world.submit(graph, {.parallelism = 1});
  world.env->run_for_ms(50);
  std::string path;
  world.job->stop_with_savepoint("/savepoints", [&](Result<std::string> done) {
    ASSERT_TRUE(done) << done.error().message;
    path = *done;
  });
  ASSERT_TRUE(world.run_to_end());
  EXPECT_EQ(world.job->status().state, JobState::Stopped);
  EXPECT_EQ(world.job->status().savepoint, path);
  EXPECT_EQ(world.table(), expected(1000, 11));
  world.job.reset();
  world.store.append("in", pairs(1000, 2000, 11));
  world.store.close("in");
  for (uint32_t parallelism : {3U}) {
    world.submit(graph, {.parallelism = parallelism, .restore_from = path});
    ASSERT_TRUE(world.run_to_end());
    JobStatus status = world.job->status();
    EXPECT_EQ(status.state, JobState::Finished) << (status.failure ? status.failure->message : "");
    EXPECT_EQ(status.restored_from, path);
    EXPECT_EQ(world.table(), expected(2000, 11));
    EXPECT_EQ(world.job->metrics().rows_in, 1000U);
  }
}

// A process may die between the rename of a manifest and the sync of its directory. The one that finds the manifest
// publishes its rows, so it has to see to it first that the machine cannot forget it.
TEST(JobTest, ARestoredCheckpointIsMadeDurable) {
  World world(21);
  auto graph = sim::counting_graph("job", false);
  graph.settings["execution.checkpointing.dir"] = "/checkpoints";
  graph.settings["execution.checkpointing.interval"] = "10 ms";
  world.store.append("in", pairs(0, 500, 11));
  world.submit(graph, {.parallelism = 1});
  world.env->run_for_ms(15);
  ASSERT_EQ(world.job->status().checkpoints.last_id, 1U) << why(world);
  world.kill();
  const std::string directory = "/checkpoints/job/chk-1", manifest = directory + "/manifest";
  ASSERT_TRUE(world.files.rename(manifest, "/manifest"));
  ASSERT_TRUE(world.files.sync_directory(directory));
  ASSERT_TRUE(world.files.rename("/manifest", manifest));
  world.boot();
  world.submit(graph, {.parallelism = 1, .restore_from = "latest"});
  ASSERT_TRUE(world.env->run_until([&] { return world.job->status().state == JobState::Running; })) << why(world);
  ASSERT_EQ(world.job->status().restored_from, directory);
  world.kill();
  world.files.crash();
  EXPECT_TRUE(*world.files.exists(manifest));
  world.boot();
  world.store.append("in", pairs(500, 900, 11));
  world.store.close("in");
  world.submit(graph, {.parallelism = 2, .restore_from = "latest"});
  ASSERT_TRUE(world.run_to_end());
  EXPECT_EQ(world.table(), expected(900, 11));
}

TEST(JobTest, CancelInTheMiddle) {
  for (uint64_t steps = 0; steps < 200; steps += 7) {
    World world(steps + 1);
    world.store.append("in", pairs(0, 3000, 11));
    auto graph = sim::counting_graph("job", false);
    graph.settings["execution.checkpointing.interval"] = "1 ms";
    world.submit(graph, {.parallelism = 2, .channel_capacity = 1, .batch_rows_max = 5});
    world.env->run_until([] { return false; }, steps);
    world.job->cancel();
    ASSERT_TRUE(world.run_to_end());
    EXPECT_EQ(world.job->status().state, JobState::Cancelled);
    world.job.reset();
  }
}

// A sink that the disk refuses once: the job restarts from its last checkpoint and goes on.
TEST(JobTest, AFullDiskRestartsTheJob) {
  World world(9);
  auto graph = sim::counting_graph("job", false);
  graph.settings["execution.checkpointing.interval"] = "10 ms";
  world.store.append("in", pairs(0, 500, 11));
  world.submit(graph, {.parallelism = 2});
  world.env->run_for_ms(100);
  ASSERT_GT(world.job->status().checkpoints.completed, 1U);
  world.files.set_capacity_bytes(0);
  world.store.append("in", pairs(500, 900, 11));
  world.env->run_for_ms(100);
  JobStatus status = world.job->status();
  EXPECT_EQ(status.state, JobState::Restarting);
  ASSERT_TRUE(status.failure);
  EXPECT_EQ(status.failure->code, ErrorCode::DiskFull);
  world.files.set_capacity_bytes(UINT64_MAX);
  world.store.append("in", pairs(900, 1000, 11));
  world.store.close("in");
  ASSERT_TRUE(world.run_to_end());
  EXPECT_EQ(world.job->status().state, JobState::Finished) << why(world);
  EXPECT_GE(world.job->status().restarts, 1U);
  EXPECT_EQ(world.table(), expected(1000, 11));
}

TEST(JobTest, AnUnboundedTransactionalJobIsWarnedAndTakesCheckpoints) {
  World world(4);
  world.submit(sim::counting_graph("job", false), {});
  world.env->run_for_ms(25'000);
  EXPECT_EQ(world.job->status().warnings.size(), 1U);
  EXPECT_EQ(world.job->status().checkpoints.completed, 2U);
}

// VALUES has no uid and keeps its position all the same.
TEST(JobTest, ValuesWithoutUid) {
  World world(2);
  sim::GraphBuilder builder("values");
  builder.begin_fragment();
  jobgraph::Values values;
  for (int64_t i = 0; i < 30; ++i) values.rows.push_back({Value{i % 3}, Value{i}});
  uint32_t source = builder.add(std::move(values), {}, sim::kPairs, "Values");
  builder.op(source).uid.clear();
  uint32_t aggregate = builder.count_and_sum(source);
  builder.sink("out", aggregate);
  world.submit(builder.graph(), {.parallelism = 1, .batch_rows_max = 7});
  ASSERT_TRUE(world.run_to_end());
  EXPECT_EQ(world.job->status().state, JobState::Finished) << why(world);
  EXPECT_EQ(world.table(), expected(30, 3));
}

// SELECT without FROM: a row without columns.
TEST(JobTest, RowsWithoutColumns) {
  World world(2);
  sim::GraphBuilder builder("values");
  builder.begin_fragment();
  uint32_t source = builder.add(jobgraph::Values{{{}, {}, {}}}, {}, {}, "Values");
  jobgraph::Calc calc;
  calc.projections = {literal(Value{int64_t{1}}, Type::integer()), literal(Value{int64_t{5}}, Type::bigint())};
  uint32_t constants = builder.add(std::move(calc), {source}, sim::kPairs, "Calc");
  uint32_t aggregate = builder.count_and_sum(constants);
  builder.sink("out", aggregate);
  world.submit(builder.graph(), {.parallelism = 1});
  ASSERT_TRUE(world.run_to_end());
  EXPECT_EQ(world.job->status().state, JobState::Finished) << why(world);
  EXPECT_EQ(world.table(), (Table{{1, {3, 15}}}));
}

// The same machinery on real threads: wake-ups, mailboxes and the strand race here.
TEST(JobTest, RealThreads) {
  RealEnv real({.task_threads = 3});
  sim::MemoryFileSystem files;
  Env env = real.env();
  env.files = &files;
  for (uint32_t capacity : {1U, 4U}) {
    ValuesStore store;
    InterpreterProvider code;
    EmbeddedEngine engine({.env = env, .code = &code, .connectors = &connectors(), .values = &store});
    auto graph = sim::union_graph("real" + std::to_string(capacity), false);
    graph.settings["execution.checkpointing.interval"] = "2 ms";
    auto submitted =
        engine.submit(graph, {.parallelism = 2, .spills = false, .channel_capacity = capacity, .batch_rows_max = 64});
    ASSERT_TRUE(submitted) << submitted.error().message;
    std::mutex mutex;
    std::condition_variable changed;
    bool ended = false;
    (*submitted)->on_end([&] {
      std::lock_guard lock(mutex);
      ended = true;
      changed.notify_all();
    });
    (*submitted)->start();
    constexpr int64_t kRows = 60'000;
    for (int64_t at = 0; at < kRows; at += 1000) {
      store.append("in1", pairs(at, at + 500, 97));
      store.append("in2", pairs(at + 500, at + 1000, 97));
    }
    store.close("in1");
    store.close("in2");
    std::unique_lock lock(mutex);
    ASSERT_TRUE(changed.wait_for(lock, std::chrono::seconds(60), [&] { return ended; }));
    JobStatus status = (*submitted)->status();
    EXPECT_EQ(status.state, JobState::Finished) << (status.failure ? status.failure->message : "");
    EXPECT_GE(status.checkpoints.completed, 1U);
    Table table;
    for (const TableChange& change : store.published("out")) {
      if (sign_of(change.kind) > 0) {
        table[change.row[0].get<int64_t>()] = {change.row[1].get<int64_t>(), change.row[2].get<int64_t>()};
      }
    }
    EXPECT_EQ(table, expected(kRows, 97));
  }
}

}  // namespace
}  // namespace sluice::runtime
