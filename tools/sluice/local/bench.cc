// `sluice bench nexmark`: how fast the engine computes Nexmark's queries, each in a process of its own, and as a share
// of a hand-written program in the same run.
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <cstdio>
#include <optional>

#include "catalog/types/value_text.h"
#include "gateway/engine/engine_host.h"
#include "planner/script/compile.h"
#include "runtime/connectors/row_batch.h"
#include "tools/sluice/commands.h"
#include "tools/sluice/local/job_report.h"
#include "tools/sluice/local/nexmark_scripts.h"

namespace sluice::tools {
namespace {

struct BenchArguments {
  std::string suite = "nexmark";
  std::vector<std::string> queries = {"q0", "q1", "q2", "q10", "q14", "q17", "q18", "q21", "q22"};
  int64_t events = 30'000'000;
  int64_t rate = 1'000'000;
  int64_t digest_events = 1'000'000;
  uint32_t parallelism = 1;
  std::vector<std::string> settings;
  std::string limit_program;
  std::string directory;  // For checkpoints and files; a new one below the temporary directory without it.
  bool json = false;
  bool single = false;  // In a process of its own: one query, its figures on standard output.
};

struct Figures {
  double events_per_second = 0, events_per_cpu_second = 0, compile_ms = 0;
  uint64_t rows_out = 0, peak_memory_mb = 0, checkpoints = 0;
  std::string digest;
};

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// Takes the rows of a blackhole, notes when the last one came, and, for the digest, adds up what the final table holds:
// a row adds its hash, a row that is taken back subtracts it, so the order of changes does not matter.
class MeasuringConsumer final : public runtime::ResultConsumer {
 public:
  MeasuringConsumer(const Clock& clock, const RowSchema* digested) : clock_(clock), digested_(digested) {}
  bool has_room() const override { return true; }
  void consume(uint32_t, runtime::Batch batch) override {
    rows_ += batch.rows;
    last_ns_ = clock_.monotonic_ns();
    if (digested_) add(batch);
  }
  void on_room(uint32_t, std::function<void()>) override {}

  uint64_t rows() const { return rows_; }
  int64_t last_ns() const { return last_ns_; }
  uint64_t digest() const { return digest_; }

 private:
  void add(const runtime::Batch& batch) {
    for (const runtime::TableChange& change : runtime::changes_of(batch, *digested_)) {
      uint64_t hash = kKeyHashSeed;
      for (size_t i = 0; i < change.row.size(); ++i) {
        std::string text = json_text(change.row[i], (*digested_)[i].type);
        hash = hash_bytes(hash, text.data(), static_cast<uint32_t>(text.size()));
      }
      digest_ += sign_of(change.kind) > 0 ? hash : ~hash + 1;
    }
  }

  const Clock& clock_;
  const RowSchema* digested_;
  std::atomic<uint64_t> rows_ = 0, digest_ = 0;
  std::atomic<int64_t> last_ns_ = 0;
};

// The job of a query's INSERT; its blackhole becomes the consumer.
Result<jobgraph::JobGraph> compile_query(const BenchArguments& arguments, const std::string& query, int64_t events,
                                         const std::string& directory, bool digest, RowSchema& columns) {
  SLUICE_TRY(std::string text, nexmark_script(query, events, arguments.rate, directory + "/files"));
  // A fixed beginning of event time, so that equal runs have equal digests.
  const std::string connector = "'connector' = 'nexmark'";
  if (size_t at = text.find(connector); at != std::string::npos) {
    text.insert(at + connector.size(), ", 'base-time' = '1767225600000'");
  }
  // A blackhole asks for no update-before; what is digested must take rows back.
  if (size_t at = text.find("'blackhole'"); digest && at != std::string::npos) text.replace(at, 11, "'print'");
  SourceText source(query + ".sql", text);
  Settings settings;
  settings.set("table.exec.mini-batch.enabled", "true");
  settings.set("table.exec.mini-batch.allow-latency", "2 s");
  settings.set("table.exec.mini-batch.size", "50000");
  settings.set("table.optimizer.distinct-agg.split.enabled", "true");
  settings.set("execution.checkpointing.interval", "1 s");
  settings.set("state.memory.budget", "8 g");  // q18 keeps some 3 GB; eviction is measured elsewhere.
  settings.set("execution.checkpointing.dir", directory + "/checkpoints");
  settings.set("table.local-time-zone", "UTC");
  for (const std::string& setting : arguments.settings) {
    size_t equals = setting.find('=');
    if (equals == std::string::npos) return fail(ErrorCode::BadOptionValue, "-D `{}` is not key=value", setting);
    settings.set(setting.substr(0, equals), setting.substr(equals + 1));
  }
  Diagnostics diagnostics;
  planner::CompiledScript script = planner::compile_script(source, Catalog(), settings, diagnostics);
  if (!diagnostics.ok()) return fail(ErrorCode::BadOptionValue, "{}", diagnostics.render(source));
  for (planner::CompiledStatement& statement : script.statements) {
    auto* job = std::get_if<planner::CompiledJob>(&statement.kind);
    if (job == nullptr) continue;
    for (jobgraph::Fragment& fragment : job->graph.fragments) {
      for (jobgraph::Operator& op : fragment.operators) {
        auto* sink = std::get_if<jobgraph::Sink>(&op.kind);
        if (sink == nullptr) continue;
        columns = op.output.empty() ? sink->table.columns : op.output;
        const std::string& connector = sink->table.options["connector"];
        if (connector == "blackhole" || connector == "print") sink->table.options = {{"connector", "$collect"}};
      }
    }
    return std::move(job->graph);
  }
  return fail(ErrorCode::InvalidJobGraph, "script of {} has no INSERT", query);
}

struct Timing {
  double seconds = 0, cpu = 0;
  runtime::JobStatus status;
  runtime::JobMetrics metrics;
  uint64_t rows = 0, digest = 0;
  double compile_ms = 0;
};

Result<Timing> run_job(const BenchArguments& arguments, const std::string& query, int64_t events, bool digest) {
  std::string directory = arguments.directory + "/" + query + (digest ? "-digest" : "");
  RowSchema columns;
  SLUICE_TRY(jobgraph::JobGraph graph, compile_query(arguments, query, events, directory, digest, columns));
  gateway::EngineHostOptions host_options;
  host_options.env.task_threads = arguments.parallelism;
  auto jit = graph.settings.find("sluice.jit");
  host_options.jit = jit == graph.settings.end() || (jit->second != "off" && jit->second != "OFF");
  SLUICE_TRY(auto host, gateway::EngineHost::create(host_options));
  MeasuringConsumer consumer(*host->env().clock, digest ? &columns : nullptr);
  runtime::JobOptions options;
  options.parallelism = arguments.parallelism;
  options.results = &consumer;
  JobWait wait;
  double cpu = cpu_seconds();
  int64_t begin = host->env().clock->monotonic_ns();
  SLUICE_TRY(auto job, host->engine().submit(std::move(graph), options));
  job->on_end([&wait] { wait.notify(); });
  job->start();
  while (!wait.wait_ms(1000)) {}
  // A transactional sink's last row is there when its checkpoint is.
  int64_t end = consumer.last_ns() > 0 ? consumer.last_ns() : host->env().clock->monotonic_ns();
  Timing timing;
  timing.cpu = cpu_seconds() - cpu;
  timing.seconds = static_cast<double>(end - begin) / 1e9;
  timing.status = job->status();
  timing.metrics = job->metrics();
  timing.rows = consumer.rows() > 0 ? consumer.rows() : timing.metrics.rows_out;
  timing.digest = consumer.digest();
  timing.compile_ms = host->code().compile_ms();
  if (timing.status.state != runtime::JobState::Finished) {
    return timing.status.failure ? Result<Timing>(Failure{*timing.status.failure})
                                 : fail(ErrorCode::JobCancelled, "{} ended as {}", query, text_of(timing.status.state));
  }
  return timing;
}

// ---- One query in this process.

int run_single(const BenchArguments& arguments) {
  const std::string& query = arguments.queries.front();
  auto timing = run_job(arguments, query, arguments.events, false);
  uint64_t peak = peak_memory_bytes() >> 20;
  auto digest = timing ? run_job(arguments, query, std::min(arguments.events, arguments.digest_events), true)
                       : Result<Timing>(Timing{});
  if (!timing || !digest) {
    std::fprintf(stderr, "%s: %s\n", query.c_str(), (timing ? digest : timing).error().message.c_str());
    return kWorldFailed;
  }
  double events = static_cast<double>(arguments.events);
  std::printf("%.0f %.0f %llu %.1f %llu %016llx %llu\n", events / timing->seconds, events / timing->cpu,
              static_cast<unsigned long long>(timing->rows), timing->compile_ms, static_cast<unsigned long long>(peak),
              static_cast<unsigned long long>(digest->digest),
              static_cast<unsigned long long>(timing->status.checkpoints.completed));
  return kOk;
}

// ---- All queries, one process each.

// What a program writes to standard output; nothing when it fails.
std::optional<std::string> output_of(const std::vector<std::string>& command) {
  int pipe_ends[2];
  if (pipe(pipe_ends) != 0) return std::nullopt;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addclose(&actions, pipe_ends[0]);
  std::vector<char*> argv;
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  pid_t child = 0;
  int failed = posix_spawn(&child, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(pipe_ends[1]);
  std::string out;
  char buffer[4096];
  for (ssize_t got = 0; !failed && (got = read(pipe_ends[0], buffer, sizeof buffer)) > 0;) {
    out.append(buffer, static_cast<size_t>(got));
  }
  close(pipe_ends[0]);
  int status = 0;
  if (failed || waitpid(child, &status, 0) < 0 || status != 0) return std::nullopt;
  return out;
}

std::optional<Figures> measure(const BenchArguments& arguments, const std::string& query) {
  std::vector<std::string> command = {"/proc/self/exe",  "bench",
                                      arguments.suite,   "--single",
                                      "--queries",       query,
                                      "--events",        std::to_string(arguments.events),
                                      "--rate",          std::to_string(arguments.rate),
                                      "--digest-events", std::to_string(arguments.digest_events),
                                      "--parallelism",   std::to_string(arguments.parallelism),
                                      "--dir",           arguments.directory};
  for (const std::string& setting : arguments.settings) command.insert(command.end(), {"-D", setting});
  auto out = output_of(command);
  Figures figures;
  unsigned long long rows = 0, peak = 0, checkpoints = 0;
  char digest[32] = {};
  if (!out ||
      std::sscanf(out->c_str(), "%lf %lf %llu %lf %llu %31s %llu", &figures.events_per_second,
                  &figures.events_per_cpu_second, &rows, &figures.compile_ms, &peak, digest, &checkpoints) != 7) {
    return std::nullopt;
  }
  figures.rows_out = rows;
  figures.peak_memory_mb = peak;
  figures.checkpoints = checkpoints;
  figures.digest = digest;
  return figures;
}

// Events per second of the hand-written program; nothing for queries that it lacks.
std::optional<double> measure_limit(const BenchArguments& arguments, const std::string& query) {
  if (arguments.limit_program.empty()) return std::nullopt;
  auto out =
      output_of({arguments.limit_program, query, std::to_string(arguments.events), std::to_string(arguments.rate)});
  size_t at = out ? out->find("\"events_per_second\": ") : std::string::npos;
  unsigned long long rows = 0;
  if (at == std::string::npos) return std::nullopt;
  size_t rows_at = out->find("\"rows\": ");
  if (rows_at == std::string::npos || std::sscanf(out->c_str() + rows_at, "\"rows\": %llu", &rows) != 1 || rows == 0) {
    return std::nullopt;
  }
  return std::strtod(out->c_str() + at + 21, nullptr);
}

void print_json(const BenchArguments& arguments, const std::string& query, const Figures& figures,
                std::optional<double> share, bool first) {
  std::printf(
      "%s{\"query\": \"%s\", \"events\": %lld, \"parallelism\": %u, \"events_per_second\": %.0f, "
      "\"events_per_cpu_second\": %.0f, \"rows_out\": %llu, \"compile_ms\": %.1f, \"peak_memory_mb\": %llu, "
      "\"digest\": \"%s\", \"checkpoints\": %llu, \"share_of_limit\": %s}",
      first ? "[" : ",\n ", query.c_str(), static_cast<long long>(arguments.events), arguments.parallelism,
      figures.events_per_second, figures.events_per_cpu_second, static_cast<unsigned long long>(figures.rows_out),
      figures.compile_ms, static_cast<unsigned long long>(figures.peak_memory_mb), figures.digest.c_str(),
      static_cast<unsigned long long>(figures.checkpoints), share ? fmt::format("{:.3f}", *share).c_str() : "null");
}

int run_all(BenchArguments& arguments) {
  if (!arguments.json) {
    std::printf("%-6s %12s %14s %12s %10s %8s %6s %17s %7s\n", "query", "M events/s", "M/CPU second", "rows out",
                "compile", "peak", "chk", "digest", "limit");
  }
  int result = kOk;
  bool first = true;
  for (const std::string& query : arguments.queries) {
    std::optional<double> limit = measure_limit(arguments, query);
    std::optional<Figures> figures = measure(arguments, query);
    if (!figures) {
      std::fprintf(stderr, "%s failed\n", query.c_str());
      result = kWorldFailed;
      continue;
    }
    std::optional<double> share = limit ? std::optional(figures->events_per_second / *limit) : std::nullopt;
    if (arguments.json) {
      print_json(arguments, query, *figures, share, std::exchange(first, false));
    } else {
      std::printf("%-6s %12.2f %14.2f %12llu %7.0f ms %5llu MB %6llu %17s %7s\n", query.c_str(),
                  figures->events_per_second / 1e6, figures->events_per_cpu_second / 1e6,
                  static_cast<unsigned long long>(figures->rows_out), figures->compile_ms,
                  static_cast<unsigned long long>(figures->peak_memory_mb),
                  static_cast<unsigned long long>(figures->checkpoints), figures->digest.c_str(),
                  share ? fmt::format("{:.0f} %", *share * 100).c_str() : "");
    }
    std::fflush(stdout);
  }
  if (arguments.json) std::printf(first ? "[]\n" : "]\n");
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
  app.add_option("--digest-events", arguments.digest_events, "Events of the run whose output is digested")
      ->capture_default_str();
  app.add_option("--parallelism", arguments.parallelism, "Task threads and subtasks")->capture_default_str();
  app.add_option("-D", arguments.settings, "key=value: a setting of the jobs");
  app.add_option("--against-limit", arguments.limit_program, "A hand-written program to be measured beside each query");
  app.add_option("--dir", arguments.directory, "Where checkpoints and files are written");
  app.add_flag("--json", arguments.json, "One JSON array");
  app.add_flag("--single", arguments.single)->group("");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kOk : kUsage;
  }
  return run_bench(arguments);
}
