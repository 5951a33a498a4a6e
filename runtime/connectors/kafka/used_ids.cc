#include "runtime/connectors/kafka/used_ids.h"

#include "runtime/checkpoint/byte_codec.h"

namespace sluice::runtime::kafka {
namespace {

constexpr size_t kIdBytesMin = 8;
constexpr std::string_view kFormat = "transactional ids 2";

}  // namespace

Result<std::set<UsedId>> read_used_ids(FileSystem& files, const std::string& staging) {
  std::string path = staging + "/" + kUsedIdsFile;
  std::set<UsedId> ids;
  SLUICE_TRY(bool is_there, files.exists(path));
  if (!is_there) return ids;
  SLUICE_TRY(std::string bytes, files.read_all(path));
  ByteReader in(bytes);
  if (in.text() != kFormat) in.reject();
  uint32_t count = in.count(kIdBytesMin);
  for (uint32_t i = 0; i < count && in.is_good(); ++i) {
    std::string id = in.text();
    ids.insert({std::move(id), in.text()});
  }
  if (in.is_good() && in.is_at_end()) return ids;
  return fail(ErrorCode::CorruptCheckpoint, "the transactional ids in `{}` are damaged, or of another version", path)
      .hint("Without the file, transactions that an earlier run left open end when they time out.");
}

Status write_used_ids(FileSystem& files, const std::string& staging, const std::set<UsedId>& ids) {
  ByteWriter out;
  out.text(kFormat);
  out.number(static_cast<uint32_t>(ids.size()));
  for (const UsedId& used : ids) {
    out.text(used.id);
    out.text(used.topic);
  }
  std::string path = staging + "/" + kUsedIdsFile;
  SLUICE_TRY(auto file, files.create(path + ".new"));
  SLUICE_DO(file->append(out.take()));
  SLUICE_DO(file->sync());
  file.reset();
  SLUICE_DO(files.rename(path + ".new", path));
  return files.sync_directory(staging);
}

}  // namespace sluice::runtime::kafka
