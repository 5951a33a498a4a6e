#pragma once
// Options of the `filesystem` source and sink: a directory of files in a format, partitioned by column=value folders.
#include "catalog/connectors/option_fields.h"

namespace sluice {

enum class PartitionCommitTrigger : uint8_t { ProcessTime, PartitionTime };
inline constexpr std::pair<std::string_view, PartitionCommitTrigger> kPartitionCommitTriggers[] = {
    {"process-time", PartitionCommitTrigger::ProcessTime}, {"partition-time", PartitionCommitTrigger::PartitionTime}};
constexpr const auto& names_of(PartitionCommitTrigger) { return kPartitionCommitTriggers; }

struct FilesystemOptions {
  std::string path;
  std::string format;
  std::string default_partition = "__DEFAULT_PARTITION__";
  Milliseconds monitor_interval{0};
  std::string path_pattern;
  MemorySize rolling_file_size{128LL << 20};
  Milliseconds rollover_interval{30 * 60'000};
  Milliseconds inactivity_interval{30 * 60'000};
  Milliseconds rolling_check_interval{60'000};
  bool shuffle_by_partition = false;
  bool auto_compaction = false;
  MemorySize compaction_file_size{0};
  PartitionCommitTrigger commit_trigger = PartitionCommitTrigger::ProcessTime;
  Milliseconds commit_delay{0};
  std::string commit_time_zone = "UTC";
  std::string commit_policy;
  std::string commit_policy_class;
  std::string commit_policy_parameters;
  std::string success_file = "_SUCCESS";
  std::string time_extractor = "default";
  std::string time_extractor_class;
  std::string timestamp_pattern;
  std::string timestamp_formatter;
  int64_t sink_parallelism = 0;
  int64_t scan_parallelism = 0;
  std::string report_statistics = "ALL";

  static void fields(auto& self, auto&& v) {
    v.required("path", self.path, "Directory or file; `file://` may stand in front.");
    v.required("format", self.format, "Format of the files: csv or json.");
    v.optional("partition.default-name", self.default_partition, "Folder of rows whose partition column is NULL.");
    v.optional("source.monitor-interval", self.monitor_interval, "Period of the search for new files; 0 reads once.");
    v.optional("source.path.regex-pattern", self.path_pattern, "Only files whose path matches are read.");
    v.optional("source.report-statistics", self.report_statistics, "Has no effect here.");
    v.optional("scan.parallelism", self.scan_parallelism, "Subtasks of the source; else as many as the job has.");
    v.optional("sink.rolling-policy.file-size", self.rolling_file_size, "Size at which a part file is closed.");
    v.optional("sink.rolling-policy.rollover-interval", self.rollover_interval, "Age at which a part file is closed.");
    v.optional("sink.rolling-policy.inactivity-interval", self.inactivity_interval,
               "Time without rows after which a part file is closed.");
    v.optional("sink.rolling-policy.check-interval", self.rolling_check_interval, "Period of looking at ages.");
    v.optional("sink.shuffle-by-partition.enable", self.shuffle_by_partition, "Has no effect here.");
    v.optional("auto-compaction", self.auto_compaction, "Whether small files are merged: not supported yet.");
    v.optional("compaction.file-size", self.compaction_file_size, "Size of merged files.");
    v.optional("sink.partition-commit.trigger", self.commit_trigger, "What decides that a partition is complete.");
    v.optional("sink.partition-commit.delay", self.commit_delay, "How long after its time a partition is complete.");
    v.optional("sink.partition-commit.watermark-time-zone", self.commit_time_zone,
               "Zone in which the watermark reads.");
    v.optional("sink.partition-commit.policy.kind", self.commit_policy, "What a commit does: success-file.");
    v.optional("sink.partition-commit.policy.class", self.commit_policy_class, "Java class: not supported.");
    v.optional("sink.partition-commit.policy.class.parameters", self.commit_policy_parameters, "Of the class.");
    v.optional("sink.partition-commit.success-file.name", self.success_file, "Name of the file that marks a commit.");
    v.optional("partition.time-extractor.kind", self.time_extractor, "How a partition's time is found: default.");
    v.optional("partition.time-extractor.class", self.time_extractor_class, "Java class: not supported.");
    v.optional("partition.time-extractor.timestamp-pattern", self.timestamp_pattern,
               "Text of the time with `$column` for the partition columns.");
    v.optional("partition.time-extractor.timestamp-formatter", self.timestamp_formatter, "How that text is read.");
    v.optional("sink.parallelism", self.sink_parallelism, "Subtasks of the sink; else as many as the job has.");
  }
};

}  // namespace sluice
