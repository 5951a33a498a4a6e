#include "tests/sim/memory_file_system.h"

#include <algorithm>

namespace sluice::sim {
namespace {

std::string parent_of(const std::string& path) {
  auto slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

std::string without_trailing_slash(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

Failure missing(const std::string& path) { return fail(ErrorCode::FileSystemError, "`{}` does not exist", path); }

}  // namespace

// The bytes of a file; names point to it.
struct MemoryFileSystem::Node {
  std::string bytes;
  std::string durable_bytes;
};

struct MemoryFileSystem::Disk {
  std::mutex mutex;
  std::map<std::string, std::shared_ptr<Node>> files;
  std::map<std::string, std::shared_ptr<Node>> durable_files;
  std::set<std::string> directories = {"", "/", "."};
  std::set<std::string> durable_directories = directories;
  std::set<std::string> locks;
  uint64_t appended_bytes = 0;
  uint64_t capacity_bytes = UINT64_MAX;

  bool is_below(const std::string& path, const std::string& directory) const {
    return path.size() > directory.size() && path.starts_with(directory) && path[directory.size()] == '/';
  }
};

class MemoryFileSystem::Writer final : public WritableFile {
 public:
  Writer(std::shared_ptr<Disk> disk, std::shared_ptr<Node> node) : disk_(std::move(disk)), node_(std::move(node)) {}
  Status append(std::string_view data) override {
    std::lock_guard lock(disk_->mutex);
    if (disk_->appended_bytes + data.size() > disk_->capacity_bytes) {
      return fail(ErrorCode::DiskFull, "no space left on device");
    }
    disk_->appended_bytes += data.size();
    node_->bytes += data;
    return Done{};
  }
  Status sync() override {
    std::lock_guard lock(disk_->mutex);
    node_->durable_bytes = node_->bytes;
    return Done{};
  }
  uint64_t size() const override {
    std::lock_guard lock(disk_->mutex);
    return node_->bytes.size();
  }

 private:
  std::shared_ptr<Disk> disk_;
  std::shared_ptr<Node> node_;
};

class MemoryFileSystem::Reader final : public ReadableFile {
 public:
  Reader(std::shared_ptr<Disk> disk, std::shared_ptr<Node> node) : disk_(std::move(disk)), node_(std::move(node)) {}
  Result<size_t> read(uint64_t offset, size_t size, char* out) const override {
    std::lock_guard lock(disk_->mutex);
    if (offset >= node_->bytes.size()) return size_t{0};
    return node_->bytes.copy(out, size, offset);
  }
  Result<uint64_t> size() const override {
    std::lock_guard lock(disk_->mutex);
    return uint64_t{node_->bytes.size()};
  }

 private:
  std::shared_ptr<Disk> disk_;
  std::shared_ptr<Node> node_;
};

class MemoryFileSystem::Scratch final : public ScratchFile {
 public:
  explicit Scratch(std::shared_ptr<Disk> disk) : disk_(std::move(disk)) {}
  Status read(uint64_t offset, size_t size, char* out) const override {
    std::fill_n(out, size, '\0');
    if (offset < bytes_.size()) bytes_.copy(out, size, offset);
    return Done{};
  }
  Status write(uint64_t offset, std::string_view data) override {
    std::lock_guard lock(disk_->mutex);
    size_t end = offset + data.size();
    uint64_t more = end > bytes_.size() ? end - bytes_.size() : 0;
    if (disk_->appended_bytes + more > disk_->capacity_bytes) {
      return fail(ErrorCode::DiskFull, "no space left on device");
    }
    disk_->appended_bytes += more;
    bytes_.resize(std::max(end, bytes_.size()));
    bytes_.replace(offset, data.size(), data);
    return Done{};
  }

 private:
  std::shared_ptr<Disk> disk_;
  std::string bytes_;
};

class MemoryFileSystem::Lock final : public FileLock {
 public:
  Lock(std::shared_ptr<Disk> disk, std::string path) : disk_(std::move(disk)), path_(std::move(path)) {}
  ~Lock() override {
    std::lock_guard lock(disk_->mutex);
    disk_->locks.erase(path_);
  }

 private:
  std::shared_ptr<Disk> disk_;
  std::string path_;
};

MemoryFileSystem::MemoryFileSystem() : disk_(std::make_shared<Disk>()) {}
MemoryFileSystem::~MemoryFileSystem() = default;

void MemoryFileSystem::crash() {
  std::lock_guard lock(disk_->mutex);
  disk_->files.clear();
  // New nodes: whoever still has a file open does not reach the disk any more. Hard links stay links.
  std::map<Node*, std::shared_ptr<Node>> copies;
  for (auto& [path, node] : disk_->durable_files) {
    std::shared_ptr<Node>& copy = copies[node.get()];
    if (!copy) copy = std::make_shared<Node>(Node{node->durable_bytes, node->durable_bytes});
    disk_->files[path] = copy;
  }
  disk_->durable_files = disk_->files;
  disk_->directories = disk_->durable_directories;
  disk_->locks.clear();
}

void MemoryFileSystem::crash_torn(const std::function<uint64_t(uint64_t)>& below) {
  std::lock_guard lock(disk_->mutex);
  std::map<Node*, std::shared_ptr<Node>> copies;
  for (auto& [path, node] : disk_->files) {
    std::shared_ptr<Node>& copy = copies[node.get()];
    if (!copy) {
      std::string bytes = node->durable_bytes;
      if (node->bytes.starts_with(bytes)) {
        size_t unsynced = node->bytes.size() - bytes.size();
        bytes = node->bytes.substr(0, bytes.size() + below(unsynced + 1));
      } else if (below(2) == 0) {
        bytes = node->bytes;  // It had been cut or begun anew.
      }
      copy = std::make_shared<Node>(Node{bytes, bytes});
    }
    node = copy;
  }
  disk_->durable_files = disk_->files;
  disk_->durable_directories = disk_->directories;
  disk_->locks.clear();
}

void MemoryFileSystem::set_capacity_bytes(uint64_t bytes) {
  std::lock_guard lock(disk_->mutex);
  disk_->capacity_bytes = bytes;
}

uint64_t MemoryFileSystem::appended_bytes() const {
  std::lock_guard lock(disk_->mutex);
  return disk_->appended_bytes;
}

void MemoryFileSystem::flip_bit(const std::string& path, uint64_t bit) {
  std::lock_guard lock(disk_->mutex);
  Node& node = *disk_->files.at(path);
  for (std::string* bytes : {&node.bytes, &node.durable_bytes}) {
    if (bit / 8 < bytes->size()) (*bytes)[bit / 8] = static_cast<char>((*bytes)[bit / 8] ^ (1 << (bit % 8)));
  }
}

Result<std::unique_ptr<WritableFile>> MemoryFileSystem::create(const std::string& path) {
  std::lock_guard lock(disk_->mutex);
  if (!disk_->directories.contains(parent_of(path))) return missing(parent_of(path));
  std::shared_ptr<Node>& node = disk_->files[path];
  if (!node) node = std::make_shared<Node>();
  node->bytes.clear();
  return std::unique_ptr<WritableFile>(std::make_unique<Writer>(disk_, node));
}

Result<std::unique_ptr<WritableFile>> MemoryFileSystem::append(const std::string& path) {
  std::lock_guard lock(disk_->mutex);
  if (!disk_->directories.contains(parent_of(path))) return missing(parent_of(path));
  std::shared_ptr<Node>& node = disk_->files[path];
  if (!node) node = std::make_shared<Node>();
  return std::unique_ptr<WritableFile>(std::make_unique<Writer>(disk_, node));
}

Result<std::unique_ptr<ReadableFile>> MemoryFileSystem::open(const std::string& path) {
  std::lock_guard lock(disk_->mutex);
  auto found = disk_->files.find(path);
  if (found == disk_->files.end()) return missing(path);
  return std::unique_ptr<ReadableFile>(std::make_unique<Reader>(disk_, found->second));
}

Result<std::unique_ptr<ScratchFile>> MemoryFileSystem::create_scratch(const std::string& directory) {
  std::lock_guard lock(disk_->mutex);
  if (!disk_->directories.contains(directory)) return missing(directory);
  return std::unique_ptr<ScratchFile>(std::make_unique<Scratch>(disk_));
}

Result<std::string> MemoryFileSystem::read_all(const std::string& path) {
  std::lock_guard lock(disk_->mutex);
  auto found = disk_->files.find(path);
  if (found == disk_->files.end()) return missing(path);
  return found->second->bytes;
}

Status MemoryFileSystem::rename(const std::string& from, const std::string& to) {
  std::lock_guard lock(disk_->mutex);
  if (auto found = disk_->files.find(from); found != disk_->files.end()) {
    std::shared_ptr<Node> node = found->second;
    disk_->files.erase(found);
    disk_->files[to] = std::move(node);
    return Done{};
  }
  if (!disk_->directories.contains(from)) return missing(from);
  // A renamed directory takes what was durable in it along.
  auto move = [&](auto& files) {
    std::map<std::string, std::shared_ptr<Node>> kept;
    for (auto& [path, node] : files) {
      kept[disk_->is_below(path, from) ? to + path.substr(from.size()) : path] = node;
    }
    files = std::move(kept);
  };
  move(disk_->files);
  move(disk_->durable_files);
  for (std::set<std::string>* directories : {&disk_->directories, &disk_->durable_directories}) {
    std::set<std::string> kept;
    for (const std::string& path : *directories) {
      bool moves = path == from || disk_->is_below(path, from);
      kept.insert(moves ? to + path.substr(from.size()) : path);
    }
    *directories = std::move(kept);
  }
  return Done{};
}

Status MemoryFileSystem::hard_link(const std::string& from, const std::string& to) {
  std::lock_guard lock(disk_->mutex);
  auto found = disk_->files.find(from);
  if (found == disk_->files.end()) return missing(from);
  if (!disk_->files.emplace(to, found->second).second) {
    return fail(ErrorCode::FileSystemError, "`{}` exists already", to);
  }
  return Done{};
}

Status MemoryFileSystem::truncate(const std::string& path, uint64_t size) {
  std::lock_guard lock(disk_->mutex);
  auto found = disk_->files.find(path);
  if (found == disk_->files.end()) return missing(path);
  found->second->bytes.resize(size);
  return Done{};
}

Status MemoryFileSystem::remove(const std::string& path) {
  std::lock_guard lock(disk_->mutex);
  disk_->files.erase(path);
  return Done{};
}

Status MemoryFileSystem::remove_recursively(const std::string& path) {
  std::lock_guard lock(disk_->mutex);
  std::erase_if(disk_->files,
                [&](const auto& file) { return file.first == path || disk_->is_below(file.first, path); });
  std::erase_if(disk_->directories,
                [&](const std::string& directory) { return directory == path || disk_->is_below(directory, path); });
  return Done{};
}

Status MemoryFileSystem::create_directories(const std::string& path) {
  std::lock_guard lock(disk_->mutex);
  for (size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    disk_->directories.insert(path.substr(0, slash));
  }
  disk_->directories.insert(without_trailing_slash(path));
  return Done{};
}

Status MemoryFileSystem::sync_directory(const std::string& raw) {
  std::string path = without_trailing_slash(raw);
  std::lock_guard lock(disk_->mutex);
  if (!disk_->directories.contains(path)) return missing(path);
  std::erase_if(disk_->durable_files, [&](const auto& file) { return parent_of(file.first) == path; });
  for (const auto& [name, node] : disk_->files) {
    if (parent_of(name) == path) disk_->durable_files[name] = node;
  }
  std::erase_if(disk_->durable_directories, [&](const std::string& name) { return parent_of(name) == path; });
  for (const std::string& name : disk_->directories) {
    if (parent_of(name) == path) disk_->durable_directories.insert(name);
  }
  // Its own way up is taken to be durable: making the directories of a job is no step of any protocol.
  for (std::string up = path; !up.empty(); up = parent_of(up)) disk_->durable_directories.insert(up);
  return Done{};
}

Result<std::vector<DirectoryEntry>> MemoryFileSystem::list(const std::string& raw) {
  std::string path = without_trailing_slash(raw);
  std::lock_guard lock(disk_->mutex);
  if (!disk_->directories.contains(path)) return missing(path);
  std::vector<DirectoryEntry> entries;
  for (const auto& [name, node] : disk_->files) {
    if (parent_of(name) == path) entries.push_back({name.substr(path.size() + 1), false, node->bytes.size()});
  }
  for (const std::string& name : disk_->directories) {
    if (name != path && parent_of(name) == path) entries.push_back({name.substr(path.size() + 1), true, 0});
  }
  std::ranges::sort(entries, {}, &DirectoryEntry::name);
  return entries;
}

Result<bool> MemoryFileSystem::exists(const std::string& raw) {
  std::string path = without_trailing_slash(raw);
  std::lock_guard lock(disk_->mutex);
  return disk_->files.contains(path) || disk_->directories.contains(path);
}

Result<std::unique_ptr<FileLock>> MemoryFileSystem::lock(const std::string& path) {
  std::lock_guard lock(disk_->mutex);
  if (!disk_->locks.insert(path).second) return fail(ErrorCode::FileSystemError, "`{}` is locked", path);
  return std::unique_ptr<FileLock>(std::make_unique<Lock>(disk_, path));
}

}  // namespace sluice::sim
