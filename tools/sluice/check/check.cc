// `sluice check FILE...`: everything that is wrong or dangerous in scripts, without running them. Loads neither the
// engine nor LLVM. Exit codes are those of a linter: 0 clean, 1 findings, 2 the check itself failed.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>

#include "base/env/real_env.h"
#include "tools/sluice/check/baseline.h"
#include "tools/sluice/check/checker.h"
#include "tools/sluice/check/fixes.h"
#include "tools/sluice/check/report.h"
#include "tools/sluice/check/suppressions.h"
#include "tools/sluice/commands.h"
#include "tools/sluice/file_replacement.h"
#include "tools/sluice/script_arguments.h"
#include "tools/sluice/script_folders.h"

namespace sluice::tools {
namespace {

constexpr int kFindings = 1, kCheckFailed = 2;
constexpr int kRoundsMax = 10;  // Of changes to one file.

struct CheckArguments {
  std::vector<std::string> paths, schema, settings, variables, ignored;
  std::string format = "human", config, baseline, written_baseline, fail_on;
  bool fix = false, prunes_baseline = false;
  uint32_t threads = 0;
};

// Empty: it is one.
std::string check_code(const std::string& text) {
  bool is_code = text.size() == 6 && text.starts_with("SL") &&
                 std::ranges::all_of(text.substr(2), [](unsigned char c) { return std::isdigit(c) != 0; });
  if (!is_code) return fmt::format("`{}` is no code such as SL5001", text);
  auto code = static_cast<ErrorCode>(std::stoi(text.substr(2)));
  return is_suppressible(code) ? "" : fmt::format("{} is an error: warnings and SL1901 can be ignored", text);
}

FailOn fail_on_of(const std::string& name) {
  return name == "never" ? FailOn::Never : name == "warning" ? FailOn::Warning : FailOn::Error;
}

class CheckCommand {
 public:
  explicit CheckCommand(const CheckArguments& arguments)
      : arguments_(arguments), env_(std::make_unique<RealEnv>(RealEnvOptions{arguments.threads, 1, 1})) {}

  int run() {
    Result<int> code = check();
    if (code) return *code;
    std::fprintf(stderr, "sluice: %s\n", code.error().message.c_str());
    if (!code.error().hint.empty()) std::fprintf(stderr, "  hint: %s\n", code.error().hint.c_str());
    return kCheckFailed;
  }

 private:
  FileSystem& files() { return *env_->env().files; }

  Result<CheckConfig> config() {
    SLUICE_TRY(CheckConfig config,
               arguments_.config.empty() ? find_config(files()) : read_config(arguments_.config, files()));
    config.schema.insert(config.schema.end(), arguments_.schema.begin(), arguments_.schema.end());
    for (const std::string& text : arguments_.settings) config.settings.insert_or_assign(key_of(text), value_of(text));
    for (const std::string& text : arguments_.variables) {
      config.variables.insert_or_assign(key_of(text), value_of(text));
    }
    config.ignored.insert(arguments_.ignored.begin(), arguments_.ignored.end());
    if (!arguments_.baseline.empty()) config.baseline = arguments_.baseline;
    if (!arguments_.fail_on.empty()) config.fail_on = fail_on_of(arguments_.fail_on);
    return config;
  }
  static std::string key_of(const std::string& pair) { return pair.substr(0, pair.find('=')); }
  static std::string value_of(const std::string& pair) { return pair.substr(pair.find('=') + 1); }

  Result<int> check() {
    SLUICE_TRY(CheckConfig config, config());
    SLUICE_TRY(std::vector<std::string> paths, scripts_below(arguments_.paths));
    SLUICE_TRY(Checker checker, Checker::make(config, files()));
    Executor& executor = *env_->env().executor;
    CheckReport report{checker.check_all(paths, executor, executor.task_threads())};
    SLUICE_DO(use_baseline(config, report));
    if (arguments_.fix) SLUICE_DO(fix(checker, report));
    for (const ReportFormat& format : report_formats()) {
      if (format.name == arguments_.format) std::fputs(format.write(report).c_str(), stdout);
    }
    return exit_code(config, report);
  }

  Status use_baseline(const CheckConfig& config, CheckReport& report) {
    if (!arguments_.written_baseline.empty()) {
      SLUICE_DO(Baseline::write(arguments_.written_baseline, report, files()));
    }
    std::string path = arguments_.written_baseline.empty() ? config.baseline : arguments_.written_baseline;
    if (path.empty()) return Done{};
    SLUICE_TRY(baseline_, Baseline::read(path, files()));
    for (CheckedFile& file : report.files) baseline_->apply(file);
    size_t gone = baseline_->gone(report);
    if (gone == 0) return Done{};
    if (arguments_.prunes_baseline) return baseline_->prune(path, report, files());
    std::fprintf(stderr, "%zu findings of `%s` are no longer there; --prune-baseline takes them out\n", gone,
                 path.c_str());
    return Done{};
  }

  // A change may bring to light what needs another. What is left after all of them is what is reported.
  Status fix(const Checker& checker, CheckReport& report) {
    size_t made = 0, changed = 0;
    for (CheckedFile& file : report.files) {
      size_t before = made;
      for (int round = 0; round < kRoundsMax; ++round) {
        SLUICE_TRY(bool is_changed, fix_once(file, made));
        if (!is_changed) break;
        file = checker.check(file.path);
        if (baseline_) baseline_->apply(file);
      }
      changed += made > before;
    }
    if (made > 0) std::fprintf(stderr, "changes made: %zu, files changed: %zu\n", made, changed);
    return Done{};
  }
  Result<bool> fix_once(const CheckedFile& file, size_t& made) {
    if (file.failure || file.path == "<stdin>") return false;
    SLUICE_TRY(std::string bytes, read_script_bytes(file.path, files()));
    std::string mark(byte_order_mark_of(bytes));
    size_t before = made;
    std::string after = mark + with_changes(bytes.substr(mark.size()), file, made);
    if (made > before) SLUICE_DO(replace_file(files(), file.path, after));
    return made > before;
  }

  int exit_code(const CheckConfig& config, const CheckReport& report) {
    int code = 0;
    bool has_errors = report.count(Severity::Error) > 0, has_warnings = report.count(Severity::Warning) > 0;
    if (config.fail_on != FailOn::Never && has_errors) code = kFindings;
    if (config.fail_on == FailOn::Warning && has_warnings) code = kFindings;
    for (const CheckedFile& file : report.files) {
      if (!file.failure) continue;
      std::fprintf(stderr, "sluice: %s\n", file.failure->message.c_str());
      code = kCheckFailed;
    }
    return code;
  }

  const CheckArguments& arguments_;
  std::unique_ptr<RealEnv> env_;
  std::optional<Baseline> baseline_;
};

}  // namespace

int check(int argc, char** argv) {
  CLI::App app("Says what is wrong or dangerous in scripts, without running them. Every file is a script of its own.",
               "sluice check");
  CheckArguments arguments;
  std::vector<std::string> formats;
  for (const ReportFormat& format : report_formats()) formats.emplace_back(format.name);
  app.add_option("FILE", arguments.paths, "SQL scripts, folders with *.sql, or `-` for standard input")->required();
  app.add_option("--format", arguments.format, "How findings are written")
      ->check(CLI::IsMember(formats))
      ->capture_default_str();
  app.add_option("--schema", arguments.schema, "A script that comes before each file, such as one with the tables")
      ->allow_extra_args(false);
  app.add_option("-D", arguments.settings, "key=value: a setting, as SET 'key' = 'value' would make it")
      ->check(is_pair())
      ->allow_extra_args(false);
  app.add_option("--var", arguments.variables, "NAME=value: what ${NAME} stands for")
      ->check(is_pair())
      ->allow_extra_args(false);
  app.add_option("--ignore", arguments.ignored, "Codes of warnings that are not wanted")
      ->delimiter(',')
      ->check(CLI::Validator(check_code, ""));
  app.add_option("--fail-on", arguments.fail_on, "What makes the exit code 1; `error` unless configured otherwise")
      ->check(CLI::IsMember({"error", "warning", "never"}));
  app.add_option("--config", arguments.config, "Instead of the nearest .sluice.toml");
  app.add_option("--baseline", arguments.baseline, "File of known findings, which are not reported");
  app.add_option("--write-baseline", arguments.written_baseline, "Write what is found now as the known findings");
  app.add_flag("--prune-baseline", arguments.prunes_baseline, "Take findings that are gone out of the baseline");
  app.add_flag("--fix", arguments.fix, "Make the changes that findings propose");
  app.add_option("--threads", arguments.threads, "Files at a time; one per core unless given")
      ->check(CLI::Range(1, 256));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kOk : kUsage;
  }
  return CheckCommand(arguments).run();
}

}  // namespace sluice::tools
