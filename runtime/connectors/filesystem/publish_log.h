#pragma once
// What each of the last checkpoints made visible, in files of the staging directory. A job whose newest checkpoint
// cannot be read any more goes on from an older one: what later ones published is then taken back, because it is going
// to be written again.
#include <string>
#include <vector>

#include "base/env/env.h"
#include "runtime/connectors/filesystem/committable.h"

namespace sluice::runtime::filesystem {

class PublishLog {
 public:
  PublishLog(Env env, std::string staging) : env_(env), staging_(std::move(staging)) {}

  static bool is_entry(std::string_view file_name);

  // Durable when it returns; to be called before the files are made visible. Adds to what is noted for the checkpoint
  // already, since its recovery shows more files than its publish. Forgets all but the last hundred.
  Status note(CheckpointId id, const std::vector<StagedFile>& files);
  // Of all checkpoints behind `id`.
  Result<std::vector<StagedFile>> published_behind(CheckpointId id) const;
  Status forget_behind(CheckpointId id);

 private:
  Result<std::vector<CheckpointId>> entries() const;
  Result<std::vector<StagedFile>> read(CheckpointId id) const;
  std::string path_of(CheckpointId id) const;

  Env env_;
  std::string staging_;
};

}  // namespace sluice::runtime::filesystem
