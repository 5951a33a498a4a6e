#include "tools/conformance/gzip_file.h"

#include <zlib.h>

namespace sluice::conformance {

Result<std::string> read_gzip(const std::string& path) {
  gzFile file = gzopen(path.c_str(), "rb");
  if (file == nullptr) return fail(ErrorCode::FileSystemError, "cannot open `{}`", path);
  std::string out;
  char buffer[65536];
  int got = 0;
  while ((got = gzread(file, buffer, sizeof buffer)) > 0) out.append(buffer, static_cast<size_t>(got));
  gzclose(file);
  if (got < 0) return fail(ErrorCode::FileSystemError, "`{}` is not a whole gzip file", path);
  return out;
}

uint32_t crc32_of(const std::string& text) {
  return static_cast<uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(text.data()), text.size()));
}

}  // namespace sluice::conformance
