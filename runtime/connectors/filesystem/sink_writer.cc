#include "runtime/connectors/filesystem/sink_writer.h"

#include <cstring>

#include "catalog/types/column_value.h"
#include "catalog/types/value_text.h"
#include "runtime/connectors/filesystem/layout.h"

namespace sluice::runtime::filesystem {
namespace {

constexpr size_t kFlushBytes = 256 << 10;
constexpr size_t kWaitingBytesMax = 16 << 20;  // Handed to the Io pool and not written yet.

}  // namespace

FilesystemWriter::FilesystemWriter(const SinkLayout& layout, std::unique_ptr<Encoder> encoder, PartitionCommit commit,
                                   const ConnectorContext& context, std::function<void()> wake)
    : layout_(layout),
      encoder_(std::move(encoder)),
      commit_(std::move(commit)),
      context_(context),
      strand_(std::make_shared<IoStrand>(context.env)),
      name_(fmt::format("{:016x}-{}", context.env.random->next(), context.subtask)) {
  strand_->on_progress(std::move(wake));
}

bool FilesystemWriter::has_room() const { return strand_->bytes_waiting() < kWaitingBytesMax || strand_->failure(); }

Status FilesystemWriter::on_watermark(TimestampMs watermark) {
  watermark_ = watermark;
  return Done{};
}

bool FilesystemWriter::same_partition(const BatchView& view, uint32_t row, uint32_t other) const {
  for (uint32_t i : layout_.partition_columns) {
    const ColumnView& column = view.columns()[i];
    const Type& type = layout_.columns[i].type;
    bool valid = is_valid(column.validity, row);
    if (valid != is_valid(column.validity, other)) return false;
    if (!valid) continue;
    const char* values = static_cast<const char*>(column.values);
    size_t width = type.width();
    if (type.physical() == Physical::String) {
      auto* strings = reinterpret_cast<const StringView*>(values);
      if (!(strings[row] == strings[other])) return false;
    } else if (std::memcmp(values + row * width, values + other * width, width) != 0) {
      return false;
    }
  }
  return true;
}

std::string FilesystemWriter::partition_of(const BatchView& view, uint32_t row) const {
  std::vector<std::string> names, values;
  for (uint32_t i : layout_.partition_columns) {
    const RowField& field = layout_.columns[i];
    Value value = value_at(view.columns()[i], field.type, row);
    std::string text = value.is_null() ? std::string() : cast_text(value, field.type);
    names.push_back(field.name);
    values.push_back(text.empty() ? layout_.options.default_partition : text);
  }
  return partition_path(names, values);
}

FilesystemWriter::OpenFile& FilesystemWriter::open(const std::string& partition) {
  std::string name = fmt::format("{}-{}", name_, files_++);
  std::string staged = layout_.staging_name + "/" + name;
  std::string destination = (partition.empty() ? "" : partition + "/") + "part-" + name;
  OpenFile& file = open_[partition];
  file.staged = {staged, destination, 0};
  file.stage = std::make_shared<Stage>();
  file.opened_ms = context_.env.clock->wall_ms();
  file.written_ms = file.opened_ms;
  strand_->submit(0, [stage = file.stage, env = context_.env, path = layout_.directory + "/" + staged]() -> Status {
    SLUICE_TRY(stage->file, env.files->create(path));
    return Done{};
  });
  return file;
}

FilesystemWriter::OpenFile& FilesystemWriter::file_of(const BatchView& view, uint32_t row) {
  std::string partition = partition_of(view, row);
  auto found = open_.find(partition);
  if (found != open_.end()) return found->second;
  return open(partition);
}

Status FilesystemWriter::write(const Batch& batch) {
  if (auto failure = strand_->failure()) return Failure{*failure};
  BatchView view(batch);
  OpenFile* file = nullptr;
  for (uint32_t row = 0; row < batch.rows; ++row) {
    if (row == 0 || !same_partition(view, row, row - 1)) file = &file_of(view, row);
    file->selection.push_back(row);
  }
  data_views_.clear();
  for (uint32_t i : layout_.data_columns) data_views_.push_back(view.columns()[i]);

  int64_t now = context_.env.clock->wall_ms();
  std::vector<std::string> full;
  for (auto& [partition, open] : open_) {
    if (open.selection.empty()) continue;
    size_t before = open.buffer.size();
    auto count = static_cast<uint32_t>(open.selection.size());
    messages_.bytes.swap(open.buffer);
    messages_.ends.clear();
    Status encoded = encoder_->encode({data_views_.data(), nullptr, open.selection.data(), count}, messages_);
    messages_.bytes.swap(open.buffer);
    SLUICE_DO(encoded);
    open.selection.clear();
    open.staged.bytes += open.buffer.size() - before;
    open.written_ms = now;
    partitions_.insert(partition);
    if (open.buffer.size() >= kFlushBytes) flush(open);
    if (static_cast<int64_t>(open.staged.bytes) >= layout_.options.rolling_file_size.bytes) full.push_back(partition);
  }
  for (const std::string& partition : full) close(partition);
  return Done{};
}

void FilesystemWriter::flush(OpenFile& file) {
  if (file.buffer.empty()) return;
  size_t bytes = file.buffer.size();
  auto data = std::make_shared<std::string>(std::move(file.buffer));
  file.buffer.clear();
  file.buffer.reserve(kFlushBytes + kFlushBytes / 4);
  strand_->submit(bytes, [stage = file.stage, data] { return stage->file->append(*data); });
}

void FilesystemWriter::close(const std::string& partition) {
  auto node = open_.extract(partition);
  flush(node.mapped());
  finished_.push_back(node.mapped().staged);
  finished_stages_.push_back(node.mapped().stage);
}

// A partition is committed behind a checkpoint at which none of its files is open.
Status FilesystemWriter::close_aged() {
  int64_t now = context_.env.clock->wall_ms();
  std::vector<std::string> aged;
  for (const auto& [partition, file] : open_) {
    bool is_aged = now - file.opened_ms >= layout_.options.rollover_interval.count() ||
                   now - file.written_ms >= layout_.options.inactivity_interval.count();
    if (!is_aged && commit_.is_enabled()) {
      SLUICE_TRY(is_aged, commit_.is_due(partition, file.opened_ms, watermark_));
    }
    if (is_aged) aged.push_back(partition);
  }
  for (const std::string& partition : aged) close(partition);
  return Done{};
}

void FilesystemWriter::on_end() {
  while (!open_.empty()) close(open_.begin()->first);
  watermark_ = kWatermarkMax;
}

void FilesystemWriter::prepare(CheckpointId, std::function<void(Result<std::string>)> done) {
  if (Status closed = close_aged(); !closed) return done(std::move(closed).as_failure());
  Committable committable;
  committable.staging = layout_.staging_name;
  committable.watermark = watermark_;
  committable.finished = std::move(finished_);
  committable.partitions.assign(partitions_.begin(), partitions_.end());
  std::vector<std::shared_ptr<Stage>> to_close = std::move(finished_stages_);
  std::vector<std::shared_ptr<Stage>> to_sync;
  for (auto& [partition, file] : open_) {
    flush(file);
    committable.in_progress.push_back(file.staged);
    to_sync.push_back(file.stage);
  }
  finished_.clear();
  finished_stages_.clear();
  partitions_.clear();
  strand_->submit(0, [env = context_.env, staging = layout_.staging(), to_close, to_sync]() -> Status {
    SLUICE_FAULT("filesystem.before_sync");
    for (const auto& stage : to_close) {
      SLUICE_DO(stage->file->sync());
      stage->file.reset();
    }
    for (const auto& stage : to_sync) SLUICE_DO(stage->file->sync());
    SLUICE_DO(env.files->sync_directory(staging));
    SLUICE_FAULT("filesystem.after_sync");
    return Done{};
  });
  strand_->finally([done = std::move(done), text = encode(committable)](std::optional<Error> failure) {
    if (failure) return done(Failure{*failure});
    done(text);
  });
}

}  // namespace sluice::runtime::filesystem
