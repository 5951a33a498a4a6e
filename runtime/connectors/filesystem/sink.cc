#include "runtime/connectors/filesystem/sink.h"

#include <algorithm>
#include <optional>
#include <set>

#include "runtime/connectors/filesystem/layout.h"
#include "runtime/connectors/filesystem/partition_commit.h"
#include "runtime/connectors/filesystem/publish_log.h"
#include "runtime/connectors/filesystem/sink_writer.h"

namespace sluice::runtime {
namespace {

using filesystem::Committable;
using filesystem::FilesystemWriter;
using filesystem::PartitionCommit;
using filesystem::PublishLog;
using filesystem::SinkLayout;
using filesystem::StagedFile;

std::vector<std::string> partition_names(const SinkLayout& layout) {
  std::vector<std::string> names;
  for (uint32_t i : layout.partition_columns) names.push_back(layout.columns[i].name);
  return names;
}

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

class FilesystemSink final : public SinkConnector {
 public:
  FilesystemSink(SinkLayout layout, const FormatFactory& format, std::map<std::string, std::string> options,
                 const ConnectorContext& context)
      : layout_(std::move(layout)),
        format_(format),
        options_(std::move(options)),
        context_(context),
        commit_(context.env, layout_.options, layout_.directory, layout_.staging(), partition_names(layout_)),
        log_(context.env, layout_.staging()) {}

  Result<std::unique_ptr<SinkWriter>> open(SinkSubtask subtask, std::function<void()> wake) override {
    SLUICE_DO(context_.env.files->create_directories(layout_.staging()));
    RowSchema columns;
    for (uint32_t i : layout_.data_columns) columns.push_back(layout_.columns[i]);
    SLUICE_TRY(auto encoder, format_.encoder({.columns = columns}, options_, {context_.session}));
    ConnectorContext context = context_;
    context.subtask = subtask.index;
    return std::unique_ptr<SinkWriter>(
        std::make_unique<FilesystemWriter>(layout_, std::move(encoder), commit_, context, std::move(wake)));
  }

  bool is_transactional() const override { return true; }

  Status publish(CheckpointId id, const std::vector<std::string>& committables) override {
    TimestampMs watermark = kWatermarkMax;
    std::set<std::string> touched;
    std::string staging = layout_.staging_name;  // Another's, if this goes on from a savepoint of another job.
    published_ = id;
    finished_.clear();
    in_progress_.clear();
    for (const std::string& text : committables) {
      SLUICE_TRY(Committable committable, filesystem::decode(text));
      watermark = std::min(watermark, committable.watermark);
      staging = committable.staging;
      touched.insert(committable.partitions.begin(), committable.partitions.end());
      std::ranges::copy(committable.finished, std::back_inserter(finished_));
      std::ranges::copy(committable.in_progress, std::back_inserter(in_progress_));
    }
    std::set<std::string> unfinished;
    for (const StagedFile& file : in_progress_) unfinished.insert(folder_of(file.destination));
    SLUICE_DO(context_.env.files->create_directories(layout_.staging()));
    if (staging != layout_.staging_name) former_log_.emplace(context_.env, layout_.directory + "/" + staging);
    SLUICE_DO(sync_folders_of_visible(finished_));
    SLUICE_DO(check_nothing_lost(id, finished_));
    SLUICE_DO(log_.note(id, finished_));
    SLUICE_FAULT("filesystem.after_publish_log");
    SLUICE_DO(make_visible(finished_));
    if (staging != layout_.staging_name) SLUICE_DO(commit_.inherit(layout_.directory + "/" + staging));
    return commit_.advance(id, touched, unfinished, watermark);
  }

  // `publish` of the restored checkpoint came before. Files that were being written then end where they ended at that
  // checkpoint; everything else in the staging directory belongs to no checkpoint that this job goes on from.
  Status recover(CheckpointId id) override {
    FileSystem& files = *context_.env.files;
    SLUICE_DO(files.create_directories(layout_.staging()));
    if (id != 0) SLUICE_DO(take_back(id));  // A job that does not go on from its own checkpoint leaves what is there.
    SLUICE_DO(sync_folders_of_visible(in_progress_));
    CheckpointId last = id != 0 ? id : published_;  // A savepoint, or 0 for a job that begins anew.
    SLUICE_DO(check_nothing_lost(last, in_progress_));
    SLUICE_DO(log_.note(last, in_progress_));
    std::vector<StagedFile> cut;
    for (const StagedFile& file : in_progress_) {
      std::string staged = staged_path(file);
      SLUICE_TRY(bool exists, files.exists(staged));
      if (!exists || file.bytes == 0) continue;
      SLUICE_DO(files.truncate(staged, file.bytes));
      SLUICE_TRY(std::unique_ptr<WritableFile> shortened, files.append(staged));
      SLUICE_DO(shortened->sync());  // Before it has its final name.
      cut.push_back(file);
    }
    SLUICE_FAULT("filesystem.after_truncate");
    SLUICE_DO(make_visible(cut));
    in_progress_.clear();
    // A job that begins anew leaves what a savepoint or a checkpoint of an earlier run may still name.
    if (last == 0) return log_.forget_behind(last);
    SLUICE_TRY(auto entries, files.list(layout_.staging()));
    for (const DirectoryEntry& entry : entries) {
      if (entry.name == "pending" || PublishLog::is_entry(entry.name)) continue;
      SLUICE_DO(files.remove(layout_.staging() + "/" + entry.name));
    }
    return log_.forget_behind(last);
  }

 private:
  std::string visible_path(const StagedFile& file) const { return layout_.directory + "/" + file.destination; }

  std::string staged_path(const StagedFile& file) const { return layout_.directory + "/" + file.staged; }

  Result<std::vector<StagedFile>> published_behind(CheckpointId id) const {
    SLUICE_TRY(std::vector<StagedFile> noted, log_.published_behind(id));
    if (!former_log_) return noted;
    SLUICE_TRY(std::vector<StagedFile> former, former_log_->published_behind(id));
    std::ranges::move(former, std::back_inserter(noted));
    return noted;
  }

  // Of the files of checkpoint `id`. One that was noted for it was made visible, and its readers may take it away.
  Status check_nothing_lost(CheckpointId id, const std::vector<StagedFile>& staged_files) {
    FileSystem& files = *context_.env.files;
    SLUICE_TRY(std::vector<StagedFile> noted, published_behind(id == 0 ? 0 : id - 1));
    for (const StagedFile& file : staged_files) {
      SLUICE_TRY(bool waits, files.exists(staged_path(file)));
      SLUICE_TRY(bool is_visible, files.exists(visible_path(file)));
      bool is_noted = std::ranges::find(noted, file.staged, &StagedFile::staged) != noted.end();
      if (waits || is_visible || is_noted || file.bytes == 0) continue;
      return fail(ErrorCode::IncompatibleState, "neither `{}` nor `{}` exists: rows of the checkpoint are lost",
                  staged_path(file), visible_path(file));
    }
    return Done{};
  }

  // A publish that was cut short may have renamed files and not synced their folders. That has to come before anything
  // syncs the staging directory: a machine that loses power in between must not know them by neither name.
  Status sync_folders_of_visible(const std::vector<StagedFile>& staged_files) {
    std::set<std::string> folders;
    for (const StagedFile& file : staged_files) {
      SLUICE_TRY(bool is_visible, context_.env.files->exists(visible_path(file)));
      if (is_visible) folders.insert(folder_of(visible_path(file)));
    }
    return sync_folders(folders);
  }

  Status sync_folders(const std::set<std::string>& folders) {
    for (const std::string& folder : folders) SLUICE_DO(context_.env.files->sync_directory(folder));
    return Done{};
  }

  // What checkpoints behind `id` made visible. A file that was being written at `id` becomes one again. Durable when it
  // returns, because the log is forgotten next.
  Status take_back(CheckpointId id) {
    FileSystem& files = *context_.env.files;
    std::set<std::string> folders;
    SLUICE_TRY(std::vector<StagedFile> later, published_behind(id));
    for (const StagedFile& file : later) {
      std::string destination = visible_path(file);
      SLUICE_TRY(bool folder_exists, files.exists(folder_of(destination)));
      if (folder_exists) folders.insert(folder_of(destination));
      SLUICE_TRY(bool is_visible, files.exists(destination));
      if (!is_visible) continue;
      bool was_open = std::ranges::find(in_progress_, file.destination, &StagedFile::destination) != in_progress_.end();
      SLUICE_DO(was_open ? files.rename(destination, staged_path(file)) : files.remove(destination));
      SLUICE_FAULT("filesystem.after_take_back");
    }
    if (later.empty()) return Done{};
    SLUICE_DO(files.sync_directory(layout_.staging()));
    return sync_folders(folders);
  }

  Status make_visible(const std::vector<StagedFile>& staged_files) {
    FileSystem& files = *context_.env.files;
    std::set<std::string> folders;
    for (const StagedFile& file : staged_files) {
      std::string staged = staged_path(file);
      std::string destination = visible_path(file);
      SLUICE_TRY(bool waits, files.exists(staged));
      if (!waits) continue;  // It is visible.
      std::string folder = folder_of(destination);
      if (folders.insert(folder).second) SLUICE_DO(files.create_directories(folder));
      SLUICE_FAULT("filesystem.before_rename");
      SLUICE_DO(files.rename(staged, destination));
      SLUICE_FAULT("filesystem.after_rename");
    }
    return sync_folders(folders);
  }

  const SinkLayout layout_;
  const FormatFactory& format_;
  const std::map<std::string, std::string> options_;
  const ConnectorContext context_;
  PartitionCommit commit_;
  PublishLog log_;
  // Of the job that wrote the restored committables, if its checkpoints were at another place.
  std::optional<PublishLog> former_log_;
  // Of the checkpoint or savepoint published last.
  CheckpointId published_ = 0;
  std::vector<StagedFile> finished_;
  std::vector<StagedFile> in_progress_;
};

}  // namespace

Result<std::unique_ptr<SinkConnector>> make_filesystem_sink(const jobgraph::Sink& sink, const RowSchema& input,
                                                            const ConnectorContext& context) {
  SinkLayout layout;
  SLUICE_TRY(layout.options, read_options<FilesystemOptions>(sink.table.options));
  if (layout.options.auto_compaction) {
    return fail(ErrorCode::NotSupportedYet, "option `auto-compaction` is not supported yet");
  }
  SLUICE_TRY(layout.directory, filesystem::directory_of(layout.options.path));
  layout.staging_name = filesystem::staging_name_of(context.staging_directory);
  layout.columns = input;  // Named as in the table: the query's own names are not what partitions are called.
  for (size_t i = 0; i < input.size(); ++i) layout.columns[i].name = sink.table.columns[i].name;
  layout.partition_columns = sink.table.partition_keys;
  for (uint32_t i = 0; i < input.size(); ++i) {
    if (std::ranges::find(layout.partition_columns, i) == layout.partition_columns.end()) {
      layout.data_columns.push_back(i);
    }
  }
  SLUICE_TRY(const FormatFactory* format, find_format_factory(layout.options.format));
  if (format->encoder == nullptr) {
    return fail(ErrorCode::NotSupportedYet, "writing format `{}` is not supported yet", format->name);
  }
  return std::unique_ptr<SinkConnector>(
      std::make_unique<FilesystemSink>(std::move(layout), *format, sink.table.options, context));
}

}  // namespace sluice::runtime
