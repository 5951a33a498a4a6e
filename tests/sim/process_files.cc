#include "tests/sim/process_files.h"
#include "tests/sim/sim_disk.h"

namespace sluice::sim {

// `point` may be empty: such operations fail only with the process.
std::optional<Failure> ProcessFiles::Link::stopped_by(std::string_view point, const std::string& path) {
  if (!is_alive) return fail(ErrorCode::FileSystemError, "`{}`: the process is dead", path);
  if (point.empty() || !faults.fires(point)) return std::nullopt;
  return fail(ErrorCode::FileSystemError, "`{}`: input/output error ({})", path, point);
}

#define SLUICE_SIM_STOP(link, point, path)                               \
  do {                                                                   \
    if (auto stopped = (link)->stopped_by(point, path)) return *stopped; \
  } while (false)

class ProcessFiles::Writer final : public WritableFile {
 public:
  Writer(std::shared_ptr<Link> link, std::string path, std::unique_ptr<WritableFile> file)
      : link_(std::move(link)), path_(std::move(path)), file_(std::move(file)) {}

  Status append(std::string_view data) override {
    SLUICE_SIM_STOP(link_, "files.write_error", path_);
    if (link_->faults.fires("files.disk_full")) return fail(ErrorCode::DiskFull, "`{}`: no space left", path_);
    if (link_->faults.fires("files.short_write")) {
      SLUICE_DO(file_->append(data.substr(0, data.size() / 2)));
      return fail(ErrorCode::FileSystemError, "`{}`: written in part", path_);
    }
    return file_->append(data);
  }
  Status sync() override {
    SLUICE_SIM_STOP(link_, "files.sync_error", path_);
    return file_->sync();
  }
  uint64_t size() const override { return file_->size(); }

 private:
  std::shared_ptr<Link> link_;
  std::string path_;
  std::unique_ptr<WritableFile> file_;
};

class ProcessFiles::Reader final : public ReadableFile {
 public:
  Reader(std::shared_ptr<Link> link, std::string path, std::unique_ptr<ReadableFile> file)
      : link_(std::move(link)), path_(std::move(path)), file_(std::move(file)) {}

  Result<size_t> read(uint64_t offset, size_t size, char* out) const override {
    SLUICE_SIM_STOP(link_, "files.read_error", path_);
    return file_->read(offset, size, out);
  }
  Result<uint64_t> size() const override { return file_->size(); }

 private:
  std::shared_ptr<Link> link_;
  std::string path_;
  std::unique_ptr<ReadableFile> file_;
};

class ProcessFiles::Scratch final : public ScratchFile {
 public:
  Scratch(std::shared_ptr<Link> link, std::string directory, std::unique_ptr<ScratchFile> file)
      : link_(std::move(link)), directory_(std::move(directory)), file_(std::move(file)) {}

  Status read(uint64_t offset, size_t size, char* out) const override {
    SLUICE_SIM_STOP(link_, "files.read_error", directory_);
    return file_->read(offset, size, out);
  }
  Status write(uint64_t offset, std::string_view data) override {
    SLUICE_SIM_STOP(link_, "files.write_error", directory_);
    return file_->write(offset, data);
  }

 private:
  std::shared_ptr<Link> link_;
  std::string directory_;
  std::unique_ptr<ScratchFile> file_;
};

Result<std::unique_ptr<ScratchFile>> ProcessFiles::create_scratch(const std::string& directory) {
  SLUICE_SIM_STOP(link_, "files.create_error", directory);
  SLUICE_TRY(auto file, link_->disk.create_scratch(directory));
  link_->faults.note("spill.eviction");  // It is made by the first one.
  return std::unique_ptr<ScratchFile>(std::make_unique<Scratch>(link_, directory, std::move(file)));
}

Result<std::unique_ptr<WritableFile>> ProcessFiles::create(const std::string& path) {
  SLUICE_SIM_STOP(link_, "files.create_error", path);
  SLUICE_TRY(auto file, link_->disk.create(path));
  return std::unique_ptr<WritableFile>(std::make_unique<Writer>(link_, path, std::move(file)));
}

Result<std::unique_ptr<WritableFile>> ProcessFiles::append(const std::string& path) {
  SLUICE_SIM_STOP(link_, "files.create_error", path);
  SLUICE_TRY(auto file, link_->disk.append(path));
  return std::unique_ptr<WritableFile>(std::make_unique<Writer>(link_, path, std::move(file)));
}

Result<std::unique_ptr<ReadableFile>> ProcessFiles::open(const std::string& path) {
  SLUICE_SIM_STOP(link_, "files.read_error", path);
  SLUICE_TRY(auto file, link_->disk.open(path));
  return std::unique_ptr<ReadableFile>(std::make_unique<Reader>(link_, path, std::move(file)));
}

Result<std::string> ProcessFiles::read_all(const std::string& path) {
  // Savepoints lie on other disks, and only a start from one reads them.
  SLUICE_SIM_STOP(link_, path.starts_with(kSavepoints) ? "files.savepoint_read_error" : "files.read_error", path);
  return link_->disk.read_all(path);
}

Status ProcessFiles::rename(const std::string& from, const std::string& to) {
  SLUICE_SIM_STOP(link_, "files.rename_error", from);
  return link_->disk.rename(from, to);
}

Status ProcessFiles::hard_link(const std::string& from, const std::string& to) {
  SLUICE_SIM_STOP(link_, "files.rename_error", from);
  return link_->disk.hard_link(from, to);
}

Status ProcessFiles::truncate(const std::string& path, uint64_t size) {
  SLUICE_SIM_STOP(link_, "files.write_error", path);
  return link_->disk.truncate(path, size);
}

Status ProcessFiles::remove(const std::string& path) {
  SLUICE_SIM_STOP(link_, "files.remove_error", path);
  return link_->disk.remove(path);
}

Status ProcessFiles::remove_recursively(const std::string& path) {
  SLUICE_SIM_STOP(link_, "files.remove_error", path);
  return link_->disk.remove_recursively(path);
}

Status ProcessFiles::create_directories(const std::string& path) {
  SLUICE_SIM_STOP(link_, "files.create_error", path);
  return link_->disk.create_directories(path);
}

Status ProcessFiles::sync_directory(const std::string& path) {
  SLUICE_SIM_STOP(link_, "files.directory_sync_error", path);
  return link_->disk.sync_directory(path);
}

Result<std::vector<DirectoryEntry>> ProcessFiles::list(const std::string& path) {
  SLUICE_SIM_STOP(link_, "files.list_error", path);
  return link_->disk.list(path);
}

Result<bool> ProcessFiles::exists(const std::string& path) {
  SLUICE_SIM_STOP(link_, "", path);
  return link_->disk.exists(path);
}

Result<std::unique_ptr<FileLock>> ProcessFiles::lock(const std::string& path) {
  SLUICE_SIM_STOP(link_, "", path);
  return link_->disk.lock(path);
}

#undef SLUICE_SIM_STOP

}  // namespace sluice::sim
