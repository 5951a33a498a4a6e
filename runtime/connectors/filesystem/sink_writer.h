#pragma once
// Writes the rows of one subtask to part files in the staging directory: one open file per partition, closed by size,
// age, inactivity, end of input, and when the partition is due to be committed. A file becomes visible by the publish
// of the checkpoint behind which it was closed.
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "catalog/connectors/filesystem.h"
#include "runtime/connectors/connector.h"
#include "runtime/connectors/filesystem/committable.h"
#include "runtime/connectors/filesystem/io_strand.h"
#include "runtime/connectors/filesystem/partition_commit.h"
#include "runtime/formats/format.h"

namespace sluice::runtime::filesystem {

struct SinkLayout {
  std::string directory;
  std::string staging_name;  // In `directory`.
  std::string staging() const { return directory + "/" + staging_name; }
  RowSchema columns;  // Of the table.
  std::vector<uint32_t> partition_columns;
  std::vector<uint32_t> data_columns;  // What stands in the files.
  FilesystemOptions options;
};

class FilesystemWriter final : public SinkWriter {
 public:
  FilesystemWriter(const SinkLayout& layout, std::unique_ptr<Encoder> encoder, PartitionCommit commit,
                   const ConnectorContext& context, std::function<void()> wake);

  bool has_room() const override;
  Status write(const Batch& batch) override;
  Status on_watermark(TimestampMs watermark) override;
  void on_end() override;
  void prepare(CheckpointId id, std::function<void(Result<std::string>)> done) override;

 private:
  // The file as the Io pool sees it.
  struct Stage {
    std::unique_ptr<WritableFile> file;
  };
  struct OpenFile {
    StagedFile staged;
    std::shared_ptr<Stage> stage;
    std::string buffer;
    int64_t opened_ms = 0;
    int64_t written_ms = 0;
    std::vector<uint32_t> selection;  // Of the batch at hand.
  };

  OpenFile& file_of(const BatchView& view, uint32_t row);
  std::string partition_of(const BatchView& view, uint32_t row) const;
  bool same_partition(const BatchView& view, uint32_t row, uint32_t other) const;
  OpenFile& open(const std::string& partition);
  void close(const std::string& partition);
  void flush(OpenFile& file);
  Status close_aged();

  const SinkLayout layout_;
  std::unique_ptr<Encoder> encoder_;
  const PartitionCommit commit_;
  const ConnectorContext context_;
  std::shared_ptr<IoStrand> strand_;
  std::string name_;  // Of this writer: drawn anew at every start, so that names never meet.
  uint64_t files_ = 0;
  std::map<std::string, OpenFile> open_;
  std::vector<StagedFile> finished_;
  std::vector<std::shared_ptr<Stage>> finished_stages_;
  std::set<std::string> partitions_;
  TimestampMs watermark_ = kWatermarkMin;
  std::vector<ColumnView> data_views_;
  EncodedMessages messages_{.behind_each = "\n"};
};

}  // namespace sluice::runtime::filesystem
