#include "tools/sluice/file_replacement.h"

namespace sluice::tools {
namespace {

Status write(FileSystem& files, const std::string& path, std::string_view text) {
  SLUICE_TRY(auto file, files.create(path));
  SLUICE_DO(file->append(text));
  return file->sync();
}

}  // namespace

Status replace_file(FileSystem& files, const std::string& path, std::string_view text) {
  std::string copy = path + ".new";
  Status copied = write(files, copy, text);
  if (!copied) {
    (void)files.remove(copy);
    return copied;
  }
  SLUICE_DO(write(files, path, text));
  return files.remove(copy);
}

}  // namespace sluice::tools
