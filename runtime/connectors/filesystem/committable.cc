#include "runtime/connectors/filesystem/committable.h"

#include <cstdlib>

#include "runtime/connectors/filesystem/layout.h"

namespace sluice::runtime::filesystem {
namespace {

std::string pack_files(const std::vector<StagedFile>& files) {
  std::vector<std::string> texts;
  for (const StagedFile& file : files) {
    texts.insert(texts.end(), {file.staged, file.destination, std::to_string(file.bytes)});
  }
  return pack(texts);
}

Result<std::vector<StagedFile>> unpack_files(std::string_view text) {
  SLUICE_TRY(std::vector<std::string> texts, unpack(text));
  std::vector<StagedFile> files;
  for (size_t i = 0; i + 2 < texts.size(); i += 3) {
    files.push_back({texts[i], texts[i + 1], std::strtoull(texts[i + 2].c_str(), nullptr, 10)});
  }
  return files;
}

}  // namespace

std::string encode(const Committable& committable) {
  return pack({committable.staging, std::to_string(committable.watermark), pack_files(committable.finished),
               pack_files(committable.in_progress), pack(committable.partitions)});
}

Result<Committable> decode(std::string_view text) {
  SLUICE_TRY(std::vector<std::string> parts, unpack(text));
  if (parts.size() != 5) {
    return fail(ErrorCode::CorruptCheckpoint, "a committable of the filesystem sink has {} parts", parts.size());
  }
  Committable committable;
  committable.staging = std::move(parts[0]);
  committable.watermark = std::strtoll(parts[1].c_str(), nullptr, 10);
  SLUICE_TRY(committable.finished, unpack_files(parts[2]));
  SLUICE_TRY(committable.in_progress, unpack_files(parts[3]));
  SLUICE_TRY(committable.partitions, unpack(parts[4]));
  return committable;
}

}  // namespace sluice::runtime::filesystem
