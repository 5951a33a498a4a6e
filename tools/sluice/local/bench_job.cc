#include "tools/sluice/local/bench_job.h"

#include <sys/resource.h>

#include <atomic>
#include <mutex>

#include "gateway/engine/engine_host.h"
#include "planner/script/compile.h"
#include "tools/sluice/local/job_report.h"
#include "tools/sluice/local/nexmark_scripts.h"
#include "tools/sluice/local/row_digest.h"

namespace sluice::tools {
namespace {

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// Takes the rows of a blackhole and notes when the last one came.
class MeasuringConsumer final : public runtime::ResultConsumer {
 public:
  MeasuringConsumer(const Clock& clock, RowDigest* digest) : clock_(clock), digest_(digest) {}
  bool has_room() const override { return true; }
  void consume(uint32_t, runtime::Batch batch) override {
    rows_.fetch_add(batch.rows, std::memory_order_relaxed);
    last_ns_.store(clock_.monotonic_ns(), std::memory_order_relaxed);
    if (digest_ == nullptr) return;
    std::lock_guard lock(mutex_);
    digest_->add(batch);
  }
  void on_room(uint32_t, std::function<void()>) override {}

  uint64_t rows() const { return rows_; }
  int64_t last_ns() const { return last_ns_; }

 private:
  const Clock& clock_;
  RowDigest* digest_;
  std::mutex mutex_;
  std::atomic<uint64_t> rows_ = 0;
  std::atomic<int64_t> last_ns_ = 0;
};

// A fixed beginning of event time, so that equal runs have equal digests. A blackhole asks for no update-before; what
// is digested must take rows back.
Result<std::string> script_of(const BenchArguments& arguments, const std::string& query, int64_t events,
                              const std::string& directory, bool digest) {
  SLUICE_TRY(std::string text, nexmark_script(query, events, arguments.rate, directory + "/files"));
  const std::string connector = "'connector' = 'nexmark'";
  if (size_t at = text.find(connector); at != std::string::npos) {
    text.insert(at + connector.size(), ", 'base-time' = '1767225600000'");
  }
  if (size_t at = text.find("'blackhole'"); digest && at != std::string::npos) text.replace(at, 11, "'print'");
  return text;
}

Result<Settings> settings_of(const BenchArguments& arguments, const std::string& directory) {
  Settings settings;
  settings.set("table.exec.mini-batch.enabled", "true");
  settings.set("table.exec.mini-batch.allow-latency", "2 s");
  settings.set("table.exec.mini-batch.size", "50000");
  settings.set("table.optimizer.distinct-agg.split.enabled", "true");
  if (arguments.checkpoint_interval != "none") {
    settings.set("execution.checkpointing.interval", arguments.checkpoint_interval);
  }
  settings.set("state.memory.budget", "8 g");  // q18 keeps some 3 GB; eviction is measured elsewhere.
  settings.set("execution.checkpointing.dir", directory + "/checkpoints");
  settings.set("table.local-time-zone", "UTC");
  for (const std::string& setting : arguments.settings) {
    size_t equals = setting.find('=');
    if (equals == std::string::npos) return fail(ErrorCode::BadOptionValue, "-D `{}` is not key=value", setting);
    settings.set(setting.substr(0, equals), setting.substr(equals + 1));
  }
  return settings;
}

// Sinks that show rows or drop them become the consumer; `columns` receives what the query writes.
void take_results(jobgraph::JobGraph& graph, RowSchema& columns) {
  for (jobgraph::Fragment& fragment : graph.fragments) {
    for (jobgraph::Operator& op : fragment.operators) {
      auto* sink = std::get_if<jobgraph::Sink>(&op.kind);
      if (sink == nullptr) continue;
      columns = op.output.empty() ? sink->table.columns : op.output;
      const std::string& connector = sink->table.options["connector"];
      if (connector == "blackhole" || connector == "print") sink->table.options = {{"connector", "$collect"}};
    }
  }
}

// The job of a query's INSERT.
Result<jobgraph::JobGraph> compile_query(const std::string& query, const std::string& text, const Settings& settings) {
  SourceText source(query + ".sql", text);
  Diagnostics diagnostics;
  planner::CompiledScript script = planner::compile_script(source, Catalog(), settings, diagnostics);
  if (!diagnostics.ok()) return fail(ErrorCode::BadOptionValue, "{}", diagnostics.render(source));
  for (planner::CompiledStatement& statement : script.statements) {
    if (auto* job = std::get_if<planner::CompiledJob>(&statement.kind)) return std::move(job->graph);
  }
  return fail(ErrorCode::InvalidJobGraph, "script of {} has no INSERT", query);
}

struct PreparedJob {
  jobgraph::JobGraph graph;
  std::unique_ptr<gateway::EngineHost> host;
  std::optional<RowDigest> digest;
};

Result<PreparedJob> prepare(const BenchArguments& arguments, const std::string& query, int64_t events,
                            const std::string& directory, bool digest) {
  SLUICE_TRY(std::string text, script_of(arguments, query, events, directory, digest));
  SLUICE_TRY(Settings settings, settings_of(arguments, directory));
  PreparedJob job;
  SLUICE_TRY(job.graph, compile_query(query, text, settings));
  RowSchema columns;
  take_results(job.graph, columns);
  if (digest) {
    SLUICE_TRY(job.digest, RowDigest::create(columns));
  }
  gateway::EngineHostOptions options;
  options.env.task_threads = arguments.parallelism;
  auto jit = job.graph.settings.find("sluice.jit");
  options.jit = jit == job.graph.settings.end() || (jit->second != "off" && jit->second != "OFF");
  SLUICE_TRY(job.host, gateway::EngineHost::create(options));
  return job;
}

Result<BenchRun> run(PreparedJob& prepared, const std::string& query, uint32_t parallelism) {
  const Clock& clock = *prepared.host->env().clock;
  MeasuringConsumer consumer(clock, prepared.digest ? &*prepared.digest : nullptr);
  runtime::JobOptions options;
  options.parallelism = parallelism;
  options.results = &consumer;
  JobWait wait;
  double cpu = cpu_seconds();
  int64_t begin = clock.monotonic_ns();
  SLUICE_TRY(auto job, prepared.host->engine().submit(std::move(prepared.graph), options));
  job->on_end([&wait] { wait.notify(); });
  job->start();
  while (!wait.wait_ms(1000)) {}
  // A transactional sink's last row is there when its checkpoint is.
  int64_t end = consumer.last_ns() > 0 ? consumer.last_ns() : clock.monotonic_ns();
  BenchRun run;
  run.cpu_seconds = cpu_seconds() - cpu;
  run.seconds = static_cast<double>(end - begin) / 1e9;
  run.status = job->status();
  run.rows = consumer.rows() > 0 ? consumer.rows() : job->metrics().rows_out;
  run.compile_ms = prepared.host->code().compile_ms();
  if (prepared.digest) run.digest = prepared.digest->value();
  if (run.status.state == runtime::JobState::Finished) return run;
  if (run.status.failure) return Failure{*run.status.failure};
  return fail(ErrorCode::JobCancelled, "{} ended as {}", query, text_of(run.status.state));
}

}  // namespace

Result<BenchRun> run_timed(const BenchArguments& arguments, const std::string& query) {
  std::string directory = arguments.directory + "/" + query;
  SLUICE_TRY(PreparedJob job, prepare(arguments, query, arguments.events, directory, false));
  SLUICE_TRY(BenchRun out, run(job, query, arguments.parallelism));
  FileSystem& files = *job.host->env().files;
  SLUICE_TRY(bool has_files, files.exists(directory + "/files"));
  if (has_files && arguments.digest_events != 0) {
    SLUICE_TRY(out.digest, digest_of_files(files, directory + "/files"));
  }
  return out;
}

Result<BenchRun> run_digested(const BenchArguments& arguments, const std::string& query) {
  int64_t events = std::min(arguments.events, arguments.digest_events.value_or(arguments.events));
  SLUICE_TRY(PreparedJob job, prepare(arguments, query, events, arguments.directory + "/" + query + "-digest", true));
  return run(job, query, arguments.parallelism);
}

}  // namespace sluice::tools
