#pragma once
// Where the jobs of a script start, as `--from` and `--skip` say, and the command that goes on with them later.
#include <map>
#include <string>
#include <vector>

#include "base/env/env.h"
#include "runtime/job/job_status.h"

namespace sluice::tools {

struct StartArguments {
  std::vector<std::string> from;     // `none`, `latest` and paths. Nothing is `none`.
  std::vector<std::string> skipped;  // Names of jobs.
  std::vector<std::string> words;    // The whole command as given, without these two.
};

// Of a script, as far as it matters here.
struct ScriptJob {
  std::string name;
  std::string checkpoints;    // Their directory.
  std::string recovery_path;  // `execution.state-recovery.path`: what counts without --from.
};

class JobStarts {
 public:
  // Decides for all jobs of a script before any of them runs. What a path names is read and verified.
  static Result<JobStarts> decide(const Env& env, const StartArguments& arguments, const std::vector<ScriptJob>& jobs);

  bool is_skipped(const std::string& job) const { return starts_.at(job).is_skipped; }
  // As JobOptions::restore_from wants it.
  const std::string& restore_of(const std::string& job) const { return starts_.at(job).from; }

  // `sluice run` with the same words, which goes on with every job from where it is. `ran` are the jobs that were
  // started; the others begin as they would have.
  std::string continuation(const std::vector<runtime::JobStatus>& ran) const;

 private:
  struct Start {
    std::string from;
    bool is_skipped = false;
  };
  std::vector<std::string> words_;
  std::vector<ScriptJob> jobs_;
  std::map<std::string, Start> starts_;  // By name.
};

// The words of the command behind `sluice`, without --from and --skip.
std::vector<std::string> words_without_starts(int argc, char** argv);

}  // namespace sluice::tools
