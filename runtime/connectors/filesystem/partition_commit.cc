#include "runtime/connectors/filesystem/partition_commit.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "runtime/connectors/filesystem/layout.h"

namespace sluice::runtime::filesystem {

PartitionCommit::PartitionCommit(Env env, const FilesystemOptions& options, std::string directory, std::string staging,
                                 std::vector<std::string> partition_columns)
    : env_(env),
      options_(options),
      directory_(std::move(directory)),
      staging_(std::move(staging)),
      columns_(std::move(partition_columns)),
      enabled_(!columns_.empty() && options.commit_policy.find("success-file") != std::string::npos) {}

Result<std::map<std::string, PartitionCommit::Waiting>> PartitionCommit::read_pending(
    const std::string& staging) const {
  std::map<std::string, Waiting> pending;
  std::string file = staging + kPendingFile;
  SLUICE_TRY(bool exists, env_.files->exists(file));
  if (!exists) return pending;
  SLUICE_TRY(std::string text, env_.files->read_all(file));
  SLUICE_TRY(std::vector<std::string> texts, unpack(text));
  for (size_t i = 0; i + 2 < texts.size(); i += 3) {
    pending[texts[i]] = {std::strtoll(texts[i + 1].c_str(), nullptr, 10),
                         std::strtoull(texts[i + 2].c_str(), nullptr, 10)};
  }
  return pending;
}

Status PartitionCommit::write_pending(const std::map<std::string, Waiting>& pending) {
  std::vector<std::string> texts;
  for (const auto& [partition, since] : pending) {
    texts.insert(texts.end(), {partition, std::to_string(since.seen), std::to_string(since.checkpoint)});
  }
  std::string file = staging_ + kPendingFile;
  SLUICE_TRY(auto out, env_.files->create(file + ".new"));
  SLUICE_DO(out->append(pack(texts)));
  SLUICE_DO(out->sync());
  SLUICE_DO(env_.files->rename(file + ".new", file));
  return env_.files->sync_directory(staging_);
}

Status PartitionCommit::inherit(const std::string& staging) {
  if (!enabled_) return Done{};
  SLUICE_TRY(auto pending, read_pending(staging_));
  SLUICE_TRY(auto former, read_pending(staging));
  pending.merge(former);
  return write_pending(pending);
}

Result<TimestampMs> PartitionCommit::time_of(const std::string& partition) const {
  std::map<std::string, std::string> values = partition_values(partition);
  std::string text = options_.timestamp_pattern;
  if (text.empty() && !columns_.empty()) text = "$" + columns_[0];
  // Longer names first: `$day_hour` is not `$day` and text.
  std::vector<std::string> names = columns_;
  std::ranges::sort(names, [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
  for (const std::string& name : names) {
    for (size_t at = text.find("$" + name); at != std::string::npos; at = text.find("$" + name)) {
      text.replace(at, name.size() + 1, values[name]);
    }
  }
  return parse_partition_time(text);
}

Result<bool> PartitionCommit::is_due(const std::string& partition, TimestampMs first_seen,
                                     TimestampMs watermark) const {
  int64_t delay = options_.commit_delay.count();
  if (options_.commit_trigger == PartitionCommitTrigger::ProcessTime) {
    return env_.clock->wall_ms() > first_seen + delay || watermark == kWatermarkMax;
  }
  if (watermark == kWatermarkMax) return true;
  SLUICE_TRY(TimestampMs time, time_of(partition));
  return watermark > time + delay;
}

Status PartitionCommit::advance(CheckpointId id, const std::set<std::string>& touched,
                                const std::set<std::string>& in_progress, TimestampMs watermark) {
  if (!enabled_) return Done{};
  SLUICE_TRY(auto pending, read_pending(staging_));
  bool changed = std::erase_if(pending, [&](const auto& entry) { return entry.second.checkpoint > id; }) > 0;
  for (const std::string& partition : touched) {
    changed |= pending.emplace(partition, Waiting{env_.clock->wall_ms(), id}).second;
  }
  for (auto at = pending.begin(); at != pending.end();) {
    SLUICE_TRY(bool due, is_due(at->first, at->second.seen, watermark));
    if (!due || in_progress.contains(at->first)) {
      ++at;
      continue;
    }
    std::string folder = directory_ + "/" + at->first;
    SLUICE_TRY(auto file, env_.files->create(folder + "/" + options_.success_file));
    SLUICE_DO(file->sync());
    SLUICE_DO(env_.files->sync_directory(folder));
    SLUICE_FAULT("filesystem.after_partition_commit");
    at = pending.erase(at);
    changed = true;
  }
  if (changed) return write_pending(pending);
  return Done{};
}

Result<TimestampMs> parse_partition_time(std::string_view text) {
  int year = 0, used = 0;
  unsigned month = 0, day = 0, hour = 0, minute = 0, second = 0;
  std::string copy(text);
  int fields = std::sscanf(copy.c_str(), "%d-%u-%u%n %u:%u%n:%u%n", &year, &month, &day, &used, &hour, &minute, &used,
                           &second, &used);
  std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
  bool whole = static_cast<size_t>(used) == copy.size();
  if ((fields != 3 && fields != 5 && fields != 6) || !whole || !date.ok() || hour > 23 || minute > 59 || second > 59) {
    return fail(ErrorCode::BadOptionValue, "`{}` is no time of a partition", text);
  }
  int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return ((days * 24 + hour) * 60 + minute) * 60'000 + int64_t{second} * 1000;
}

}  // namespace sluice::runtime::filesystem
