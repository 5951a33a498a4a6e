// From a complete statement to its first row in a running process: `engine_first_row_bench [STATEMENTS]`.
//
// The clock runs from the text of a stateless query to the moment at which its first batch is handed over: parse, bind,
// plan, submit, start of the tasks, first rows through the interpreter. LLVM compiles in the background meanwhile.
// Every statement is another one, so that no code is taken from a cache.
#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <vector>

#include "base/check.h"
#include "gateway/engine/engine_host.h"
#include "planner/script/compile.h"

namespace sluice {
namespace {

// Notes when the first rows came, and then that the job has ended.
class FirstRow final : public runtime::ResultConsumer {
 public:
  explicit FirstRow(const Clock& clock) : clock_(clock) {}
  bool has_room() const override { return true; }
  void consume(uint32_t, runtime::Batch batch) override {
    int64_t none = 0;
    if (batch.rows > 0) first_ns_.compare_exchange_strong(none, clock_.monotonic_ns());
  }
  void on_room(uint32_t, std::function<void()>) override {}

  int64_t first_ns() const { return first_ns_; }
  void end() {
    std::lock_guard lock(mutex_);
    has_ended_ = true;
    changed_.notify_all();
  }
  void wait_for_end() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return has_ended_; });
  }

 private:
  const Clock& clock_;
  std::atomic<int64_t> first_ns_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool has_ended_ = false;
};

std::string statement(int number) {
  return fmt::format(
      "CREATE TABLE bids (auction BIGINT, channel STRING, price DOUBLE) WITH ('connector' = 'datagen', "
      "'number-of-rows' = '20000');\n"
      "SELECT auction + {0}, UPPER(channel), price * 0.{0}9, CASE WHEN price > {0} THEN 'high' ELSE 'low' END\n"
      "FROM bids WHERE price > {0} AND CHAR_LENGTH(channel) > 3;",
      number + 1);
}

// Milliseconds to the first row.
double run(gateway::EngineHost& host, const std::string& text) {
  const Clock& clock = *host.env().clock;
  int64_t begin = clock.monotonic_ns();
  SourceText source("statement.sql", text);
  Diagnostics diagnostics;
  planner::CompiledScript script = planner::compile_script(source, Catalog(), Settings(), diagnostics);
  SLUICE_CHECK(diagnostics.ok());
  FirstRow first(clock);
  for (planner::CompiledStatement& compiled : script.statements) {
    auto* select = std::get_if<planner::CompiledJob>(&compiled.kind);
    if (select == nullptr) continue;
    runtime::JobOptions options;
    options.results = &first;
    auto job = host.engine().submit(std::move(select->graph), options);
    SLUICE_CHECK(job.has_value());
    (*job)->on_end([&first] { first.end(); });
    (*job)->start();
    first.wait_for_end();
    SLUICE_CHECK((*job)->status().state == runtime::JobState::Finished);
  }
  SLUICE_CHECK(first.first_ns() > 0);
  return static_cast<double>(first.first_ns() - begin) / 1e6;
}

void run_all(int statements) {
  gateway::EngineHostOptions options;
  options.env.task_threads = 1;
  auto host = gateway::EngineHost::create(options);
  SLUICE_CHECK(host.has_value());
  std::vector<double> times;
  for (int i = 0; i < statements; ++i) times.push_back(run(**host, statement(i)));
  double first = times.front();
  std::ranges::sort(times);
  fmt::print("first row of a stateless query: first statement {:.1f} ms, median of {} {:.1f} ms, slowest {:.1f} ms\n",
             first, statements, times[times.size() / 2], times.back());
}

}  // namespace
}  // namespace sluice

int main(int argc, char** argv) {
  sluice::run_all(argc > 1 ? std::max(1, std::atoi(argv[1])) : 20);
  return 0;
}
