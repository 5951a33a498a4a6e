#pragma once
// The disk as one process sees it: operations fail by the dice, and when the process is dead they lead nowhere.
#include <memory>
#include <string>

#include "tests/sim/faults.h"
#include "tests/sim/memory_file_system.h"

namespace sluice::sim {

class ProcessFiles final : public FileSystem, public ScratchFileSystem {
 public:
  ProcessFiles(MemoryFileSystem& disk, Faults& faults) : link_(std::make_shared<Link>(Link{disk, faults})) {}
  // From now on nothing reaches the disk.
  void die() { link_->is_alive = false; }

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
  struct Link {
    MemoryFileSystem& disk;
    Faults& faults;
    bool is_alive = true;

    // Nothing when the operation may go on.
    std::optional<Failure> stopped_by(std::string_view point, const std::string& path);
  };
  class Writer;
  class Reader;
  class Scratch;

  std::shared_ptr<Link> link_;
};

}  // namespace sluice::sim
