#pragma once
// Objects by the hash of everything that decides their bytes, in memory and optionally in a directory that survives the
// process. A file that is damaged or cannot be read counts as missing; one that cannot be written is not kept.
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/env/env.h"

namespace sluice::codegen {

class ObjectCache {
 public:
  // `directory` empty: memory only.
  ObjectCache(FileSystem* files, std::string directory) : files_(files), directory_(std::move(directory)) {}

  std::shared_ptr<const std::string> find(const std::string& key);
  void put(const std::string& key, std::shared_ptr<const std::string> object);

 private:
  std::shared_ptr<const std::string> read(const std::string& key);
  Status write(const std::string& key, const std::string& object);

  FileSystem* files_;
  std::string directory_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const std::string>> objects_;
};

}  // namespace sluice::codegen
