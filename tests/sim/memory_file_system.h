#pragma once
// A file system in memory that forgets what was not synced: files keep the bytes of their last sync, directories the
// names of their last sync_directory. Deterministic; thread-safe.
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "base/env/env.h"
#include "base/env/scratch_file.h"

namespace sluice::sim {

class MemoryFileSystem final : public FileSystem, public ScratchFileSystem {
 public:
  MemoryFileSystem();
  ~MemoryFileSystem() override;

  // The machine loses power: unsynced bytes and names are gone. Open files stay usable but lead nowhere.
  void crash();
  // The same, but names had reached the disk already, and of the unsynced bytes of every file a part: `below(n)` draws
  // from [0, n).
  void crash_torn(const std::function<uint64_t(uint64_t)>& below);
  // What follows fails with DiskFull once so many bytes have been appended in all; UINT64_MAX: never.
  void set_capacity_bytes(uint64_t bytes);
  uint64_t appended_bytes() const;
  // Flips one bit of a file, on disk.
  void flip_bit(const std::string& path, uint64_t bit);

  Result<std::unique_ptr<WritableFile>> create(const std::string& path) override;
  Result<std::unique_ptr<WritableFile>> append(const std::string& path) override;
  Result<std::unique_ptr<ReadableFile>> open(const std::string& path) override;
  Result<std::unique_ptr<ScratchFile>> create_scratch(const std::string& directory) override;
  Result<std::string> read_all(const std::string& path) override;
  Status rename(const std::string& from, const std::string& to) override;
  Status hard_link(const std::string& from, const std::string& to) override;
  Status truncate(const std::string& path, uint64_t size) override;
  Status remove(const std::string& path) override;
  Status remove_recursively(const std::string& path) override;
  Status create_directories(const std::string& path) override;
  Status sync_directory(const std::string& path) override;
  Result<std::vector<DirectoryEntry>> list(const std::string& path) override;
  Result<bool> exists(const std::string& path) override;
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override;

 private:
  struct Node;
  class Writer;
  class Reader;
  class Scratch;
  class Lock;
  struct Disk;  // Shared with open files, which may outlive the file system's user.

  std::shared_ptr<Disk> disk_;
};

}  // namespace sluice::sim
