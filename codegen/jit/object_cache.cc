#include "codegen/jit/object_cache.h"

#include <llvm/Support/xxhash.h>
#include <unistd.h>

#include <cstring>

namespace sluice::codegen {
namespace {

// A file is a checksum of the object, then the object.
constexpr size_t kHeaderBytes = 8;

}  // namespace

std::shared_ptr<const std::string> ObjectCache::find(const std::string& key) {
  std::lock_guard lock(mutex_);
  auto found = objects_.find(key);
  if (found != objects_.end()) return found->second;
  auto object = directory_.empty() ? nullptr : read(key);
  if (object) objects_.emplace(key, object);
  return object;
}

void ObjectCache::put(const std::string& key, std::shared_ptr<const std::string> object) {
  std::lock_guard lock(mutex_);
  if (!directory_.empty()) (void)write(key, *object);  // A full disk must not fail a job that runs without the cache.
  objects_.insert_or_assign(key, std::move(object));
}

std::shared_ptr<const std::string> ObjectCache::read(const std::string& key) {
  auto bytes = files_->read_all(directory_ + "/" + key + ".o");
  if (!bytes || bytes->size() < kHeaderBytes) return nullptr;
  uint64_t checksum = 0;
  std::memcpy(&checksum, bytes->data(), kHeaderBytes);
  std::string object = bytes->substr(kHeaderBytes);
  if (llvm::xxh3_64bits(object) != checksum) return nullptr;
  return std::make_shared<const std::string>(std::move(object));
}

Status ObjectCache::write(const std::string& key, const std::string& object) {
  SLUICE_DO(files_->create_directories(directory_));
  std::string path = directory_ + "/" + key + ".o";
  // Processes may share the directory: each writes its own file and renames it over whatever is there.
  std::string temporary = fmt::format("{}.{}", path, ::getpid());
  uint64_t checksum = llvm::xxh3_64bits(object);
  std::string header(reinterpret_cast<const char*>(&checksum), kHeaderBytes);
  SLUICE_TRY(auto file, files_->create(temporary));
  SLUICE_DO(file->append(header));
  SLUICE_DO(file->append(object));
  file.reset();
  return files_->rename(temporary, path);
}

}  // namespace sluice::codegen
