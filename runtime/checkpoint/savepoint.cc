#include "runtime/checkpoint/savepoint.h"

#include <algorithm>

#include "runtime/checkpoint/portable_codec.h"
#include "runtime/checkpoint/table_merge.h"

namespace sluice::runtime {
namespace {

// Writes the records of one key group, sorted by key. They are in memory at once: a 128th of the state of a task.
class GroupWriter {
 public:
  GroupWriter(SegmentWriter& writer, uint32_t table, int64_t slice_end_ms)
      : writer_(writer), table_(table), slice_end_ms_(slice_end_ms) {}

  Status add(const std::string& record, uint32_t group) {
    if (group != group_) SLUICE_DO(flush());
    group_ = group;
    records_.push_back(record);
    return Done{};
  }
  Status flush() {
    auto key = [](const std::string& record) {
      return PortableCodec::key_of(*reinterpret_cast<const RecordHeader*>(record.data()));
    };
    std::ranges::sort(records_, {}, key);
    if (!records_.empty()) writer_.begin_run(table_, slice_end_ms_, 0);
    for (const std::string& record : records_) {
      SLUICE_DO(writer_.add(*reinterpret_cast<const RecordHeader*>(record.data())));
    }
    records_.clear();
    return writer_.end_run();
  }

 private:
  SegmentWriter& writer_;
  uint32_t table_;
  int64_t slice_end_ms_;
  uint32_t group_ = 0;
  std::vector<std::string> records_;
};

Status export_table(const std::vector<std::unique_ptr<SegmentReader>>& segments, const MergedTable& table,
                    uint32_t number, uint32_t max_parallelism, SegmentWriter& writer) {
  PortableCodec codec(table.description);
  std::string portable;
  for (int64_t slice : table.slices) {
    SLUICE_TRY(std::unique_ptr<TableMerge> merge, TableMerge::open(segments, table.description, slice));
    GroupWriter groups(writer, number, slice);
    for (;;) {
      SLUICE_TRY(const RecordHeader* record, merge->next());
      if (record == nullptr) break;
      if (record->kind == RecordKind::Delete) continue;
      codec.encode(*record, portable);
      SLUICE_DO(groups.add(portable, key_group_of(record->hash, max_parallelism)));
    }
    SLUICE_DO(groups.flush());
  }
  return Done{};
}

Result<SegmentRef> export_task(Env env, const RestoreSource& checkpoint, const TaskStateHandle& task,
                               const std::string& directory) {
  std::vector<std::unique_ptr<SegmentReader>> segments;
  for (const SegmentRef& segment : task.segments) {
    SLUICE_TRY(segments.emplace_back(), SegmentReader::open(env, checkpoint.directory, segment));
  }
  SegmentWriter::Options options;
  options.directory = directory;
  options.file = fmt::format("state-{}-{}.sav", task.fragment, task.subtask);
  options.max_parallelism = checkpoint.manifest.max_parallelism;
  options.groups = task.groups;
  options.is_portable = true;
  SLUICE_TRY(std::unique_ptr<SegmentWriter> writer, SegmentWriter::create(env, options));
  std::vector<SegmentTable> tables;
  for (const MergedTable& table : merged_tables(segments)) {
    auto number = static_cast<uint32_t>(tables.size());
    SLUICE_DO(export_table(segments, table, number, options.max_parallelism, *writer));
    tables.push_back(table.description);
  }
  return writer->finish(std::move(tables), {});
}

Status export_all(Env env, const RestoreSource& checkpoint, const std::string& directory) {
  Manifest manifest = checkpoint.manifest;
  manifest.is_savepoint = true;
  for (TaskStateHandle& task : manifest.tasks) {
    if (task.segments.empty()) continue;
    SLUICE_FAULT("savepoint.before_task");
    SLUICE_TRY(SegmentRef file, export_task(env, checkpoint, task, directory));
    task.segments = {std::move(file)};
  }
  return write_manifest(env, directory, manifest);
}

}  // namespace

Status write_savepoint(Env env, const RestoreSource& checkpoint, const std::string& path) {
  SLUICE_TRY(bool exists, env.files->exists(path));
  if (exists) return fail(ErrorCode::FileSystemError, "`{}` exists already", path);
  std::string temporary = path + ".inprogress";
  SLUICE_DO(env.files->remove_recursively(temporary));
  SLUICE_DO(env.files->create_directories(temporary));
  Status status = export_all(env, checkpoint, temporary);
  if (!status) {
    [[maybe_unused]] Status removed = env.files->remove_recursively(temporary);
    return status;
  }
  SLUICE_FAULT("savepoint.before_rename");
  SLUICE_DO(env.files->rename(temporary, path));
  auto slash = path.rfind('/');
  return env.files->sync_directory(slash == std::string::npos ? "." : path.substr(0, slash));
}

}  // namespace sluice::runtime
