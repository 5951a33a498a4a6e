#include "tests/sim/sim_disk.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "runtime/checkpoint/manifest.h"

namespace sluice::sim {
namespace {

// Quotes of CSV go; no value of a program has one inside.
std::string row_of_line(std::string line) {
  std::erase(line, '"');
  for (char& c : line) c = c == ',' ? '|' : c;
  return line;
}

void read_directory(MemoryFileSystem& disk, const std::string& directory, const std::string& partition, Table& table) {
  auto entries = disk.list(directory);
  if (!entries) return;
  for (const DirectoryEntry& entry : *entries) {
    if (entry.name.starts_with('.') || entry.name.starts_with('_')) continue;
    std::string path = directory + "/" + entry.name;
    if (entry.is_directory) {
      read_directory(disk, path, partition + "|" + entry.name.substr(entry.name.find('=') + 1), table);
      continue;
    }
    std::string bytes = *disk.read_all(path);
    for (size_t at = 0; at < bytes.size();) {
      size_t end = bytes.find('\n', at);
      if (end == std::string::npos) end = bytes.size();
      ++table[row_of_line(bytes.substr(at, end - at)) + partition];
      at = end + 1;
    }
  }
}

std::set<std::string> segments_of(const runtime::Manifest& manifest) {
  std::set<std::string> files;
  for (const auto& task : manifest.tasks) {
    for (const auto& segment : task.segments) files.insert(segment.file);
  }
  return files;
}

}  // namespace

void write_input_files(MemoryFileSystem& disk, const std::string& directory, const Partitions& partitions) {
  (void)disk.create_directories(directory);
  for (size_t i = 0; i < partitions.size(); ++i) {
    auto file = disk.create(fmt::format("{}/part-{}.csv", directory, i));
    for (const Event& event : partitions[i]) {
      (void)(*file)->append(
          fmt::format("{},{},{},{},2020-09-13 12:26:40.000\n", event.id, *event.k, *event.v, *event.s));
    }
    (void)(*file)->sync();
  }
  (void)disk.sync_directory(directory);
}

Table read_visible_files(MemoryFileSystem& disk, const std::string& directory) {
  Table table;
  read_directory(disk, directory, "", table);
  return table;
}

std::vector<std::string> all_checkpoints(MemoryFileSystem& disk, const std::string& job) {
  std::vector<std::string> paths;
  for (const std::string& directory : {std::string(kCheckpoints) + "/" + job, std::string(kSavepoints)}) {
    auto entries = disk.list(directory);
    if (!entries) continue;
    for (const DirectoryEntry& entry : *entries) {
      std::string path = directory + "/" + entry.name;
      if (!entry.name.ends_with(".inprogress") && *disk.exists(path + "/manifest")) paths.push_back(path);
    }
  }
  std::ranges::sort(paths);
  return paths;
}

std::optional<NewestCheckpoint> newest_checkpoint(MemoryFileSystem& disk, const std::string& job) {
  std::string directory = std::string(kCheckpoints) + "/" + job;
  auto entries = disk.list(directory);
  if (!entries) return std::nullopt;
  std::map<runtime::CheckpointId, runtime::Manifest> manifests;
  for (const DirectoryEntry& entry : *entries) {
    if (!entry.name.starts_with("chk-")) continue;
    auto bytes = disk.read_all(directory + "/" + entry.name + "/manifest");
    if (!bytes) continue;
    auto manifest = runtime::decode_manifest(*bytes);
    if (manifest) manifests.emplace(manifest->id, *std::move(manifest));
  }
  if (manifests.empty()) return std::nullopt;
  NewestCheckpoint newest;
  newest.id = manifests.rbegin()->first;
  newest.path = fmt::format("{}/chk-{}", directory, newest.id);
  newest.own_files.push_back(newest.path + "/manifest");
  std::set<std::string> files = segments_of(manifests.rbegin()->second);
  manifests.erase(newest.id);
  newest.is_alone = manifests.empty();
  for (const auto& [id, manifest] : manifests) {
    for (const std::string& file : segments_of(manifest)) files.erase(file);
  }
  for (const std::string& file : files) newest.own_files.push_back(directory + "/shared/" + file);
  return newest;
}

}  // namespace sluice::sim
