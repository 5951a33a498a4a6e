#pragma once
// Jobs from SQL and real worker processes in a directory of their own.
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "base/env/real_env.h"
#include "planner/jobgraph/codec.h"
#include "planner/script/compile.h"
#include "runtime/worker/worker_client.h"

namespace sluice::runtime {

// The first job of a script, as bytes. Interpreted, so that the tests take no time to compile.
inline std::string job_of(const std::string& sql) {
  SourceText source("test.sql", "SET 'sluice.jit' = 'off';\n" + sql);
  Diagnostics diagnostics;
  planner::CompiledScript script = planner::compile_script(source, Catalog(), Settings(), diagnostics);
  EXPECT_TRUE(diagnostics.ok()) << diagnostics.render(source);
  for (planner::CompiledStatement& statement : script.statements) {
    if (auto* job = std::get_if<planner::CompiledJob>(&statement.kind)) return jobgraph::encode(job->graph);
  }
  ADD_FAILURE() << "no job in " << sql;
  return {};
}

// n = 0, 1, … up to `end`, at most `rows_per_second`.
inline std::string numbers(int64_t end, int64_t rows_per_second = 1'000'000) {
  return fmt::format(
      "CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '{}',"
      "'fields.n.kind' = 'sequence', 'fields.n.start' = '0', 'fields.n.end' = '{}');\n",
      rows_per_second, end);
}

class WorkerTest : public testing::Test {
 protected:
  static constexpr int64_t kPatienceMs = 20'000;

  void SetUp() override {
    char name[] = "/tmp/sluice_worker_XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    root = name;
    directory = root + "/job";
  }
  void TearDown() override {
    for (uint64_t pid : pids) kill(static_cast<pid_t>(pid), SIGKILL);
    for (int i = 0; i < 500 && env.env().files->is_locked(directory + "/lock").has_value() && is_alive(); ++i) pause();
    std::filesystem::remove_all(root);
  }

  static void pause() { std::this_thread::sleep_for(std::chrono::milliseconds(10)); }
  static bool eventually(const std::function<bool()>& condition) {
    for (int64_t waited = 0; waited < kPatienceMs; waited += 10) {
      if (condition()) return true;
      pause();
    }
    return false;
  }

  Status spawn(uint64_t attempt) { return spawn_worker({SLUICE_BINARY, directory, "job-1", attempt}); }
  WorkerClientOptions client_options(uint64_t attempt) {
    WorkerClientOptions options;
    options.env = env.env();
    options.directory = directory;
    options.job_id = "job-1";
    options.attempt = attempt;
    options.heartbeat_ms = 100;
    return options;
  }
  std::unique_ptr<WorkerClient> connect(uint64_t attempt) { return connect(client_options(attempt)); }
  std::unique_ptr<WorkerClient> connect(WorkerClientOptions options) {
    auto client = WorkerClient::connect(std::move(options));
    EXPECT_TRUE(client) << client.error().message;
    if (!client) return nullptr;
    pids.push_back((*client)->welcome().pid);
    return *std::move(client);
  }
  // A new worker with a connection to it.
  std::unique_ptr<WorkerClient> start(uint64_t attempt) {
    Status spawned = spawn(attempt);
    EXPECT_TRUE(spawned) << spawned.error().message;
    return spawned ? connect(attempt) : nullptr;
  }
  // A SELECT on a new worker, being read from its first row.
  std::unique_ptr<WorkerClient> start_select(uint64_t attempt, const std::string& sql) {
    auto client = start(attempt);
    if (!client) return nullptr;
    Status deployed = client->deploy({.job_graph = job_of(sql)});
    EXPECT_TRUE(deployed) << deployed.error().message;
    EXPECT_TRUE(client->read_result(0));
    return client;
  }

  WorkerTrace trace() {
    auto trace = inspect_worker(env.env(), directory);
    EXPECT_TRUE(trace) << trace.error().message;
    return trace ? *trace : WorkerTrace{};
  }
  bool is_alive() { return trace().life == WorkerLife::Alive; }

  // The next rows, whose first column counts them: row n has position n - `offset`. Returns the position behind them.
  uint64_t read_numbers(WorkerClient& client, uint64_t position, uint64_t count, int64_t offset = 0) {
    uint64_t end = position + count;
    while (position < end) {
      auto item = client.next_result(kPatienceMs);
      if (!item) return ADD_FAILURE() << item.error().message, position;
      auto* rows = std::get_if<ResultRows>(&*item);
      if (rows == nullptr) return ADD_FAILURE() << "no rows but item " << item->index() << " at " << position, position;
      EXPECT_EQ(rows->position, position);
      for (const TableChange& change : rows->changes) {
        EXPECT_EQ(change.row[0].get<int64_t>(), static_cast<int64_t>(position) + offset);
        ++position;
      }
    }
    return position;
  }

  RealEnv env{{.task_threads = 1}};
  std::string root, directory;
  std::vector<uint64_t> pids;
};

}  // namespace sluice::runtime
