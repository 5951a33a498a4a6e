#include "tests/sim/job_lines.h"

#include "runtime/checkpoint/manifest.h"

namespace sluice::sim {

void JobLines::start_from(MemoryFileSystem& disk, const Broker& broker, const std::string& path) {
  next_.clear();
  may_be_refused_ = false;
  if (path.empty()) return;
  auto bytes = disk.read_all(path + "/manifest");
  if (!bytes) return;
  auto manifest = runtime::decode_manifest(*bytes);
  if (!manifest) return;
  next_ = lines_[manifest->job_id];
  next_[manifest->job_id] = manifest->id;
  for (const auto& [job, checkpoints] : broker.shown()) {
    auto end = next_.find(job);
    may_be_refused_ |= end == next_.end() || *checkpoints.rbegin() > end->second;
  }
}

void JobLines::started(const std::string& job) {
  if (!next_.empty()) lines_[job] = next_;
}

}  // namespace sluice::sim
