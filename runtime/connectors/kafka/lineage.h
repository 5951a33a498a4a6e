#pragma once
// Which checkpoints the rows of a job stand on. Numbers alone do not tell what came behind a checkpoint and what before
// it: other jobs may go on from it, or the same one from a copy of its folder. So every run of a job counts for itself.
#include <optional>
#include <vector>

#include "runtime/checkpoint/byte_codec.h"
#include "runtime/connectors/kafka/marker.h"

namespace sluice::runtime::kafka {

// Run after run of one or more jobs, each with the checkpoint up to which the next one stands on it.
class Lineage {
 public:
  Lineage() = default;
  explicit Lineage(std::vector<CheckpointMark> ends) : ends_(std::move(ends)) {}

  // The same, and this checkpoint behind it.
  Lineage with(const CheckpointMark& checkpoint) const;
  bool contains(const CheckpointMark& checkpoint) const;
  // Which of two that are on the line comes behind the other.
  bool is_later(const CheckpointMark& one, const CheckpointMark& other) const;
  // On the line, and about to be forgotten: lines have an end.
  bool is_old(const CheckpointMark& checkpoint) const;
  const std::vector<CheckpointMark>& ends() const { return ends_; }
  bool operator==(const Lineage&) const = default;

 private:
  std::vector<CheckpointMark> ends_;
};

void write(ByteWriter& out, const Lineage& lineage);
Lineage read_lineage(ByteReader& in);

// What a job goes on from.
struct RestorePoint {
  CheckpointMark checkpoint;
  Lineage before;             // Of the job that took the checkpoint.
  bool is_published = false;  // A note says so.

  Lineage line() const { return before.with(checkpoint); }
};

// The checkpoint of which the marker tells that its rows are visible though they are not among those that the line
// stands on: they would come again.
std::optional<CheckpointMark> checkpoint_beside(const Lineage& line, const Marker& marker);
// Whether the marker tells that the rows of this very checkpoint are visible.
bool tells_of(const Marker& marker, const CheckpointMark& checkpoint);
// The checkpoint whose rows are the newest that are visible; none: of those that the marker knows none are.
std::optional<CheckpointMark> newest_visible(const Marker& marker);

}  // namespace sluice::runtime::kafka
