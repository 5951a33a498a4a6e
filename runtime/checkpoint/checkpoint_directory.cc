#include "runtime/checkpoint/checkpoint_directory.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "base/file_uri.h"
#include "base/key_hash.h"
#include "runtime/checkpoint/segment_reader.h"

namespace sluice::runtime {
namespace {

constexpr std::string_view kPrefix = "chk-";
constexpr std::string_view kManifestFile = "manifest";
constexpr std::string_view kPublishedFile = "published";

std::string manifest_path(const std::string& checkpoint) { return checkpoint + "/" + std::string(kManifestFile); }

std::string published_path(const std::string& checkpoint) { return checkpoint + "/" + std::string(kPublishedFile); }

std::optional<CheckpointId> id_of(std::string_view name) {
  if (!name.starts_with(kPrefix)) return {};
  name.remove_prefix(kPrefix.size());
  CheckpointId id = 0;
  auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), id);
  if (error != std::errc() || end != name.data() + name.size()) return {};
  return id;
}

void add_files(const Manifest& manifest, std::set<std::string>& files) {
  for (const TaskStateHandle& task : manifest.tasks) {
    for (const SegmentRef& segment : task.segments) files.insert(segment.file);
  }
}

Result<Manifest> read_manifest_file(Env env, const std::string& path) {
  SLUICE_TRY(std::string bytes, env.files->read_all(path));
  return decode_manifest(bytes);
}

// A file that cannot be read now says nothing about the checkpoint.
bool is_damaged(const Error& error) { return error.code == ErrorCode::CorruptCheckpoint; }

}  // namespace

std::string directory_name_of(std::string_view job_name) {
  constexpr size_t kNameMax = 200;  // Of 255 that file systems take: a savepoint adds its time.
  std::string out;
  for (char c : job_name) {
    auto byte = static_cast<unsigned char>(c);
    bool is_plain = byte >= 0x20 && byte != 0x7f && c != '/' && c != '%' && (c != '.' || !out.empty());
    if (is_plain) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", byte);
    }
  }
  if (out.size() <= kNameMax) return out;
  return fmt::format("{}%{:016X}", out.substr(0, kNameMax - 17),
                     hash_bytes(0, job_name.data(), static_cast<uint32_t>(job_name.size())));
}

CheckpointDirectory::CheckpointDirectory(Env env, Options options)
    : env_(env),
      options_(std::move(options)),
      path_(options_.base + "/" + directory_name_of(options_.job_name)),
      shared_(path_ + "/shared") {}

Status CheckpointDirectory::prepare() {
  SLUICE_DO(env_.files->create_directories(shared_));
  return env_.files->sync_directory(path_);
}

Result<std::unique_ptr<FileLock>> CheckpointDirectory::lock() const {
  std::string path = path_ + "/lock";
  auto lock = env_.files->lock(path);
  if (lock) return lock;
  SLUICE_TRY(bool is_held, env_.files->is_locked(path));
  if (!is_held) return lock;
  return fail(ErrorCode::Fenced, "another job named `{}` runs and has its checkpoints in `{}`", options_.job_name,
              path_)
      .hint("Stop it, or give one of them another name: SET 'pipeline.name' = '...'.");
}

Result<std::vector<CheckpointDirectory::Found>> CheckpointDirectory::list() const {
  std::vector<Found> found;
  SLUICE_TRY(bool exists, env_.files->exists(path_));
  if (!exists) return found;
  SLUICE_TRY(std::vector<DirectoryEntry> entries, env_.files->list(path_));
  for (const DirectoryEntry& entry : entries) {
    std::optional<CheckpointId> id = id_of(entry.name);
    if (id && entry.is_directory) found.push_back({*id, path_ + "/" + entry.name});
  }
  std::ranges::sort(found, std::ranges::greater(), &Found::id);
  return found;
}

Result<Manifest> CheckpointDirectory::read(const Found& found) const {
  SLUICE_TRY(Manifest manifest, read_manifest_file(env_, manifest_path(found.path)));
  if (manifest.id != found.id) {
    return fail(ErrorCode::CorruptCheckpoint, "`{}` holds the manifest of checkpoint {}", found.path, manifest.id);
  }
  return manifest;
}

Result<std::optional<RestoreSource>> CheckpointDirectory::newest(std::vector<RefusedCheckpoint>& refused,
                                                                 CheckpointId from) const {
  SLUICE_TRY(std::vector<Found> found, list());
  for (const Found& checkpoint : found) {
    if (checkpoint.id < from) break;
    SLUICE_TRY(bool is_complete, env_.files->exists(manifest_path(checkpoint.path)));
    if (!is_complete) continue;  // It never was a checkpoint.
    Result<Manifest> manifest = read(checkpoint);
    Status status = manifest ? verify(env_, shared_, *manifest) : Status(std::move(manifest).as_failure());
    if (status) {
      SLUICE_TRY(bool is_published, env_.files->exists(published_path(checkpoint.path)));
      return std::optional(RestoreSource{shared_, checkpoint.path, *std::move(manifest), true, is_published});
    }
    if (!is_damaged(status.error())) return std::move(status).as_failure();
    refused.push_back({checkpoint.path, status.error()});
  }
  return std::optional<RestoreSource>();
}

Result<CheckpointId> CheckpointDirectory::next_id() const {
  SLUICE_TRY(std::vector<Found> found, list());
  return found.empty() ? CheckpointId{1} : found.front().id + 1;
}

Status CheckpointDirectory::remove_orphans() {
  SLUICE_TRY(std::vector<Found> found, list());
  std::set<std::string> named;
  for (const Found& checkpoint : found) {
    SLUICE_TRY(bool is_complete, env_.files->exists(manifest_path(checkpoint.path)));
    if (!is_complete) {
      SLUICE_DO(env_.files->remove_recursively(checkpoint.path));
      continue;
    }
    Result<Manifest> manifest = read(checkpoint);
    if (!manifest && !is_damaged(manifest.error())) return std::move(manifest).as_failure();
    if (manifest) add_files(*manifest, named);
  }
  SLUICE_TRY(std::vector<DirectoryEntry> entries, env_.files->list(shared_));
  for (const DirectoryEntry& entry : entries) {
    if (!named.contains(entry.name)) SLUICE_DO(env_.files->remove(shared_ + "/" + entry.name));
  }
  return Done{};
}

Status write_manifest(Env env, const std::string& directory, const Manifest& manifest) {
  std::string temporary = manifest_path(directory) + ".tmp";
  SLUICE_DO(env.files->create_directories(directory));
  SLUICE_TRY(std::unique_ptr<WritableFile> file, env.files->create(temporary));
  SLUICE_FAULT("checkpoint.before_manifest_write");
  SLUICE_DO(file->append(encode(manifest)));
  SLUICE_FAULT("checkpoint.before_manifest_sync");
  SLUICE_DO(file->sync());
  file.reset();
  SLUICE_FAULT("checkpoint.before_manifest_rename");
  SLUICE_DO(env.files->rename(temporary, manifest_path(directory)));
  SLUICE_FAULT("checkpoint.before_directory_sync");
  return env.files->sync_directory(directory);
}

Status CheckpointDirectory::complete(const Manifest& manifest) {
  std::string directory = path_ + "/" + std::string(kPrefix) + std::to_string(manifest.id);
  SLUICE_FAULT("checkpoint.before_manifest");
  SLUICE_DO(env_.files->create_directories(directory));
  Status status = env_.files->sync_directory(path_);
  if (status) status = write_manifest(env_, directory, manifest);
  if (!status) {  // Nobody may find what the caller is told does not exist.
    [[maybe_unused]] Status removed = env_.files->remove_recursively(directory);
    return status;
  }
  SLUICE_FAULT("checkpoint.after_manifest");
  return Done{};
}

Status write_published_note(Env env, const std::string& directory) {
  SLUICE_TRY(std::unique_ptr<WritableFile> file, env.files->create(published_path(directory)));
  SLUICE_DO(file->sync());
  return env.files->sync_directory(directory);
}

Status CheckpointDirectory::note_published(CheckpointId id) {
  return write_published_note(env_, path_ + "/" + std::string(kPrefix) + std::to_string(id));
}

Status CheckpointDirectory::retire() {
  SLUICE_TRY(std::vector<Found> found, list());
  std::set<std::string> kept, dropped;
  std::vector<std::string> directories;
  uint32_t retained = 0;
  for (const Found& checkpoint : found) {
    Result<Manifest> manifest = read(checkpoint);
    if (!manifest && !is_damaged(manifest.error())) {
      SLUICE_TRY(bool exists, env_.files->exists(manifest_path(checkpoint.path)));
      if (exists) return std::move(manifest).as_failure();
    }
    if (retained < std::max(1U, options_.retained_max)) {
      // One that cannot be read is no checkpoint to rely on, and whatever it names is not known: it stays for people.
      if (!manifest) continue;
      ++retained;
      add_files(*manifest, kept);
      continue;
    }
    if (manifest) add_files(*manifest, dropped);
    directories.push_back(checkpoint.path);
  }
  // Manifests first: a crash in between leaves files without a manifest, never a manifest without its files.
  for (const std::string& directory : directories) {
    SLUICE_FAULT("checkpoint.before_retire");
    SLUICE_DO(env_.files->remove(manifest_path(directory)));
    SLUICE_DO(env_.files->sync_directory(directory));
    SLUICE_DO(env_.files->remove_recursively(directory));
  }
  for (const std::string& file : dropped) {
    if (!kept.contains(file)) SLUICE_DO(env_.files->remove(shared_ + "/" + file));
  }
  return Done{};
}

Status verify(Env env, const std::string& directory, const Manifest& manifest) {
  std::set<std::string> verified;
  for (const TaskStateHandle& task : manifest.tasks) {
    for (const SegmentRef& segment : task.segments) {
      if (!verified.insert(segment.file).second) continue;
      SLUICE_TRY(std::unique_ptr<SegmentReader> reader, SegmentReader::open(env, directory, segment));
      SLUICE_DO(reader->verify());
    }
  }
  return Done{};
}

Result<RestoreSource> open_restore_source(Env env, const std::string& path, std::vector<RefusedCheckpoint>& refused) {
  SLUICE_TRY(std::string trimmed, path_of_uri(path));
  auto slash = trimmed.rfind('/');
  std::string parent = slash == std::string::npos ? "." : trimmed.substr(0, slash);
  std::string name = slash == std::string::npos ? trimmed : trimmed.substr(slash + 1);
  SLUICE_TRY(bool is_checkpoint, env.files->exists(manifest_path(trimmed)));
  if (is_checkpoint) {
    SLUICE_TRY(Manifest manifest, read_manifest_file(env, manifest_path(trimmed)));
    std::string directory = manifest.is_savepoint ? trimmed : parent + "/shared";
    SLUICE_DO(verify(env, directory, manifest));
    SLUICE_TRY(bool is_published, env.files->exists(published_path(trimmed)));
    return RestoreSource{std::move(directory), trimmed, std::move(manifest), false, is_published};
  }
  CheckpointDirectory job(env, {parent, name, 1});
  SLUICE_TRY(std::optional<RestoreSource> newest, job.newest(refused));
  if (!newest) return fail(ErrorCode::NoCheckpoint, "`{}` holds no checkpoint that can be used", path);
  newest->is_own = false;
  return *std::move(newest);
}

}  // namespace sluice::runtime
