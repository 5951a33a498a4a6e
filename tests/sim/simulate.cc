// simulate --seeds FROM..TO [--program NAME] [--interpreted] [--report FILE]
// simulate --seed S [--trace] [--program NAME] [--interpreted]
//
// --twice runs every seed twice, --hits-min N fails when a fault point is hit less often.
//
// Runs jobs among faults, one per seed, and holds what their sinks show against models. The first seed that goes wrong
// ends it, with what was wrong and how to run it again; --keep-going runs them all.
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <map>
#include <memory>
#include <string>

#include <unistd.h>
#include <CLI/CLI.hpp>

#include "base/env/real_env.h"
#include "codegen/code_provider_factory.h"
#include "planner/script/compile.h"
#include "runtime/interp/interpreter_provider.h"
#include "tests/sim/simulated_run.h"

namespace sluice::sim {
namespace {

struct Arguments {
  std::string seeds;
  std::string program;
  std::string report;
  std::string without;
  uint64_t seed = 0;
  bool is_one = false;
  bool trace = false;
  bool interpreted = false;
  bool keep_going = false;
  bool twice = false;
  uint64_t hits_min = 0;
};

// Code providers and compiled scripts, made when they are first needed.
class Workshop final : public SharedParts {
 public:
  explicit Workshop(bool interpreted) : interpreted_(interpreted), machine_({.task_threads = 1}) {
    interpreted_tiers_ = {&interpreter_};
  }

  const std::vector<runtime::CodeProvider*>& tiers(bool generated) override {
    if (!generated || interpreted_) return interpreted_tiers_;
    if (all_tiers_.empty()) {
      all_tiers_ = interpreted_tiers_;
      add_tier(codegen::CodeProviderOptions::Start::Baseline);
      add_tier(codegen::CodeProviderOptions::Start::Optimized);
    }
    return all_tiers_;
  }

  const jobgraph::JobGraph& graph_of(const Scenario& scenario) override {
    std::string script = "SET 'table.local-time-zone' = 'UTC';\n";
    for (const auto& [key, value] : scenario.planning) script += fmt::format("SET '{}' = '{}';\n", key, value);
    script += script_of(*scenario.program, scenario.is_bounded);
    auto [place, is_new] = graphs_.try_emplace(script);
    if (is_new) place->second = compile(script);
    return place->second;
  }

 private:
  void add_tier(codegen::CodeProviderOptions::Start start) {
    codegen::CodeProviderOptions options;
    options.env = machine_.env();
    options.env.executor = nullptr;  // Code is made at once, so that runs are equal.
    options.interpreter = &interpreter_;
    options.start = start;
    options.optimizes = start == codegen::CodeProviderOptions::Start::Optimized;
    Error error;
    generated_.emplace_back(sluice_make_code_provider(&options, &error));
    if (!generated_.back()) give_up(error.message);
    all_tiers_.push_back(generated_.back().get());
  }

  static jobgraph::JobGraph compile(const std::string& script) {
    Diagnostics diagnostics;
    SourceText source("program", script);
    planner::CompiledScript compiled = planner::compile_script(source, Catalog(), Settings(), diagnostics);
    if (!diagnostics.ok()) give_up(diagnostics.render(source));
    for (planner::CompiledStatement& statement : compiled.statements) {
      if (auto* job = std::get_if<planner::CompiledJob>(&statement.kind)) {
        jobgraph::JobGraph graph = std::move(job->graph);
        for (jobgraph::Fragment& fragment : graph.fragments) {
          for (jobgraph::Operator& op : fragment.operators) short_names(op);
        }
        return graph;
      }
    }
    give_up("no job in\n" + script);
  }

  // Topics and sinks of the broker have the names that programs give them.
  static void short_names(jobgraph::Operator& op) {
    auto shorten = [](std::string& path) { path = path.substr(path.rfind('.') + 1); };
    if (auto* source = std::get_if<jobgraph::Source>(&op.kind)) shorten(source->table.path);
    if (auto* sink = std::get_if<jobgraph::Sink>(&op.kind)) shorten(sink->table.path);
  }

  [[noreturn]] static void give_up(const std::string& why) {
    std::fprintf(stderr, "%s\n", why.c_str());
    std::exit(3);
  }

  bool interpreted_;
  RealEnv machine_;
  runtime::InterpreterProvider interpreter_;
  std::vector<std::unique_ptr<runtime::CodeProvider>> generated_;
  std::vector<runtime::CodeProvider*> interpreted_tiers_;
  std::vector<runtime::CodeProvider*> all_tiers_;
  std::map<std::string, jobgraph::JobGraph> graphs_;
};

// A broken invariant aborts; the seed has to be known then, too.
char abort_note[128];

void on_abort(int) {
  (void)!write(STDOUT_FILENO, abort_note, std::strlen(abort_note));
  std::signal(SIGABRT, SIG_DFL);
  std::raise(SIGABRT);
}

RunResult run_seed(uint64_t seed, const Arguments& arguments, Workshop& workshop) {
  auto [end, size] = fmt::format_to_n(abort_note, sizeof(abort_note) - 1, "FAILED seed {} aborts\n", seed);
  *end = '\0';
  Scenario scenario = draw_scenario(seed, arguments.program);
  scenario.omitted_rule = arguments.without;
  SimulatedRun run(std::move(scenario), workshop);
  return run.run();
}

void print_failure(uint64_t seed, const RunResult& result, const Arguments& arguments) {
  std::printf("FAILED seed %lu\n", seed);
  for (const std::string& problem : result.problems) std::printf("  %s\n", problem.c_str());
  std::printf("trace:\n");
  for (const std::string& line : result.trace) std::printf("  %s\n", line.c_str());
  std::printf("again: simulate --seed %lu --trace%s%s\n", seed, arguments.program.empty() ? "" : " --program ",
              arguments.program.c_str());
}

std::string report_of(const FaultCounts& counts, const std::map<std::string, uint64_t>& programs, uint64_t seeds) {
  std::string report = fmt::format("{} seeds\n\n{:<44}{:>10}{:>10}\n", seeds, "fault point", "visits", "injected");
  for (const FaultPoint& point : fault_points()) {
    auto found = counts.find(point.name);
    FaultCount count = found == counts.end() ? FaultCount{} : found->second;
    report += fmt::format("{:<44}{:>10}{:>10}\n", point.name, count.visits, count.injected);
  }
  report += "\n";
  for (const auto& [name, runs] : programs) report += fmt::format("{:<44}{:>10}\n", name, runs);
  return report;
}

uint64_t rare_points(const FaultCounts& counts, uint64_t hits_min) {
  uint64_t rare = 0;
  for (const FaultPoint& point : fault_points()) {
    auto found = counts.find(point.name);
    uint64_t hits = found == counts.end() ? 0 : found->second.injected;
    if (hits >= hits_min) continue;
    ++rare;
    fmt::print("{} is hit {} times, less than {}\n", point.name, hits, hits_min);
  }
  return rare;
}

int run_one(const Arguments& arguments, Workshop& workshop) {
  RunResult result = run_seed(arguments.seed, arguments, workshop);
  if (arguments.trace) {
    for (const std::string& line : result.trace) std::printf("%s\n", line.c_str());
  }
  std::printf("seed %lu: %zu problems, %lu steps, digest %016lx\n", arguments.seed, result.problems.size(),
              result.steps, result.digest);
  for (const std::string& problem : result.problems) std::printf("  %s\n", problem.c_str());
  return result.problems.empty() ? 0 : 1;
}

int run_many(const Arguments& arguments, Workshop& workshop) {
  size_t dots = arguments.seeds.find("..");
  uint64_t from = std::stoull(arguments.seeds);
  uint64_t to = dots == std::string::npos ? from : std::stoull(arguments.seeds.substr(dots + 2));
  FaultCounts counts;
  std::map<std::string, uint64_t> programs;
  uint64_t failed = 0, steps = 0;
  auto begin = std::chrono::steady_clock::now();
  uint64_t seed = from;
  for (; seed <= to && (failed == 0 || arguments.keep_going); ++seed) {
    RunResult result = run_seed(seed, arguments, workshop);
    for (const auto& [name, count] : result.faults) {
      counts[name].visits += count.visits;
      counts[name].injected += count.injected;
    }
    steps += result.steps;
    ++programs[draw_scenario(seed, arguments.program).program->name];
    if (arguments.twice && run_seed(seed, arguments, workshop).digest != result.digest) {
      result.problems.push_back("two runs differ");
    }
    if (result.problems.empty()) continue;
    ++failed;
    print_failure(seed, result, arguments);
    std::fflush(stdout);
  }
  failed += rare_points(counts, arguments.hits_min);
  double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::string report = report_of(counts, programs, seed - from);
  if (!arguments.report.empty()) std::ofstream(arguments.report) << report;
  std::printf("%lu seeds, %lu failed, %lu steps, %.1f s\n", seed - from, failed, steps, seconds);
  return failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace sluice::sim

int main(int argc, char** argv) {
  sluice::sim::Arguments arguments;
  CLI::App app{"Jobs among faults, one per seed"};
  app.add_option("--seeds", arguments.seeds, "FROM..TO, both included");
  auto* one = app.add_option("--seed", arguments.seed, "One seed");
  app.add_option("--program", arguments.program, "Only this program");
  app.add_option("--report", arguments.report, "Where fault points are counted");
  app.add_flag("--trace", arguments.trace, "Shows what happened");
  app.add_flag("--interpreted", arguments.interpreted, "Without generated code");
  app.add_flag("--keep-going", arguments.keep_going, "Behind the first failure, too");
  app.add_flag("--twice", arguments.twice, "Every seed twice: both runs have to be equal");
  app.add_option("--without", arguments.without,
                 "Without this rule of the Kafka sink's protocol: marker, lineage, unnamed, counted");
  app.add_option("--hits-min", arguments.hits_min, "How often every fault point has to be hit");
  CLI11_PARSE(app, argc, argv);
  std::signal(SIGABRT, sluice::sim::on_abort);
  sluice::sim::Workshop workshop(arguments.interpreted);
  if (one->count() == 0 && arguments.seeds.empty()) arguments.seeds = "1..50";
  return one->count() > 0 ? run_one(arguments, workshop) : run_many(arguments, workshop);
}
