#include "runtime/worker/job_directory.h"

#include <charconv>

#include "runtime/worker/wire.h"

namespace sluice::runtime {

Result<std::unique_ptr<FileLock>> JobDirectory::lock() const {
  auto lock = env_.files->lock(path_ + "/lock");
  if (lock) return lock;
  SLUICE_TRY(bool is_held, is_locked());
  if (!is_held) return lock;
  return fail(ErrorCode::WorkerLost, "another worker is alive in `{}`", path_);
}

Result<bool> JobDirectory::is_locked() const { return env_.files->is_locked(path_ + "/lock"); }

Status JobDirectory::remove_spill() const { return env_.files->remove_recursively(spill()); }

Result<uint64_t> JobDirectory::attempt() const {
  std::string path = path_ + "/attempt";
  SLUICE_TRY(bool exists, env_.files->exists(path));
  if (!exists) return uint64_t{0};
  SLUICE_TRY(std::string text, env_.files->read_all(path));
  uint64_t attempt = 0;
  const char* end = text.data() + text.size();
  if (std::from_chars(text.data(), end, attempt).ptr == end) return attempt;
  return fail(ErrorCode::FileSystemError, "`{}` holds no number", path);
}

Status JobDirectory::write_attempt(uint64_t attempt) const { return replace("attempt", std::to_string(attempt)); }

Status JobDirectory::write_final(const worker::FinalStatus& status) const {
  return replace("status", status.SerializeAsString());
}

Result<std::optional<worker::FinalStatus>> JobDirectory::read_final() const {
  std::string path = path_ + "/status";
  std::optional<worker::FinalStatus> status;
  SLUICE_TRY(bool exists, env_.files->exists(path));
  if (!exists) return status;
  SLUICE_TRY(std::string bytes, env_.files->read_all(path));
  if (!status.emplace().ParseFromString(bytes)) {
    return fail(ErrorCode::FileSystemError, "`{}` holds no final status", path);
  }
  return status;
}

Status JobDirectory::replace(const std::string& name, std::string_view content) const {
  std::string path = path_ + "/" + name;
  SLUICE_TRY(std::unique_ptr<WritableFile> file, env_.files->create(path + ".new"));
  SLUICE_DO(file->append(content));
  SLUICE_DO(file->sync());
  file.reset();
  SLUICE_DO(env_.files->rename(path + ".new", path));
  return env_.files->sync_directory(path_);
}

}  // namespace sluice::runtime
