// `sluice bench nexmark`: how fast the engine computes Nexmark's queries, each in a process of its own, and as a share
// of a hand-written program in the same run.
#include <sched.h>
#include <unistd.h>

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <optional>

#include "base/check.h"
#include "base/env/real_env.h"
#include "runtime/state/prefaulted_chunks.h"
#include "tools/sluice/commands.h"
#include "tools/sluice/local/bench_job.h"
#include "tools/sluice/local/job_report.h"
#include "tools/sluice/local/limit_program.h"
#include "tools/sluice/local/nexmark_scripts.h"

namespace sluice::tools {
namespace {

struct Figures {
  double events_per_second = 0, events_per_cpu_second = 0, compile_ms = 0;
  unsigned long long rows_out = 0, peak_memory_mb = 0, checkpoints = 0;
  std::string digest;
};

// ---- One query in this process.

// A query that writes files is digested by its files; any other computes the same events again.
Result<uint64_t> digest_of(const BenchArguments& arguments, const std::string& query, const BenchRun& timed) {
  if (timed.digest != 0 || arguments.digest_events == 0) return timed.digest;
  SLUICE_TRY(BenchRun run, run_digested(arguments, query));
  return run.digest;
}

// Threads that are started from here on stay on the first `count` cores that this process may use.
void keep_to_cores(uint32_t count) {
  cpu_set_t allowed, kept;
  CPU_ZERO(&kept);
  SLUICE_CHECK(sched_getaffinity(0, sizeof(allowed), &allowed) == 0);
  for (int core = 0; core < CPU_SETSIZE && count > 0; ++core) {
    if (!CPU_ISSET(core, &allowed)) continue;
    CPU_SET(core, &kept);
    --count;
  }
  SLUICE_CHECK(sched_setaffinity(0, sizeof(kept), &kept) == 0);
}

int run_single(const BenchArguments& arguments) {
  if (arguments.cores != 0) keep_to_cores(arguments.cores);
  const std::string& query = arguments.queries.front();
  auto timed = run_timed(arguments, query);
  uint64_t peak = peak_memory_bytes() >> 20;
  auto digest = timed ? digest_of(arguments, query, *timed) : Result<uint64_t>(uint64_t{0});
  if (!timed || !digest) {
    std::fprintf(stderr, "%s: %s\n", query.c_str(), (timed ? digest.error() : timed.error()).message.c_str());
    return kWorldFailed;
  }
  auto events = static_cast<double>(arguments.events);
  std::printf("%.0f %.0f %llu %.1f %llu %016llx %llu\n", events / timed->seconds, events / timed->cpu_seconds,
              static_cast<unsigned long long>(timed->rows), timed->compile_ms, static_cast<unsigned long long>(peak),
              static_cast<unsigned long long>(*digest),
              static_cast<unsigned long long>(timed->status.checkpoints.completed));
  return kOk;
}

// ---- All queries, one process each.

// What the kernel or the hypervisor below it has taken back costs many times more to touch than what was in use a
// moment ago: before every run, of the engine and of the limit, as much memory as it may need is touched and given
// back.
void fetch_memory(const BenchArguments& arguments) {
  constexpr size_t kBytesPerThread = size_t{2} << 30;
  auto chunks = std::make_shared<runtime::PrefaultedChunks>(nullptr);
  size_t count = arguments.parallelism * kBytesPerThread / runtime::PrefaultedChunks::kChunkBytes;
  for (size_t i = 0; i < count; ++i) chunks->take(0);
}

std::optional<Figures> measure(const BenchArguments& arguments, const std::string& query) {
  std::vector<std::string> command = {"/proc/self/exe", "bench",
                                      arguments.suite,  "--single",
                                      "--queries",      query,
                                      "--events",       std::to_string(arguments.events),
                                      "--rate",         std::to_string(arguments.rate),
                                      "--parallelism",  std::to_string(arguments.parallelism),
                                      "--dir",          arguments.directory,
                                      "--interval",     arguments.checkpoint_interval};
  if (arguments.digest_events) {
    command.insert(command.end(), {"--digest-events", std::to_string(*arguments.digest_events)});
  }
  if (arguments.cores != 0) command.insert(command.end(), {"--cores", std::to_string(arguments.cores)});
  for (const std::string& setting : arguments.settings) command.insert(command.end(), {"-D", setting});
  fetch_memory(arguments);
  auto out = outputs_of({command});
  Figures figures;
  char digest[32] = {};
  if (!out || std::sscanf(out->front().c_str(), "%lf %lf %llu %lf %llu %31s %llu", &figures.events_per_second,
                          &figures.events_per_cpu_second, &figures.rows_out, &figures.compile_ms,
                          &figures.peak_memory_mb, digest, &figures.checkpoints) != 7) {
    return std::nullopt;
  }
  figures.digest = digest;
  return figures;
}

// Copies of the hand-written program that share the events as the subtasks do.
std::optional<double> measure_limit(const BenchArguments& arguments, const std::string& query) {
  if (!arguments.limit_program.empty()) fetch_memory(arguments);
  return limit_events_per_second({.program = arguments.limit_program,
                                  .query = query,
                                  .events = arguments.events / arguments.parallelism,
                                  .rate = arguments.rate,
                                  .copies = arguments.parallelism});
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

struct Measured {
  Figures figures;              // Of the run with the median rate.
  std::optional<double> share;  // Median of the shares of the pairs.
};

// Limit and engine in turn, so that a change of the machine's speed meets both.
std::optional<Measured> measure_repeatedly(const BenchArguments& arguments, const std::string& query) {
  std::vector<Figures> runs;
  std::vector<double> shares;
  for (uint32_t i = 0; i < arguments.repeat; ++i) {
    std::optional<double> limit = measure_limit(arguments, query);
    BenchArguments again = arguments;
    if (i > 0) again.digest_events = 0;
    std::optional<Figures> figures = measure(again, query);
    if (!figures) return std::nullopt;
    if (limit) shares.push_back(figures->events_per_second / *limit);
    runs.push_back(*figures);
  }
  std::string digest = runs.front().digest;
  std::ranges::sort(runs, {}, &Figures::events_per_second);
  Measured out{runs[runs.size() / 2], std::nullopt};
  out.figures.digest = digest;
  if (!shares.empty()) out.share = median(shares);
  return out;
}

std::string share_text(std::optional<double> share) { return share ? fmt::format("{:.3f}", *share) : "null"; }

std::string json_of(const BenchArguments& arguments, const std::string& query, const Measured& measured) {
  const Figures& figures = measured.figures;
  return fmt::format(
      "{{\"query\": \"{}\", \"events\": {}, \"parallelism\": {}, \"events_per_second\": {:.0f}, "
      "\"events_per_cpu_second\": {:.0f}, \"rows_out\": {}, \"compile_ms\": {:.1f}, \"peak_memory_mb\": {}, "
      "\"digest\": \"{}\", \"checkpoints\": {}, \"share_of_limit\": {}}}",
      query, arguments.events, arguments.parallelism, figures.events_per_second, figures.events_per_cpu_second,
      figures.rows_out, figures.compile_ms, figures.peak_memory_mb, figures.digest, figures.checkpoints,
      share_text(measured.share));
}

std::string line_of(const std::string& query, const Measured& measured) {
  const Figures& figures = measured.figures;
  return fmt::format("{:<6} {:12.2f} {:14.2f} {:12} {:7.0f} ms {:5} MB {:6} {:>17} {:>7}\n", query,
                     figures.events_per_second / 1e6, figures.events_per_cpu_second / 1e6, figures.rows_out,
                     figures.compile_ms, figures.peak_memory_mb, figures.checkpoints, figures.digest,
                     measured.share ? fmt::format("{:.0f} %", *measured.share * 100) : "");
}

// How much faster several threads are than one, against how much faster several copies of the limit are than one.
// Every thread and every copy has as many events as the one had, and as many cores as there are task threads: else one
// task thread would have those of the others for the threads that work for it (compiler, memory, files).
struct Scaling {
  double one = 0, all = 0;
  double speedup() const { return all / one; }
};

std::optional<Scaling> engine_scaling(BenchArguments arguments, const std::string& query) {
  arguments.digest_events = 0;
  uint32_t threads = std::exchange(arguments.parallelism, 1);
  arguments.cores = 1;
  auto one = measure(arguments, query);
  arguments.parallelism = threads;
  arguments.cores = threads;
  arguments.events *= threads;
  auto all = measure(arguments, query);
  if (!one || !all) return std::nullopt;
  return Scaling{one->events_per_second, all->events_per_second};
}

std::optional<Scaling> limit_scaling(BenchArguments arguments, const std::string& query) {
  uint32_t threads = std::exchange(arguments.parallelism, 1);
  auto one = measure_limit(arguments, query);
  arguments.parallelism = threads;
  arguments.events *= threads;
  auto all = one ? measure_limit(arguments, query) : std::nullopt;
  if (!one || !all) return std::nullopt;
  return Scaling{*one, *all};
}

std::optional<std::string> scaling_text(const BenchArguments& arguments, const std::string& query) {
  std::vector<double> ones, alls, speedups, limits;
  for (uint32_t i = 0; i < arguments.repeat; ++i) {
    auto limit = limit_scaling(arguments, query);
    auto engine = engine_scaling(arguments, query);
    if (!engine) return std::nullopt;
    ones.push_back(engine->one);
    alls.push_back(engine->all);
    speedups.push_back(engine->speedup());
    if (limit) limits.push_back(limit->speedup());
  }
  std::optional<double> limit, share;
  if (!limits.empty()) limit = median(limits), share = median(speedups) / *limit;
  if (arguments.json) {
    return fmt::format(
        "{{\"query\": \"{}\", \"parallelism\": {}, \"events_per_second_one\": {:.0f}, \"events_per_second\": {:.0f}, "
        "\"speedup\": {:.3f}, \"speedup_of_limit\": {}, \"share\": {}}}",
        query, arguments.parallelism, median(ones), median(alls), median(speedups), share_text(limit),
        share_text(share));
  }
  return fmt::format("{:<6} {:7} {:15.2f} {:14.2f} {:8.2f} {:>16} {:>7}\n", query, arguments.parallelism,
                     median(ones) / 1e6, median(alls) / 1e6, median(speedups), share_text(limit), share_text(share));
}

void print_heading(const BenchArguments& arguments) {
  if (arguments.scaling) {
    std::printf("%-6s %7s %15s %14s %8s %16s %7s\n", "query", "threads", "M events/s of 1", "M events/s", "speedup",
                "speedup of limit", "share");
  } else {
    std::printf("%-6s %12s %14s %12s %10s %8s %6s %17s %7s\n", "query", "M events/s", "M/CPU second", "rows out",
                "compile", "peak", "chk", "digest", "limit");
  }
}

std::optional<std::string> measured_text(const BenchArguments& arguments, const std::string& query) {
  if (arguments.scaling) return scaling_text(arguments, query);
  std::optional<Measured> measured = measure_repeatedly(arguments, query);
  if (!measured) return std::nullopt;
  return arguments.json ? json_of(arguments, query, *measured) : line_of(query, *measured);
}

int run_all(const BenchArguments& arguments) {
  if (!arguments.json) print_heading(arguments);
  std::fflush(stdout);
  int result = kOk;
  const char* before = arguments.json ? "[" : "";
  for (const std::string& query : arguments.queries) {
    std::optional<std::string> text = measured_text(arguments, query);
    if (text) {
      std::printf("%s%s", before, text->c_str());
      before = arguments.json ? ",\n " : "";
    } else {
      std::fprintf(stderr, "%s failed\n", query.c_str());
      result = kWorldFailed;
    }
    std::fflush(stdout);
  }
  if (arguments.json) std::printf(*before == '[' ? "[]\n" : "]\n");
  return result;
}

int run_bench(BenchArguments& arguments) {
  auto files = make_real_file_system();
  bool is_temporary = arguments.directory.empty();
  if (is_temporary) {
    char name[] = "/tmp/sluice-bench-XXXXXX";
    if (mkdtemp(name) == nullptr) {
      std::perror("sluice: cannot make a temporary directory");
      return kWorldFailed;
    }
    arguments.directory = name;
  }
  int result = arguments.single ? run_single(arguments) : run_all(arguments);
  if (is_temporary) {
    if (auto removed = files->remove_recursively(arguments.directory); !removed) {
      std::fprintf(stderr, "sluice: %s\n", removed.error().message.c_str());
    }
  }
  return result;
}

}  // namespace
}  // namespace sluice::tools

extern "C" int sluice_command_bench(int argc, char** argv) {
  using namespace sluice::tools;
  CLI::App app("Measures Nexmark queries: generator in the loop, a checkpoint every second, mini-batch on.",
               "sluice bench");
  BenchArguments arguments;
  app.add_option("SUITE", arguments.suite, "What to measure")->check(CLI::IsMember({"nexmark"}))->capture_default_str();
  app.add_option("--queries", arguments.queries, "Queries, separated by commas")->delimiter(',');
  app.add_option("--events", arguments.events, "Events per query")->check(CLI::PositiveNumber)->capture_default_str();
  app.add_option("--rate", arguments.rate, "Events per second of event time")->capture_default_str();
  app.add_option("--digest-events", arguments.digest_events,
                 "How many of the events are digested: q10 by the lines of the files that the timed run wrote, any "
                 "other query by the final table of a second run over the same events, which is not timed. All of them "
                 "without this option, 0: no digest")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--parallelism", arguments.parallelism, "Task threads and subtasks")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--repeat", arguments.repeat, "Runs per query, of which the median is shown")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--interval", arguments.checkpoint_interval, "Time between checkpoints, or `none`")
      ->capture_default_str();
  app.add_flag("--scaling", arguments.scaling,
               "How much faster --parallelism threads are than one, beside as many copies of the hand-written program "
               "at once; without checkpoints, as many events and cores per thread");
  app.add_option("-D", arguments.settings, "key=value: a setting of the jobs");
  app.add_option("--against-limit", arguments.limit_program,
                 "A hand-written program to be measured before each query, in one copy per task thread");
  app.add_option("--dir", arguments.directory, "Where checkpoints and files are written");
  app.add_flag("--json", arguments.json, "One JSON array");
  app.add_flag("--single", arguments.single)->group("");
  app.add_option("--cores", arguments.cores)->group("");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kOk : kUsage;
  }
  for (const std::string& query : arguments.queries) {
    if (!nexmark_file(query + ".sql").empty()) continue;
    std::fprintf(stderr, "sluice: there is no query `%s`\n", query.c_str());
    return kUsage;
  }
  if (arguments.scaling) arguments.checkpoint_interval = "none";
  return run_bench(arguments);
}
