#include "runtime/connectors/kafka/lineage.h"

#include <algorithm>
#include <utility>

namespace sluice::runtime::kafka {
namespace {

constexpr size_t kMarkBytesMin = 12;
constexpr size_t kRunsMax = 1000;
constexpr size_t kRunsOld = kRunsMax / 2;

}  // namespace

Lineage Lineage::with(const CheckpointMark& checkpoint) const {
  Lineage longer = *this;
  if (longer.ends_.empty() || longer.ends_.back().job_id != checkpoint.job_id) {
    longer.ends_.push_back(checkpoint);
  } else {
    longer.ends_.back() = checkpoint;
  }
  if (longer.ends_.size() > kRunsMax) longer.ends_.erase(longer.ends_.begin());
  return longer;
}

bool Lineage::is_old(const CheckpointMark& checkpoint) const {
  auto found = std::ranges::find(ends_, checkpoint.job_id, &CheckpointMark::job_id);
  return found != ends_.end() && static_cast<size_t>(ends_.end() - found) > kRunsOld;
}

bool Lineage::contains(const CheckpointMark& checkpoint) const {
  return std::ranges::any_of(ends_, [&](const CheckpointMark& end) {
    return end.job_id == checkpoint.job_id && checkpoint.checkpoint <= end.checkpoint;
  });
}

bool Lineage::is_later(const CheckpointMark& one, const CheckpointMark& other) const {
  auto place = [&](const CheckpointMark& mark) {
    return std::pair(std::ranges::find(ends_, mark.job_id, &CheckpointMark::job_id), mark.checkpoint);
  };
  return place(one) > place(other);
}

void write(ByteWriter& out, const Lineage& lineage) {
  out.number(static_cast<uint32_t>(lineage.ends().size()));
  for (const CheckpointMark& end : lineage.ends()) {
    out.text(end.job_id);
    out.number(end.checkpoint);
  }
}

Lineage read_lineage(ByteReader& in) {
  std::vector<CheckpointMark> ends;
  uint32_t count = in.count(kMarkBytesMin);
  for (uint32_t i = 0; i < count && in.is_good(); ++i) {
    std::string job_id = in.text();
    ends.push_back({std::move(job_id), in.number<uint64_t>()});
  }
  return Lineage(std::move(ends));
}

std::optional<CheckpointMark> newest_visible(const Marker& marker) {
  if (marker.newest.checkpoint > 0) return marker.newest;
  return marker.before;
}

std::optional<CheckpointMark> checkpoint_beside(const Lineage& line, const Marker& marker) {
  if (line.contains(marker.newest)) return {};
  auto visible = newest_visible(marker);
  return visible && !line.contains(*visible) ? visible : std::nullopt;
}

bool tells_of(const Marker& marker, const CheckpointMark& checkpoint) { return newest_visible(marker) == checkpoint; }

}  // namespace sluice::runtime::kafka
