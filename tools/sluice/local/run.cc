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
#include "tools/sluice/local/job_report.h"
#include "tools/sluice/local/result_stream.h"
#include "tools/sluice/row_printer.h"
#include "tools/sluice/script_arguments.h"
#include "tools/sluice/standard_output.h"

#include "runtime/checkpoint/checkpoint_directory.h"
#include "runtime/connectors/row_batch.h"

namespace sluice::tools {
namespace {

struct RunArguments {
  ScriptArguments script;
  std::string format = "table";
  std::vector<std::string> from;   // Nothing is `none`.
  std::vector<std::string> words;  // As given, without --from: for the command that continues.
  std::string crash_at;
};

// For a POSIX shell.
std::string shell_word(std::string_view word) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string_view::npos) return std::string(word);
  std::string out = "'";
  for (char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

class Runner {
 public:
  Runner(const RunArguments& arguments, const LoadedScript& script, gateway::EngineHost& host, StandardOutput& output)
      : arguments_(arguments),
        script_(script),
        host_(host),
        output_(output),
        format_(row_format_of(arguments.format)) {}

  int run(planner::CompiledScript script) {
    jobs_in_script_ = std::ranges::count_if(script.statements, [](const planner::CompiledStatement& statement) {
      return std::holds_alternative<planner::CompiledJob>(statement.kind);
    });
    if (Status found = find_restores(script); !found) {  // Before any job runs.
      fail_with(found.error());
      return exit_code_;
    }
    Interrupt interrupt([this](int count) { on_interrupt(count); });
    for (planner::CompiledStatement& statement : script.statements) {
      if (stopping_ || is_output_lost()) break;
      execute(statement);
    }
    for (auto& job : jobs_) finish(*job);
    print_continuation();
    is_output_lost();
    return exit_code_;
  }

 private:
  struct RunningJob {
    std::shared_ptr<runtime::Job> job;
    std::unique_ptr<ResultStream> results;
    std::unique_ptr<JobWait> wait = std::make_unique<JobWait>();
    uint64_t restarts_shown = 0;
    size_t warnings_shown = 0;
    bool reported = false;
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
    auto running = std::make_unique<RunningJob>();
    runtime::JobOptions options;
    options.parallelism = arguments_.script.parallelism;
    options.restore_from = restores_.at(compiled.graph.name);
    const TimeZone* zone = TimeZone::find(compiled.graph.settings.at("table.local-time-zone"));
    bool is_select = compiled.kind == planner::JobKind::Select;
    if (is_select) {
      running->results = std::make_unique<ResultStream>();
      options.results = running->results.get();
    }
    auto submitted = host_.engine().submit(std::move(compiled.graph), options);
    if (!submitted) return fail_with(submitted.error());
    running->job = *submitted;
    RunningJob& job = *running;
    {
      std::lock_guard lock(mutex_);
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

  void stream(RunningJob& job, const RowSchema& columns, const TimeZone* zone) {
    auto printer = make_row_printer(format_, stdout, terminal_columns(), zone);
    printer->begin(columns);
    constexpr int64_t kPauseMs = 50;  // A quiet stream shows what it has.
    while (!job.results->is_done()) {
      std::optional<runtime::Batch> batch = job.results->next(kPauseMs);
      if (is_output_lost()) continue;
      if (!batch) {
        show_restarts(job);
        printer->pause();
        output_.check();
        continue;
      }
      for (const runtime::TableChange& change : runtime::changes_of(*batch, columns)) {
        printer->row(change.kind, change.row);
      }
      output_.check();
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
      if (is_output_lost()) continue;
      if (!job.results) line.show(job.job->status(), job.job->metrics());
    }
    line.clear();
    if (std::exchange(job.reported, true)) return;
    runtime::JobStatus status = job.job->status();
    show_warnings(job, status);
    if (status.state == runtime::JobState::Failed) return fail_with(*status.failure);
    print_summary(stderr, status, job.job->metrics(), host_.code().compile_ms());
  }

  Status find_restores(const planner::CompiledScript& script) {
    for (const planner::CompiledStatement& statement : script.statements) {
      const auto* compiled = std::get_if<planner::CompiledJob>(&statement.kind);
      if (compiled == nullptr) continue;
      SLUICE_TRY(restores_[compiled->graph.name], restore_of(compiled->graph.name));
    }
    return Done{};
  }

  // A script with several jobs has a savepoint for each: whose it is stands in it. A job that none is of goes on from
  // its newest checkpoint where `latest` was named, too.
  Result<std::string> restore_of(const std::string& job) {
    const std::vector<std::string>& from = arguments_.from;
    if (from.empty()) return std::string();
    if (from.size() == 1 && (jobs_in_script_ == 1 || from[0] == "latest" || from[0] == "none")) return from[0];
    bool has_latest = false;
    for (const std::string& path : from) {
      if (path == "none") continue;
      if (path == "latest") {
        has_latest = true;
        continue;
      }
      std::vector<runtime::RefusedCheckpoint> refused;
      SLUICE_TRY(runtime::RestoreSource source, runtime::open_restore_source(host_.env(), path, refused));
      if (source.manifest.job_name == job) return path;
    }
    if (has_latest) return std::string("latest");
    return fail(ErrorCode::IncompatibleState, "no path of --from is a savepoint or checkpoint of job `{}`", job)
        .hint("Give one path per job, or `--from latest` beside them for jobs that have none.");
  }

  // One command for all jobs of the script.
  void print_continuation() {
    std::string from;
    bool has_others = false;
    for (const auto& job : jobs_) {
      runtime::JobStatus status = job->job->status();
      if (status.state == runtime::JobState::Stopped) {
        from += " --from " + shell_word(status.savepoint);
      } else {
        has_others = true;
      }
    }
    if (from.empty()) return;
    if (has_others) from += " --from latest";
    std::string words;
    for (const std::string& word : arguments_.words) words += " " + shell_word(word);
    std::fprintf(stderr, "continue with: sluice run%s%s\n", words.c_str(), from.c_str());
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

  void fail_with(const Error& error) {
    std::fputs(render(error, script_.source).c_str(), stderr);
    exit_code_ = std::max(exit_code_.load(), exit_code_of(error.code));
  }

  // Rows that nobody can get are not computed: ends everything when standard output takes no more.
  bool is_output_lost() {
    auto failure = output_.failure();
    if (!failure) return false;
    if (std::exchange(is_output_reported_, true)) return true;
    fail_with(*failure);
    std::lock_guard lock(mutex_);
    for (auto& job : jobs_) job->job->cancel();
    return true;
  }

  // On the signal's thread.
  void on_interrupt(int count) {
    stopping_ = true;
    std::lock_guard lock(mutex_);
    for (auto& job : jobs_) {
      if (is_terminal(job->job->status().state)) continue;
      if (count > 1) {
        job->job->cancel();
        continue;
      }
      std::fprintf(stderr, "\nstopping `%s` with a savepoint; Ctrl-C again cancels\n", job->job->status().name.c_str());
      job->job->stop_with_savepoint("", [this, &job = *job](Result<std::string> savepoint) {
        if (!savepoint) cancel_without_savepoint(job, savepoint.error());
      });
    }
  }

  // Whoever asked a job to stop does not want it to go on.
  void cancel_without_savepoint(RunningJob& job, const Error& why) {
    runtime::JobStatus status = job.job->status();
    if (is_terminal(status.state)) return;
    std::string newest = status.checkpoints.completed > 0 ? "; `--from latest` goes on from its newest checkpoint" : "";
    std::fprintf(stderr, "cancelling `%s`: %s%s\n", status.name.c_str(), why.message.c_str(), newest.c_str());
    exit_code_ = std::max(exit_code_.load(), exit_code_of(why.code));  // The savepoint that was asked for is not there.
    job.job->cancel();
  }

  const RunArguments& arguments_;
  const LoadedScript& script_;
  gateway::EngineHost& host_;
  StandardOutput& output_;
  RowFormat format_;
  int64_t jobs_in_script_ = 0;
  std::map<std::string, std::string> restores_;  // Of each job, by name.
  std::mutex mutex_;
  std::vector<std::unique_ptr<RunningJob>> jobs_;
  std::atomic<bool> stopping_ = false;
  bool is_output_reported_ = false;
  std::atomic<int> exit_code_ = kOk;
};

void print_lines(std::string_view lines, bool to_standard_error) {
  FILE* out = to_standard_error ? stderr : stdout;
  std::fwrite(lines.data(), 1, lines.size(), out);
  std::fflush(out);
}

int report(const Error& error) {
  std::fprintf(stderr, "sluice: %s\n", error.message.c_str());
  return kWorldFailed;
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
  return Runner(arguments, *script, **host, output).run(std::move(compiled));
}

std::vector<std::string> words_without_from(int argc, char** argv) {
  std::vector<std::string> words;
  for (int i = 1; i < argc; ++i) {
    std::string_view word = argv[i];
    if (word == "--from") {
      ++i;
    } else if (!word.starts_with("--from=")) {
      words.emplace_back(word);
    }
  }
  return words;
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
  app.add_option("--from", arguments.from,
                 "Start from: none, latest (the job's newest checkpoint), or a path; once per job of the script")
      ->allow_extra_args(false)
      ->type_name("none|latest|PATH");
  // For crash tests: not shown.
  app.add_option("--crash-at", arguments.crash_at)->envname("SLUICE_CRASH_AT")->group("");
  try {
    app.parse(argc, argv);
    arguments.words = words_without_from(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kOk : kUsage;
  }
  return run(arguments);
}
