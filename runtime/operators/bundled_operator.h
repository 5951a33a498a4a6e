#pragma once
// What operators with a mini-batch bundle have in common: rows are collected until `rows_max` of them are there, until
// the mini-batch marker, a barrier or the end of input; then the bundle is emptied. The bundle is full with exactly the
// row that reaches the size, also in the middle of a batch, so its bounds do not depend on how rows are batched.
//
// A watermark empties the bundle only where the output carries a time attribute: rows with times up to the watermark
// must not come behind it.
#include <algorithm>

#include "runtime/operators/operator.h"
#include "runtime/task/operator_context.h"

namespace sluice::runtime {

class BundledOperator : public Operator {
 public:
  Step on_batch(uint32_t, Batch batch, Output& out) final {
    batch_ = std::move(batch);
    view_.assign(batch_);
    next_row_ = 0;
    return advance(out);
  }
  Step on_watermark(TimestampMs watermark, Output& out) final {
    return carries_time_ || watermark == kWatermarkMax ? empty_bundle(out) : Step(Progress::Done);
  }
  Step on_flush(Output& out) final { return empty_bundle(out); }
  Step on_barrier(CheckpointId, Output& out) final { return empty_bundle(out); }
  Step on_end(Output& out) final { return empty_bundle(out); }
  Step resume(Output& out) final { return advance(out); }

 protected:
  void set_bundle(uint64_t rows_max, bool carries_time) {
    rows_max_ = rows_max == 0 ? 1 : rows_max;
    carries_time_ = carries_time;
  }

  // Whether the bundle goes out because of its size, and not because of a mark.
  bool is_bundle_full() const { return bundled_ >= rows_max_ && !is_marked_; }

  // Takes rows begin..begin+count of the batch into the bundle.
  virtual Status add_rows(const Batch& batch, const BatchView& view, uint32_t begin, uint32_t count) = 0;
  // Writes what the bundle holds, which may be nothing, with a cursor of its own. The bundle is empty when this returns
  // Done.
  virtual Step emit_bundle(Output& out) = 0;

 private:
  Step empty_bundle(Output& out) {
    is_emptying_ = true;
    is_marked_ = true;
    return advance(out);
  }
  Step advance(Output& out) {
    for (;;) {
      if (is_emptying_) {
        SLUICE_TRY(Progress progress, emit_bundle(out));
        if (progress == Progress::Pending) return progress;
        is_emptying_ = false;
        is_marked_ = false;
        bundled_ = 0;
      }
      if (next_row_ == batch_.rows) break;
      auto count = static_cast<uint32_t>(std::min<uint64_t>(batch_.rows - next_row_, rows_max_ - bundled_));
      SLUICE_DO(add_rows(batch_, view_, next_row_, count));
      next_row_ += count;
      bundled_ += count;
      is_emptying_ = bundled_ >= rows_max_;
    }
    batch_ = {};
    next_row_ = 0;
    return Progress::Done;
  }

  uint64_t rows_max_ = 1;
  bool carries_time_ = false;
  uint64_t bundled_ = 0;
  bool is_emptying_ = false;
  bool is_marked_ = false;
  Batch batch_;  // Being taken in.
  BatchView view_;
  uint32_t next_row_ = 0;
};

}  // namespace sluice::runtime
