#pragma once
// The files of a job's directory: README.md says what each is for.
#include <memory>
#include <optional>
#include <string>

#include "base/env/env.h"

namespace sluice::worker {
class FinalStatus;  // worker.proto
}  // namespace sluice::worker

namespace sluice::runtime {

class JobDirectory {
 public:
  JobDirectory(Env env, std::string path) : env_(env), path_(std::move(path)) {}

  const std::string& path() const { return path_; }
  std::string socket_address() const { return "unix:" + path_ + "/socket"; }
  std::string spill() const { return path_ + "/spill"; }
  Status remove_spill() const;

  // Held as long as the worker lives. WorkerLost when another one holds it.
  Result<std::unique_ptr<FileLock>> lock() const;
  Result<bool> is_locked() const;

  // The highest attempt that was here; 0: none.
  Result<uint64_t> attempt() const;
  Status write_attempt(uint64_t attempt) const;

  Status write_final(const worker::FinalStatus& status) const;
  Result<std::optional<worker::FinalStatus>> read_final() const;

 private:
  // The file is replaced as a whole or not at all, and survives a crash of the machine.
  Status replace(const std::string& name, std::string_view content) const;

  Env env_;
  std::string path_;
};

}  // namespace sluice::runtime
