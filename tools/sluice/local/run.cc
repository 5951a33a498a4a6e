// `sluice run FILE...`: compiles scripts and runs their jobs in this process.
#include <algorithm>
#include <atomic>
#include <map>
#include <string>

#include "base/env/crash_point.h"
#include "gateway/engine/engine_host.h"
#include "planner/script/compile.h"
#include "tools/sluice/commands.h"
#include "tools/sluice/exit_code.h"
#include "tools/sluice/interrupt.h"
#include "tools/sluice/local/ending.h"
#include "tools/sluice/local/job_report.h"
#include "tools/sluice/local/job_starts.h"
#include "tools/sluice/local/job_stop.h"
#include "tools/sluice/local/result_stream.h"
#include "tools/sluice/row_printer.h"
#include "tools/sluice/script_arguments.h"
#include "tools/sluice/standard_output.h"

#include "runtime/checkpoint/checkpoint_directory.h"

namespace sluice::tools {
namespace {

struct RunArguments {
  ScriptArguments script;
  std::string format = "table";
  StartArguments starts;
  uint32_t stop_timeout_s = 60;
  std::string crash_at;
};

class Runner {
 public:
  Runner(const RunArguments& arguments, const LoadedScript& script, gateway::EngineHost& host, StandardOutput& output)
      : arguments_(arguments),
        script_(script),
        host_(host),
        output_(output),
        format_(row_format_of(arguments.format)) {}

  int run(planner::CompiledScript script) {
    if (Status decided = decide_starts(script); !decided) {
      fail_with(decided.error());
      return exit_code_;
    }
    Interrupt interrupt([this](int count) { on_interrupt(count); });
    for (planner::CompiledStatement& statement : script.statements) {
      if (stopping_ || is_output_lost()) break;
      execute(statement);
    }
    for (auto& job : jobs_) finish(*job);
    print_continuation();
    std::fflush(stdout);
    output_.check();
    is_output_lost();
    if (is_left_) {
      std::fflush(nullptr);
      _exit(exit_code_);
    }
    return exit_code_;
  }

 private:
  struct RunningJob {
    explicit RunningJob(const Env& env) : stop(env) {}
    std::shared_ptr<runtime::Job> job;
    std::shared_ptr<ResultStream> results;
    std::unique_ptr<JobWait> wait = std::make_unique<JobWait>();
    uint64_t restarts_shown = 0;
    size_t warnings_shown = 0;
    bool reported = false;
    JobStop stop;
  };

  void execute(planner::CompiledStatement& statement) {
    if (auto* rows = std::get_if<planner::BoundRows>(&statement.kind)) {
      print_rows(format_, stdout, rows->columns, rows->rows);
      output_.check();
    } else if (auto* text = std::get_if<planner::ExplainText>(&statement.kind)) {
      if (format_ == RowFormat::Json) {
        print_rows(format_, stdout, {{"result", Type::string()}}, {{Value{text->text}}});
      } else {
        std::fputs(text->text.c_str(), stdout);
        std::fflush(stdout);
      }
      output_.check();
    } else if (auto* job = std::get_if<planner::CompiledJob>(&statement.kind)) {
      start(std::move(*job));
    }
  }

  void start(planner::CompiledJob compiled) {
    if (starts_.is_skipped(compiled.graph.name)) return;
    auto running = std::make_unique<RunningJob>(host_.env());
    runtime::JobOptions options;
    options.parallelism = arguments_.script.parallelism;
    options.restore_from = starts_.restore_of(compiled.graph.name);
    const TimeZone* zone = TimeZone::find(compiled.graph.settings.at("table.local-time-zone"));
    bool is_select = compiled.kind == planner::JobKind::Select;
    if (is_select) {
      running->results =
          std::make_shared<ResultStream>(compiled.columns, fmt::format("{:016x}", host_.env().random->next()));
      options.results = &running->results->consumer();
    }
    auto submitted = host_.engine().submit(std::move(compiled.graph), options);
    if (!submitted) return fail_with(submitted.error());
    running->job = *submitted;
    if (Status free = check_name(running->job->status()); !free) return fail_with(free.error());
    RunningJob& job = *running;
    {
      std::lock_guard lock(mutex_);
      if (stopping_) return;  // Whoever asked to stop has not seen this job.
      jobs_.push_back(std::move(running));
    }
    job.job->on_end([&job] {
      if (job.results) job.results->close();
      job.wait->notify();
    });
    job.job->start();
    if (is_select) {
      stream(job, compiled.columns, zone);
      finish(job);
    }
  }

  // Checkpoints lie below the job's name.
  Status check_name(const runtime::JobStatus& status) {
    bool is_taken = std::ranges::any_of(jobs_, [&status](const auto& job) {
      runtime::JobStatus other = job->job->status();
      return other.name == status.name && other.takes_checkpoints;
    });
    if (!status.takes_checkpoints || !is_taken) return Done{};
    return fail(ErrorCode::DuplicateName, "the script has a job with the name `{}` already", status.name)
        .hint(
            "Both would have their checkpoints in one directory. Name this one before it: SET 'pipeline.name' = "
            "'...';");
  }

  void stream(RunningJob& job, const RowSchema& columns, const TimeZone* zone) {
    auto printer = make_row_printer(format_, stdout, terminal_columns(), zone);
    printer->begin(columns);
    constexpr int64_t kPauseMs = 50;  // A quiet stream shows what it has, one that is slow every so often.
    Clock& clock = *host_.env().clock;
    int64_t flush_due_ns = 0;
    while (!job.results->is_done() && !job.stop.hangs()) {
      ResultItem item = job.results->next(kPauseMs);
      if (is_output_lost()) continue;
      if (const auto* changes = std::get_if<std::vector<runtime::TableChange>>(&item)) {
        for (const runtime::TableChange& change : *changes) printer->row(change.kind, change.row);
        if (clock.monotonic_ns() > flush_due_ns) {
          std::fflush(stdout);
          flush_due_ns = clock.monotonic_ns() + kPauseMs * 1'000'000;
        }
      } else {
        printer->pause();
        show_restarts(job);
      }
      output_.check();
      if (const auto* repeated = std::get_if<RepeatedRows>(&item)) show_repeated(*repeated);
    }
    if (is_output_lost()) return;
    // Of a job that failed there are the rows so far, and no count of all.
    bool is_failed = job.job->status().state == runtime::JobState::Failed;
    is_failed ? printer->pause() : printer->end();
    output_.check();
  }

  // Waits for the end of a job and says how it went.
  void finish(RunningJob& job) {
    LiveLine line(stderr);
    while (!job.wait->wait_ms(500)) {
      show_restarts(job);
      if (job.stop.hangs()) break;
      if (is_output_lost()) continue;
      if (!job.results) line.show(job.job->status(), job.job->metrics());
    }
    line.clear();
    if (std::exchange(job.reported, true)) return;
    runtime::JobStatus status = job.job->status();
    show_warnings(job, status);
    if (!is_terminal(status.state)) {
      std::fprintf(stderr, "job `%s` waits for something that does not answer, and is left as after a crash\n",
                   status.name.c_str());
      status.state = runtime::JobState::Cancelled;
      status.ended_wall_ms = host_.env().clock->wall_ms();
      is_left_ = true;
    }
    show_missing_savepoint(job, status);
    if (status.state == runtime::JobState::Failed) return fail_with(*status.failure);
    print_summary(stderr, status, job.job->metrics(), host_.code().compile_ms());
  }

  Status decide_starts(const planner::CompiledScript& script) {
    std::vector<ScriptJob> jobs;
    for (const planner::CompiledStatement& statement : script.statements) {
      const auto* compiled = std::get_if<planner::CompiledJob>(&statement.kind);
      if (compiled == nullptr) continue;
      Settings settings(compiled->graph.settings);
      const std::string& name = compiled->graph.name;
      jobs.push_back({name, settings.get("execution.checkpointing.dir") + "/" + runtime::directory_name_of(name),
                      settings.get("execution.state-recovery.path")});
    }
    SLUICE_TRY(starts_, JobStarts::decide(host_.env(), arguments_.starts, jobs));
    return Done{};
  }

  // One command for all jobs of the script.
  void print_continuation() {
    std::vector<runtime::JobStatus> ran;
    for (const auto& job : jobs_) ran.push_back(job->job->status());
    bool has_stopped = std::ranges::any_of(
        ran, [](const runtime::JobStatus& status) { return status.state == runtime::JobState::Stopped; });
    if (!has_stopped) return;
    std::fprintf(stderr, "continue with: %s\n", starts_.continuation(ran).c_str());
  }

  void show_warnings(RunningJob& job, const runtime::JobStatus& status) {
    for (; job.warnings_shown < status.warnings.size(); ++job.warnings_shown) {
      std::fprintf(stderr, "warning: %s\n", status.warnings[job.warnings_shown].c_str());
    }
  }

  void show_restarts(RunningJob& job) {
    runtime::JobStatus status = job.job->status();
    show_warnings(job, status);
    if (status.restarts <= job.restarts_shown || !status.failure) return;
    job.restarts_shown = status.restarts;
    std::fprintf(stderr, "job `%s` failed and is restarted (restart %llu): %s\n", status.name.c_str(),
                 static_cast<unsigned long long>(status.restarts), status.failure->message.c_str());
  }

  // Who reads the rows cannot tell them from others.
  void show_repeated(const RepeatedRows& repeated) {
    if (repeated.count == 0) return;
    std::fprintf(stderr, "warning: the job went back to a checkpoint: %llu of the rows shown so far come again\n",
                 static_cast<unsigned long long>(repeated.count));
  }

  void fail_with(const Error& error) {
    std::fputs(render(error, script_.source).c_str(), stderr);
    exit_code_ = std::max(exit_code_, exit_code_of(error.code));
  }

  // Rows that nobody can get are not computed: ends everything when standard output takes no more.
  bool is_output_lost() {
    auto failure = output_.failure();
    if (!failure) return false;
    if (std::exchange(is_output_reported_, true)) return true;
    fail_with(*failure);
    std::lock_guard lock(mutex_);
    for (auto& job : jobs_) job->stop.cancel(*job->job);
    return true;
  }

  // On the signal's thread.
  void on_interrupt(int count) {
    stopping_ = true;
    std::lock_guard lock(mutex_);
    for (auto& job : jobs_) {
      if (is_terminal(job->job->status().state)) continue;
      if (count == 1) {
        stop(*job);
      } else {
        is_cancel_asked_ = true;
        job->stop.cancel(*job->job);
      }
    }
  }

  void stop(RunningJob& job) {
    std::fprintf(stderr, "\nstopping `%s` with a savepoint; Ctrl-C again cancels\n", job.job->status().name.c_str());
    job.stop.with_savepoint(job.job, arguments_.stop_timeout_s);
    if (job.results) job.results->let_barriers_pass(host_.env());
  }

  // A job that came to its end meanwhile needs none. Who has cancelled it knows why there is none; a program that looks
  // at the exit code does not.
  void show_missing_savepoint(RunningJob& job, const runtime::JobStatus& status) {
    if (status.state == runtime::JobState::Cancelled) exit_code_ = std::max<int>(exit_code_, kWorldFailed);
    std::optional<Error> why = job.stop.missing();
    if (!why || status.state != runtime::JobState::Cancelled || is_cancel_asked_) return;
    std::fprintf(stderr, "no savepoint of `%s`: %s\n", status.name.c_str(), why->message.c_str());
    if (!why->hint.empty()) std::fprintf(stderr, "hint: %s\n", why->hint.c_str());
    if (status.checkpoints.completed > 0) std::fputs("`--from latest` goes on from its newest checkpoint\n", stderr);
    exit_code_ = std::max(exit_code_, exit_code_of(why->code));
  }

  const RunArguments& arguments_;
  const LoadedScript& script_;
  gateway::EngineHost& host_;
  StandardOutput& output_;
  RowFormat format_;
  JobStarts starts_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<RunningJob>> jobs_;
  std::atomic<bool> stopping_ = false;
  std::atomic<bool> is_cancel_asked_ = false;
  bool is_output_reported_ = false;
  bool is_left_ = false;  // A job is still there.
  int exit_code_ = kOk;
};

void print_lines(std::string_view lines, bool to_standard_error) {
  FILE* out = to_standard_error ? stderr : stdout;
  std::fwrite(lines.data(), 1, lines.size(), out);
  std::fflush(out);
}

int run(const RunArguments& arguments) {
  Diagnostics diagnostics;
  auto files = make_real_file_system();
  auto script = load_script(arguments.script, *files, diagnostics);
  if (!script) return report(script.error());
  if (!diagnostics.ok()) {
    std::fputs(diagnostics.render(script->original).c_str(), stderr);
    return kStatementFailed;
  }
  planner::CompiledScript compiled = planner::compile_script(script->source, Catalog(), script->settings, diagnostics);
  if (!diagnostics.ok()) {
    std::fputs(diagnostics.render(script->source).c_str(), stderr);
    return kStatementFailed;
  }
  install_crash_point(arguments.crash_at);
  gateway::EngineHostOptions options;
  options.jit = compiled.settings.get("sluice.jit") != "OFF";
  StandardOutput output;
  options.print = [&output](std::string_view lines, bool to_standard_error) {
    print_lines(lines, to_standard_error);
    if (!to_standard_error) output.check();
  };
  auto host = gateway::EngineHost::create(options);
  if (!host) return report(host.error());
  int code = Runner(arguments, *script, **host, output).run(std::move(compiled));
  return end_with(*std::move(host), code);
}

}  // namespace
}  // namespace sluice::tools

extern "C" int sluice_command_run(int argc, char** argv) {
  using namespace sluice::tools;
  CLI::App app("Compiles SQL scripts and runs their jobs in this process.", "sluice run");
  RunArguments arguments;
  arguments.script.add_to(app);
  app.add_option("--format", arguments.format, "How rows of SELECT are written")
      ->check(CLI::IsMember({"table", "changelog", "csv", "json"}))
      ->capture_default_str();
  app.add_option("--from", arguments.starts.from,
                 "Start from: none, latest (the job's newest checkpoint), or a path; once per job of the script")
      ->allow_extra_args(false)
      ->type_name("none|latest|PATH");
  app.add_option("--skip", arguments.starts.skipped, "Do not run the job with this name: it is done")
      ->allow_extra_args(false)
      ->type_name("JOB");
  app.add_option("--stop-timeout", arguments.stop_timeout_s,
                 "How long Ctrl-C or SIGTERM waits for a job's savepoint before the job is cancelled without one")
      ->type_name("SECONDS")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  // For crash tests: not shown.
  app.add_option("--crash-at", arguments.crash_at)->envname("SLUICE_CRASH_AT")->group("");
  try {
    app.parse(argc, argv);
    arguments.starts.words = words_without_starts(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kOk : kUsage;
  }
  return run(arguments);
}
