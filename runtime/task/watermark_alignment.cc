#include "runtime/task/watermark_alignment.h"

#include <algorithm>

namespace sluice::runtime {

size_t AlignmentGroup::join() {
  std::lock_guard lock(mutex_);
  watermarks_.push_back(kWatermarkMin);
  return watermarks_.size() - 1;
}

void AlignmentGroup::report(size_t member, TimestampMs watermark) {
  std::lock_guard lock(mutex_);
  watermarks_[member] = watermark;
}

TimestampMs AlignmentGroup::least() const {
  std::lock_guard lock(mutex_);
  return watermarks_.empty() ? kWatermarkMax : *std::ranges::min_element(watermarks_);
}

std::shared_ptr<AlignmentGroup> AlignmentGroups::group(const std::string& name) {
  std::lock_guard lock(mutex_);
  std::shared_ptr<AlignmentGroup>& group = groups_[name];
  if (group == nullptr) group = std::make_shared<AlignmentGroup>();
  return group;
}

void SourceAlignment::update(TimestampMs watermark) {
  if (!is_on()) return;
  options_.group->report(member_, watermark);
  TimestampMs least = options_.group->least();
  bool has_limit = !__builtin_add_overflow(least, options_.max_drift_ms, &limit_);
  if (!has_limit || least == kWatermarkMax) limit_ = kWatermarkMax;
}

}  // namespace sluice::runtime
