#pragma once
// Partition commit: when the data of a partition is complete, a success file says so. The partitions that wait for it
// are kept in a file of the staging directory, so that they survive restarts.
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/env/env.h"
#include "catalog/connectors/filesystem.h"
#include "runtime/operators/operator.h"

namespace sluice::runtime::filesystem {

class PartitionCommit {
 public:
  PartitionCommit(Env env, const FilesystemOptions& options, std::string directory, std::string staging,
                  std::vector<std::string> partition_columns);

  bool is_enabled() const { return enabled_; }
  // To be called after the files of checkpoint `id` are visible. `touched` got data, `in_progress` have files that are
  // not visible yet; `watermark` is the smallest of all subtasks. Commits every waiting partition whose time has come
  // and that is not in progress. May be called again with the same arguments. Those that wait since a later checkpoint
  // are forgotten: a job that goes on from `id` writes their rows again.
  Status advance(CheckpointId id, const std::set<std::string>& touched, const std::set<std::string>& in_progress,
                 TimestampMs watermark);
  // Takes over what another job left waiting in its staging directory. May be called again: a partition that was
  // committed in between is committed once more.
  Status inherit(const std::string& staging);
  // Whether the time of a partition has come.
  Result<bool> is_due(const std::string& partition, TimestampMs first_seen, TimestampMs watermark) const;
  // Milliseconds since 1970 of a partition, as the watermark counts them.
  Result<TimestampMs> time_of(const std::string& partition) const;

 private:
  struct Waiting {
    TimestampMs seen = 0;         // Wall time of the first data.
    CheckpointId checkpoint = 0;  // That held it.
  };
  static constexpr const char* kPendingFile = "/pending";
  Result<std::map<std::string, Waiting>> read_pending(const std::string& staging) const;  // By partition.
  Status write_pending(const std::map<std::string, Waiting>& pending);

  Env env_;
  FilesystemOptions options_;
  std::string directory_, staging_;
  std::vector<std::string> columns_;
  bool enabled_ = false;
};

// `yyyy-MM-dd HH:mm:ss`, `yyyy-MM-dd HH:mm` or `yyyy-MM-dd`, read as UTC.
Result<TimestampMs> parse_partition_time(std::string_view text);

}  // namespace sluice::runtime::filesystem
