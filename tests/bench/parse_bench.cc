// From the start of a process to a parsed script, with all of the parser's caches cold.
//   parse_bench FILE      starts itself again and again and prints the median
//   parse_bench FILE T    parses once; T is the clock when the parent started it, and the difference goes to stdout
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <time.h>

#include "grammar/parser.h"

namespace {

constexpr int kRuns = 20;

int64_t now_us() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1'000'000 + time.tv_nsec / 1'000;
}

std::string read(const char* path) {
  std::ostringstream out;
  out << std::ifstream(path).rdbuf();
  return out.str();
}

int parse_once(const char* path, int64_t started_us) {
  int64_t main_us = now_us();
  sluice::SourceText source(path, read(path));
  sluice::Diagnostics diagnostics;
  sluice::ast::Script script = sluice::grammar::parse(source, diagnostics);
  int64_t cold_us = now_us();
  sluice::ast::Script again = sluice::grammar::parse(source, diagnostics);
  int64_t warm_us = now_us();
  fmt::print("{} {} {} {}\n", main_us - started_us, cold_us - main_us, warm_us - cold_us, script.statements.size());
  fmt::print(stderr, "{}", diagnostics.render(source));
  return diagnostics.ok() ? 0 : 1;
}

struct Run {
  int64_t until_main_us = 0, cold_us = 0, warm_us = 0;
  int64_t total_us() const { return until_main_us + cold_us; }
};

double median(std::vector<Run> runs, auto field) {
  std::ranges::sort(runs, {}, field);
  return static_cast<double>(std::invoke(field, runs[runs.size() / 2])) / 1e3;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3) return parse_once(argv[1], std::atoll(argv[2]));
  if (argc != 2) return 2;
  std::vector<Run> runs;
  size_t statements = 0;
  for (int i = 0; i < kRuns; ++i) {
    // The shell adds its own start; `exec` keeps it to one process.
    std::string command = fmt::format("exec {} {} {}", argv[0], argv[1], now_us());
    FILE* child = popen(command.c_str(), "r");
    Run run;
    long long main_us = 0, cold_us = 0, warm_us = 0;
    if (!child || fscanf(child, "%lld %lld %lld %zu", &main_us, &cold_us, &warm_us, &statements) != 4) return 1;
    if (pclose(child) != 0) return 1;
    run.until_main_us = main_us;
    run.cold_us = cold_us;
    run.warm_us = warm_us;
    runs.push_back(run);
  }
  fmt::print(
      "statements {}, medians of {}: start of process to main {:.1f} ms, cold parse {:.1f} ms, total {:.1f} ms, "
      "second parse {:.1f} ms\n",
      statements, kRuns, median(runs, &Run::until_main_us), median(runs, &Run::cold_us), median(runs, &Run::total_us),
      median(runs, &Run::warm_us));
  return 0;
}
