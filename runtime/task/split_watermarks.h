#pragma once
// The watermark of a source out of those of its splits: the minimum over the splits that are neither idle nor read to
// their end.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "runtime/operators/operator.h"

namespace sluice::runtime {

class SplitWatermarks {
 public:
  void add() { splits_.emplace_back(); }
  void advance(size_t split, TimestampMs watermark) {
    splits_[split].watermark = std::max(splits_[split].watermark, watermark);
  }
  TimestampMs watermark(size_t split) const { return splits_[split].watermark; }
  // A split that has rows again is active again.
  void set_idle(size_t split, bool idle) { splits_[split].idle = idle; }
  bool is_idle(size_t split) const { return splits_[split].idle; }
  void end(size_t split) { splits_[split].ended = true; }

  // Idle as a whole: splits are left, and none is active. Without any split there is nothing to wait for either.
  bool all_idle() const {
    return std::all_of(splits_.begin(), splits_.end(), [](const Split& split) { return split.idle || split.ended; });
  }
  // Never goes back.
  TimestampMs combined() {
    TimestampMs minimum = kWatermarkMax;
    bool any = false;
    for (const Split& split : splits_) {
      if (split.idle || split.ended) continue;
      minimum = std::min(minimum, split.watermark);
      any = true;
    }
    if (any) combined_ = std::max(combined_, minimum);
    return combined_;
  }

 private:
  struct Split {
    TimestampMs watermark = kWatermarkMin;
    bool idle = false;
    bool ended = false;
  };
  std::vector<Split> splits_;
  TimestampMs combined_ = kWatermarkMin;
};

}  // namespace sluice::runtime
