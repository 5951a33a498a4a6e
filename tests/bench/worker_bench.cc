// From a complete statement to its first row through a worker process, as a gateway does it:
//   worker_bench SLUICE [ROUNDS] [on|off]     the last: sluice.jit
// Prints the median of each step over the rounds, in milliseconds.
#include <stdlib.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>

#include "base/env/real_env.h"
#include "planner/jobgraph/codec.h"
#include "planner/script/compile.h"
#include "runtime/worker/worker_client.h"

namespace sluice {
namespace {

constexpr const char* kScript =
    "CREATE TABLE orders (id BIGINT, price DECIMAL(10, 2), item STRING) WITH ('connector' = 'datagen',"
    "'rows-per-second' = '1000');\n"
    "SELECT id, UPPER(item), price * 2 FROM orders WHERE id > 0;";

enum Step : uint8_t { kCompile, kSpawn, kConnect, kDeploy, kFirstRow, kTotal, kSteps };
constexpr const char* kNames[] = {"compile", "spawn", "connect", "deploy", "first row", "total"};

double now_ms() {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

Result<std::string> compile(bool jit) {
  SourceText source("script.sql", std::string("SET 'sluice.jit' = '") + (jit ? "on" : "off") + "';\n" + kScript);
  Diagnostics diagnostics;
  planner::CompiledScript script = planner::compile_script(source, Catalog(), Settings(), diagnostics);
  for (const planner::CompiledStatement& statement : script.statements) {
    if (auto* job = std::get_if<planner::CompiledJob>(&statement.kind)) return jobgraph::encode(job->graph);
  }
  return fail(ErrorCode::SyntaxError, "{}", diagnostics.render(source));
}

Status wait_for_row(runtime::WorkerClient& client) {
  for (;;) {
    SLUICE_TRY(runtime::ResultItem item, client.next_result(1000));
    if (std::holds_alternative<runtime::ResultRows>(item)) return Done{};
    if (std::holds_alternative<runtime::ResultEnd>(item)) return fail(ErrorCode::WorkerLost, "no row came");
  }
}

Status run_once(const Env& env, const char* binary, const std::string& directory, bool jit, double (&ms)[kSteps]) {
  double begin = now_ms(), last = begin;
  auto lap = [&](Step step) { ms[step] = now_ms() - std::exchange(last, now_ms()); };
  SLUICE_TRY(std::string graph, compile(jit));
  lap(kCompile);
  SLUICE_DO(runtime::spawn_worker({binary, directory, "job", 1}));
  lap(kSpawn);
  SLUICE_TRY(auto client, runtime::WorkerClient::connect({env, directory, "job", 1}));
  lap(kConnect);
  SLUICE_DO(client->deploy({.job_graph = graph}));
  lap(kDeploy);
  SLUICE_DO(client->read_result(0));
  SLUICE_DO(wait_for_row(*client));
  lap(kFirstRow);
  ms[kTotal] = last - begin;
  return client->cancel();
}

int run(int argc, char** argv) {
  if (argc < 2) return std::fprintf(stderr, "usage: worker_bench SLUICE [ROUNDS] [on|off]\n"), 2;
  int rounds = argc > 2 ? std::atoi(argv[2]) : 11;
  bool jit = argc <= 3 || std::string_view(argv[3]) == "on";
  RealEnv env;
  char root[] = "/tmp/worker_bench_XXXXXX";
  if (mkdtemp(root) == nullptr) return 3;
  std::vector<double> samples[kSteps];
  for (int round = 0; round < rounds; ++round) {
    double ms[kSteps];
    Status done = run_once(env.env(), argv[1], std::string(root) + "/" + std::to_string(round), jit, ms);
    if (!done) return std::fprintf(stderr, "%s\n", done.error().message.c_str()), 3;
    for (size_t step = 0; step < kSteps; ++step) samples[step].push_back(ms[step]);
  }
  for (size_t step = 0; step < kSteps; ++step) {
    std::ranges::sort(samples[step]);
    std::printf("%-10s %7.1f   (%.1f to %.1f)\n", kNames[step], samples[step][samples[step].size() / 2],
                samples[step].front(), samples[step].back());
  }
  std::filesystem::remove_all(root);
  return 0;
}

}  // namespace
}  // namespace sluice

int main(int argc, char** argv) { return sluice::run(argc, argv); }
