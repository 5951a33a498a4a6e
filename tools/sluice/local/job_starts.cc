#include "tools/sluice/local/job_starts.h"

#include <algorithm>
#include <optional>

#include "runtime/checkpoint/checkpoint_directory.h"
#include "tools/sluice/shell_word.h"

namespace sluice::tools {
namespace {

bool is_path(const std::string& from) { return from != "none" && from != "latest"; }

// Whose checkpoint or savepoint lies at a path.
struct Named {
  std::string path;
  std::string job;
};

Result<std::vector<Named>> read_paths(const Env& env, const std::vector<std::string>& from) {
  std::vector<Named> named;
  for (const std::string& path : from) {
    if (!is_path(path)) continue;
    std::vector<runtime::RefusedCheckpoint> refused;
    SLUICE_TRY(runtime::RestoreSource source, runtime::open_restore_source(env, path, refused));
    named.push_back({path, source.manifest.job_name});
  }
  return named;
}

bool has(const std::vector<std::string>& words, std::string_view word) { return std::ranges::count(words, word) > 0; }

}  // namespace

// A script with several jobs has a savepoint for each: whose it is stands in it. One path for one job is taken as it
// is, because the job may have got another name.
Result<JobStarts> JobStarts::decide(const Env& env, const StartArguments& arguments,
                                    const std::vector<ScriptJob>& jobs) {
  JobStarts out;
  out.words_ = arguments.words;
  out.jobs_ = jobs;
  for (const std::string& name : arguments.skipped) {
    if (std::ranges::count(jobs, name, &ScriptJob::name) == 0)
      return fail(ErrorCode::WrongArguments, "the script has no job `{}` to skip", name);
  }
  const std::vector<std::string>& from = arguments.from;
  SLUICE_TRY(std::vector<Named> named, read_paths(env, from));
  for (const ScriptJob& job : jobs) {
    Start& start = out.starts_[job.name];
    start.is_skipped = has(arguments.skipped, job.name);
    if (start.is_skipped) continue;
    auto own = std::ranges::find(named, job.name, &Named::job);
    if (own == named.end() && jobs.size() == 1 && named.size() == 1) own = named.begin();
    if (own != named.end()) {
      start.from = own->path;
    } else if (from.empty()) {
      start.from = job.recovery_path.empty() ? "none" : job.recovery_path;
      SLUICE_DO(read_paths(env, {start.from}));
    } else if (has(from, "latest") || has(from, "none")) {
      start.from = has(from, "latest") ? "latest" : "none";
    }
    if (!start.from.empty()) continue;
    return fail(ErrorCode::IncompatibleState, "no path of --from is a savepoint or checkpoint of job `{}`", job.name)
        .hint("Give one path per job, or `latest` or `none` beside them for jobs that have none.");
  }
  for (const Named& path : named) {
    bool is_taken = std::ranges::any_of(out.starts_, [&](const auto& start) { return start.second.from == path.path; });
    if (is_taken || has(arguments.skipped, path.job)) continue;
    return fail(ErrorCode::IncompatibleState, "`{}` is of job `{}`, and no job of the script starts from it", path.path,
                path.job)
        .hint("Its rows would come again: give the job that name with SET 'pipeline.name', or leave the path out.");
  }
  return out;
}

std::string JobStarts::continuation(const std::vector<runtime::JobStatus>& ran) const {
  std::string options;
  std::vector<const ScriptJob*> own_newest;  // Jobs that go on from their newest checkpoint.
  bool has_none = false, has_latest = false;
  auto add = [&options](const char* option, const std::string& word) {
    options += fmt::format(" {} {}", option, shell_word(word));
  };
  for (const ScriptJob& job : jobs_) {
    auto status = std::ranges::find(ran, job.name, &runtime::JobStatus::name);
    const Start& start = starts_.at(job.name);
    if (start.is_skipped || (status != ran.end() && status->state == runtime::JobState::Finished)) {
      add("--skip", job.name);
    } else if (status != ran.end() && status->state == runtime::JobState::Stopped) {
      add("--from", status->savepoint);
    } else if (status != ran.end() && status->checkpoints.completed > 0) {
      own_newest.push_back(&job);
    } else if (is_path(start.from)) {
      add("--from", start.from);
    } else {
      (start.from == "none" ? has_none : has_latest) = true;
    }
  }
  // One word stands for all jobs without a path.
  for (const ScriptJob* job : own_newest) {
    if (has_none) add("--from", job->checkpoints);
  }
  if (has_none) add("--from", "none");
  if (!has_none && (has_latest || !own_newest.empty())) add("--from", "latest");
  std::string words;
  for (const std::string& word : words_) words += " " + shell_word(word);
  return "sluice run" + words + options;
}

std::vector<std::string> words_without_starts(int argc, char** argv) {
  std::vector<std::string> words;
  for (int i = 1; i < argc; ++i) {
    std::string_view word = argv[i];
    if (word == "--from" || word == "--skip") {
      ++i;
    } else if (!word.starts_with("--from=") && !word.starts_with("--skip=")) {
      words.emplace_back(word);
    }
  }
  return words;
}

}  // namespace sluice::tools
