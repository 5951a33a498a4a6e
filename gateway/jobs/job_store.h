#pragma once
// The truth about jobs, on disk:
//
//   <directory>/lock                      held by the one gateway that works here
//   <directory>/jobs/<job id>/definition  written and synced before a worker is started
//                            /fate        replaced whenever something is decided
//                            /...         the worker's own files: runtime/worker/README.md
//
// All calls block.
#include <memory>
#include <string>
#include <vector>

#include "base/env/env.h"
#include "base/result.h"
#include "gateway/jobs/job_definition.h"

namespace sluice::gateway {

// 32 lower-case hexadecimal digits: nothing else ever becomes part of a path.
bool is_job_id(std::string_view text);

struct StoredJob {
  JobDefinition definition;
  JobFate fate;
};

class JobStore {
 public:
  // Fails when another gateway works in the directory.
  static Result<std::unique_ptr<JobStore>> open(const Env& env, const std::string& directory);

  // By creation. A definition without a fate may have had its first worker. What cannot be read is described in
  // `refused` and stays where it is.
  Result<std::vector<StoredJob>> load(std::vector<std::string>& refused) const;
  // The directory of a job that there may be one day.
  Status prepare(const std::string& id);
  // When it returns, the definition survives a crash of the machine.
  Status create(const JobDefinition& definition);
  Status write(const std::string& id, const JobFate& fate);
  Status remove(const std::string& id);

  std::string directory_of(const std::string& id) const { return jobs_ + "/" + id; }

 private:
  JobStore(const Env& env, const std::string& directory) : env_(env), jobs_(directory + "/jobs") {}
  Status replace(const std::string& directory, const std::string& name, const std::string& bytes);
  Result<StoredJob> read(const std::string& id) const;

  Env env_;
  std::string jobs_;
  std::unique_ptr<FileLock> lock_;
};

}  // namespace sluice::gateway
