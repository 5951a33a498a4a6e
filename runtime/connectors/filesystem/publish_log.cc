#include "runtime/connectors/filesystem/publish_log.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace sluice::runtime::filesystem {
namespace {

constexpr std::string_view kPrefix = "published-";
constexpr CheckpointId kEntriesMax = 100;  // More than anybody retains.

std::optional<CheckpointId> id_of(std::string_view name) {
  if (!name.starts_with(kPrefix)) return {};
  name.remove_prefix(kPrefix.size());
  CheckpointId id = 0;
  auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), id);
  if (error != std::errc() || end != name.data() + name.size()) return {};
  return id;
}

}  // namespace

bool PublishLog::is_entry(std::string_view file_name) { return id_of(file_name).has_value(); }

std::string PublishLog::path_of(CheckpointId id) const {
  return staging_ + "/" + std::string(kPrefix) + std::to_string(id);
}

Result<std::vector<CheckpointId>> PublishLog::entries() const {
  std::vector<CheckpointId> ids;
  SLUICE_TRY(bool exists, env_.files->exists(staging_));
  if (!exists) return ids;
  SLUICE_TRY(auto files, env_.files->list(staging_));
  for (const DirectoryEntry& file : files) {
    if (auto id = id_of(file.name)) ids.push_back(*id);
  }
  return ids;
}

Result<std::vector<StagedFile>> PublishLog::read(CheckpointId id) const {
  SLUICE_TRY(std::string text, env_.files->read_all(path_of(id)));
  SLUICE_TRY(Committable entry, decode(text));
  return std::move(entry.finished);
}

Status PublishLog::note(CheckpointId id, const std::vector<StagedFile>& files) {
  if (files.empty()) return Done{};
  SLUICE_TRY(std::vector<CheckpointId> noted, entries());
  Committable entry;
  for (CheckpointId old : noted) {
    if (old + kEntriesMax <= id) SLUICE_DO(env_.files->remove(path_of(old)));
    if (old != id) continue;
    SLUICE_TRY(entry.finished, read(id));
  }
  bool has_new = false;
  for (const StagedFile& file : files) {
    bool is_noted = std::ranges::find(entry.finished, file.staged, &StagedFile::staged) != entry.finished.end();
    if (is_noted) continue;
    entry.finished.push_back(file);
    has_new = true;
  }
  if (!has_new) return env_.files->sync_directory(staging_);
  std::string path = path_of(id);
  SLUICE_TRY(auto file, env_.files->create(path + ".new"));
  SLUICE_DO(file->append(encode(entry)));
  SLUICE_DO(file->sync());
  SLUICE_DO(env_.files->rename(path + ".new", path));
  return env_.files->sync_directory(staging_);
}

Result<std::vector<StagedFile>> PublishLog::published_behind(CheckpointId id) const {
  std::vector<StagedFile> files;
  SLUICE_TRY(std::vector<CheckpointId> noted, entries());
  for (CheckpointId later : noted) {
    if (later <= id) continue;
    SLUICE_TRY(std::vector<StagedFile> published, read(later));
    std::ranges::move(published, std::back_inserter(files));
  }
  return files;
}

Status PublishLog::forget_behind(CheckpointId id) {
  SLUICE_TRY(std::vector<CheckpointId> noted, entries());
  for (CheckpointId later : noted) {
    if (later > id) SLUICE_DO(env_.files->remove(path_of(later)));
  }
  return env_.files->sync_directory(staging_);
}

}  // namespace sluice::runtime::filesystem
