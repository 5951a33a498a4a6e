#include "runtime/connectors/kafka/used_ids.h"

#include "runtime/checkpoint/byte_codec.h"

namespace sluice::runtime::kafka {
namespace {

constexpr size_t kIdBytesMin = 4;

}  // namespace

Result<std::vector<std::string>> read_used_ids(FileSystem& files, const std::string& staging) {
  std::string path = staging + "/" + kUsedIdsFile;
  std::vector<std::string> ids;
  SLUICE_TRY(bool is_there, files.exists(path));
  if (!is_there) return ids;
  SLUICE_TRY(std::string bytes, files.read_all(path));
  ByteReader in(bytes);
  uint32_t count = in.count(kIdBytesMin);
  for (uint32_t i = 0; i < count && in.is_good(); ++i) ids.push_back(in.text());
  if (in.is_good() && in.is_at_end()) return ids;
  return fail(ErrorCode::CorruptCheckpoint, "the transactional ids in `{}` are damaged", path)
      .hint("Without the file, transactions that an earlier run left open end when they time out.");
}

Status write_used_ids(FileSystem& files, const std::string& staging, const std::vector<std::string>& ids) {
  ByteWriter out;
  out.number(static_cast<uint32_t>(ids.size()));
  for (const std::string& id : ids) out.text(id);
  std::string path = staging + "/" + kUsedIdsFile;
  SLUICE_TRY(auto file, files.create(path + ".new"));
  SLUICE_DO(file->append(out.take()));
  SLUICE_DO(file->sync());
  file.reset();
  SLUICE_DO(files.rename(path + ".new", path));
  return files.sync_directory(staging);
}

}  // namespace sluice::runtime::kafka
