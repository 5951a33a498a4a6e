#pragma once
// The checkpoints of one job on disk:
//
//   <execution.checkpointing.dir>/<job name>/chk-N/manifest
//                                           /shared/*.seg     segments, named by one or more manifests
//
// Used by the coordinator; all calls block and belong on the Io or State pool.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/env/env.h"
#include "base/result.h"
#include "runtime/checkpoint/manifest.h"

namespace sluice::runtime {

// Where tasks find the state they start from.
struct RestoreSource {
  std::string directory;  // That the segment or savepoint files are in.
  std::string path;       // For people: the chk-N or savepoint directory.
  Manifest manifest;
  // The source is a checkpoint in the job's own directory, so new checkpoints may go on naming its segments. Otherwise
  // the first checkpoint after the restore holds everything anew.
  bool is_own = false;
  // A note beside the manifest says that every sink has published it.
  bool is_published = false;
};

// A checkpoint that is there and was not used.
struct RefusedCheckpoint {
  std::string path;
  Error why;
};

// A job's name as the name of one directory: what would be a path or could not be read (`/`, `%`, control characters, a
// leading dot) as %XX.
std::string directory_name_of(std::string_view job_name);

class CheckpointDirectory {
 public:
  struct Options {
    std::string base;  // execution.checkpointing.dir
    std::string job_name;
    uint32_t retained_max = 1;  // execution.checkpointing.num-retained
  };
  CheckpointDirectory(Env env, Options options);

  // Makes the directories. To be called before anything else but `newest`.
  Status prepare();
  // Two jobs must not share it: each would remove the other's files. Fenced while another one holds it.
  Result<std::unique_ptr<FileLock>> lock() const;
  const std::string& path() const { return path_; }      // <base>/<directory name of the job>
  const std::string& shared() const { return shared_; }  // Given to every TaskState.

  // The newest checkpoint, with the id `from` or a larger one, of which every checksum holds; nothing when there is
  // none. Newer ones that are damaged are appended to `refused`. Fails when one cannot be read: rows behind an older
  // one may have been published already.
  Result<std::optional<RestoreSource>> newest(std::vector<RefusedCheckpoint>& refused, CheckpointId from = 0) const;
  // Larger than the id of every checkpoint that is there, usable or not.
  Result<CheckpointId> next_id() const;

  // After the restore was decided and before any task starts: removes what crashed attempts left behind, that is, every
  // shared file which no readable manifest names.
  Status remove_orphans();

  // Writes the manifest; when this returns, the checkpoint is complete. A failure leaves no checkpoint N.
  Status complete(const Manifest& manifest);
  // Notes, durably, that all sinks have published the checkpoint.
  Status note_published(CheckpointId id);
  // Removes the checkpoints beyond the retained ones, and the shared files that only they named. After `complete`.
  Status retire();

 private:
  struct Found {
    CheckpointId id = 0;
    std::string path;
  };
  Result<std::vector<Found>> list() const;  // Newest first.
  Result<Manifest> read(const Found& found) const;

  Env env_;
  Options options_;
  std::string path_;
  std::string shared_;
};

// Reads what `--from PATH` names: a chk-N directory, a savepoint, or a job's checkpoint directory (its newest good
// checkpoint). Every checksum is verified.
Result<RestoreSource> open_restore_source(Env env, const std::string& path, std::vector<RefusedCheckpoint>& refused);

// Writes and syncs `directory`/manifest, whole or not at all. The directory is made when it is missing.
Status write_manifest(Env env, const std::string& directory, const Manifest& manifest);

// Writes and syncs the note that a checkpoint or savepoint was published.
Status write_published_note(Env env, const std::string& directory);

// Reads every byte that the manifest names in `directory` and verifies it.
Status verify(Env env, const std::string& directory, const Manifest& manifest);

}  // namespace sluice::runtime
