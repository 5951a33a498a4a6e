#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/env/real_env.h"
#include "base/env/scratch_file.h"

namespace sluice {
namespace {

Failure failure(const char* what, const std::string& path) {
  int error = errno;
  ErrorCode code = error == ENOSPC || error == EDQUOT ? ErrorCode::DiskFull : ErrorCode::FileSystemError;
  return fail(code, "cannot {} `{}`: {}", what, path, std::strerror(error));
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

class RealWritableFile final : public WritableFile {
 public:
  RealWritableFile(Descriptor fd, std::string path, uint64_t size)
      : fd_(std::move(fd)), path_(std::move(path)), size_(size) {}

  // Whole blocks go from the process to the disk: no copy into fresh pages of the kernel, which costs a snapshot more
  // than all else that it does. Everything else goes through the page cache.
  Status append(std::string_view data) override {
    while (!data.empty()) {
      set_direct(is_whole_blocks(data));
      ssize_t written = write(fd_.get(), data.data(), data.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0 && errno == EINVAL && is_direct_) {  // The disk wants larger blocks.
        can_be_direct_ = false;
        continue;
      }
      if (written < 0) return failure("write", path_);
      data.remove_prefix(static_cast<size_t>(written));
      size_ += static_cast<uint64_t>(written);
    }
    return Done{};
  }
  Status sync() override {
    if (fdatasync(fd_.get()) != 0) return failure("sync", path_);
    return Done{};
  }
  uint64_t size() const override { return size_; }

 private:
  bool is_whole_blocks(std::string_view data) const {
    constexpr uint64_t kBlock = 4096, kWorthwhile = uint64_t{256} << 10;
    auto address = reinterpret_cast<uintptr_t>(data.data());
    return can_be_direct_ && data.size() >= kWorthwhile && (address | data.size() | size_) % kBlock == 0;
  }
  void set_direct(bool direct) {
    if (direct == is_direct_) return;
    int flags = fcntl(fd_.get(), F_GETFL);
    bool is_set = flags >= 0 && fcntl(fd_.get(), F_SETFL, direct ? flags | O_DIRECT : flags & ~O_DIRECT) == 0;
    is_direct_ = is_set ? direct : is_direct_;
    if (!is_set) can_be_direct_ = false;  // Not every file system can.
  }

  Descriptor fd_;
  std::string path_;
  uint64_t size_;
  bool is_direct_ = false;
  bool can_be_direct_ = true;
};

class RealReadableFile final : public ReadableFile {
 public:
  RealReadableFile(Descriptor fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  Result<size_t> read(uint64_t offset, size_t size, char* out) const override {
    size_t done = 0;
    while (done < size) {
      ssize_t got = pread(fd_.get(), out + done, size - done, static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return failure("read", path_);
      if (got == 0) break;
      done += static_cast<size_t>(got);
    }
    return done;
  }
  Result<uint64_t> size() const override {
    struct stat info{};
    if (fstat(fd_.get(), &info) != 0) return failure("read the size of", path_);
    return static_cast<uint64_t>(info.st_size);
  }

 private:
  Descriptor fd_;
  std::string path_;
};

class RealScratchFile final : public ScratchFile {
 public:
  RealScratchFile(Descriptor fd, std::string directory) : fd_(std::move(fd)), directory_(std::move(directory)) {}

  Status read(uint64_t offset, size_t size, char* out) const override {
    while (size > 0) {
      ssize_t got = pread(fd_.get(), out, size, static_cast<off_t>(offset));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return failure("read a scratch file in", directory_);
      if (got == 0) break;
      out += got;
      offset += static_cast<uint64_t>(got);
      size -= static_cast<size_t>(got);
    }
    std::memset(out, 0, size);
    return Done{};
  }
  Status write(uint64_t offset, std::string_view data) override {
    while (!data.empty()) {
      ssize_t written = pwrite(fd_.get(), data.data(), data.size(), static_cast<off_t>(offset));
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return failure("write a scratch file in", directory_);
      data.remove_prefix(static_cast<size_t>(written));
      offset += static_cast<uint64_t>(written);
    }
    return Done{};
  }

 private:
  Descriptor fd_;
  std::string directory_;
};

class RealFileLock final : public FileLock {
 public:
  explicit RealFileLock(Descriptor fd) : fd_(std::move(fd)) {}

 private:
  Descriptor fd_;
};

class RealFileSystem final : public FileSystem, public ScratchFileSystem {
 public:
  Result<std::unique_ptr<WritableFile>> create(const std::string& path) override {
    return open_for_writing(path, O_TRUNC);
  }
  Result<std::unique_ptr<WritableFile>> append(const std::string& path) override {
    return open_for_writing(path, O_APPEND);
  }

  Result<std::unique_ptr<ReadableFile>> open(const std::string& path) override {
    Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (fd.get() < 0) return failure("open", path);
    return std::unique_ptr<ReadableFile>(std::make_unique<RealReadableFile>(std::move(fd), path));
  }

  Result<std::unique_ptr<ScratchFile>> create_scratch(const std::string& directory) override {
    std::string path = directory + "/scratch-XXXXXX";
    Descriptor fd(mkostemp(path.data(), O_CLOEXEC));
    if (fd.get() < 0) return failure("create a scratch file in", directory);
    if (::unlink(path.c_str()) != 0) return failure("remove", path);
    posix_fadvise(fd.get(), 0, 0, POSIX_FADV_RANDOM);
    return std::unique_ptr<ScratchFile>(std::make_unique<RealScratchFile>(std::move(fd), directory));
  }

  Result<std::string> read_all(const std::string& path) override {
    SLUICE_TRY(std::unique_ptr<ReadableFile> file, open(path));
    SLUICE_TRY(uint64_t size, file->size());
    std::string out(size, '\0');
    SLUICE_TRY(size_t got, file->read(0, size, out.data()));
    out.resize(got);
    return out;
  }

  Status rename(const std::string& from, const std::string& to) override {
    return check(::rename(from.c_str(), to.c_str()), "rename", from);
  }
  Status hard_link(const std::string& from, const std::string& to) override {
    return check(::link(from.c_str(), to.c_str()), "link", from);
  }
  Status truncate(const std::string& path, uint64_t size) override {
    return check(::truncate(path.c_str(), static_cast<off_t>(size)), "truncate", path);
  }
  Status remove(const std::string& path) override {
    if (::remove(path.c_str()) != 0 && errno != ENOENT) return failure("remove", path);
    return Done{};
  }
  Status remove_recursively(const std::string& path) override {
    std::error_code error;
    std::filesystem::remove_all(path, error);
    if (error) return fail(ErrorCode::FileSystemError, "cannot remove `{}`: {}", path, error.message());
    return Done{};
  }
  Status create_directories(const std::string& path) override {
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (!error) return Done{};
    errno = error.value();
    return failure("create directory", path);
  }
  Status sync_directory(const std::string& path) override {
    Descriptor fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (fd.get() < 0) return failure("open directory", path);
    return check(fsync(fd.get()), "sync directory", path);
  }

  Result<std::vector<DirectoryEntry>> list(const std::string& path) override {
    DIR* directory = opendir(path.c_str());
    if (directory == nullptr) return failure("list", path);
    std::vector<DirectoryEntry> entries;
    while (dirent* entry = readdir(directory)) {
      std::string name = entry->d_name;
      struct stat info{};
      if (name == "." || name == "..") continue;
      if (stat((path + "/" + name).c_str(), &info) != 0) continue;  // Removed since it was listed.
      entries.push_back({name, S_ISDIR(info.st_mode), static_cast<uint64_t>(info.st_size)});
    }
    closedir(directory);
    std::ranges::sort(entries, {}, &DirectoryEntry::name);
    return entries;
  }

  Result<bool> exists(const std::string& path) override {
    struct stat info{};
    if (stat(path.c_str(), &info) == 0) return true;
    if (errno == ENOENT || errno == ENOTDIR) return false;
    return failure("look for", path);
  }

  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override {
    Descriptor fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    if (fd.get() < 0) return failure("open", path);
    if (flock(fd.get(), LOCK_EX | LOCK_NB) != 0) return failure("lock", path);
    return std::unique_ptr<FileLock>(std::make_unique<RealFileLock>(std::move(fd)));
  }
  Result<bool> is_locked(const std::string& path) override {
    Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (fd.get() < 0 && errno == ENOENT) return false;
    if (fd.get() < 0) return failure("open", path);
    if (flock(fd.get(), LOCK_SH | LOCK_NB) == 0) return false;
    if (errno == EWOULDBLOCK) return true;
    return failure("look at the lock of", path);
  }

 private:
  static Status check(int result, const char* what, const std::string& path) {
    if (result != 0) return failure(what, path);
    return Done{};
  }

  static Result<std::unique_ptr<WritableFile>> open_for_writing(const std::string& path, int flags) {
    Descriptor fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0644));
    if (fd.get() < 0) return failure("create", path);
    struct stat info{};
    if (fstat(fd.get(), &info) != 0) return failure("read the size of", path);
    return std::unique_ptr<WritableFile>(
        std::make_unique<RealWritableFile>(std::move(fd), path, static_cast<uint64_t>(info.st_size)));
  }
};

}  // namespace

std::unique_ptr<FileSystem> make_real_file_system() { return std::make_unique<RealFileSystem>(); }

}  // namespace sluice
