#pragma once
// Keeps the row with the earliest rowtime per key and sends it, as +I, once the watermark has passed its time: from
// then on no earlier row can come.
//
// | row                                        | effect                                                        |
// |--------------------------------------------|---------------------------------------------------------------|
// | its time is below the watermark            | dropped and counted as late                                   |
// | its key was sent                           | dropped                                                       |
// | the first of its key, or earlier than the  | waits for the watermark                                       |
// | one that waits                             |                                                               |
// | the same time as the one that waits, later | dropped                                                       |
//
// Tables: "rows" has the keys that were sent; "waiting" has rows by slices of time, so that a watermark finds those
// that are due without a timer per key. A key may wait in several slices; the earliest one wins.
#include <vector>

#include "runtime/operators/emission_queue.h"
#include "runtime/operators/operator.h"
#include "runtime/task/operator_context.h"

namespace sluice::runtime {

class FirstRowByTime final : public Operator {
 public:
  explicit FirstRowByTime(const jobgraph::Deduplicate& op) : op_(op) {}
  Status open(OperatorContext& context) override;
  Step on_batch(uint32_t input, Batch batch, Output& out) override;
  Step on_watermark(TimestampMs watermark, Output& out) override;
  Step resume(Output& out) override { return send_due(out); }

 private:
  static constexpr int64_t kSliceMs = 100;

  Status open_tables(OperatorContext& context);
  int64_t time_of(const uint8_t* slot) const;
  Status wait(ValueTable& slice, std::vector<uint32_t> rows);
  Step send_due(Output& out);
  Status send_slice(int64_t slice_end);

  jobgraph::Deduplicate op_;
  OperatorContext* context_ = nullptr;
  KernelRef<KeyKernels> keys_;  // Over the layout of waiting rows.
  KernelRef<KeyKernels> sent_keys_;
  KernelRef<RowKernels> rows_;
  uint32_t time_offset_ = 0;
  ValueTable* sent_ = nullptr;
  SliceTables* waiting_ = nullptr;
  TimestampMs watermark_ = kWatermarkMin;
  TimestampMs next_due_ = kWatermarkMax;  // No waiting row is earlier.
  BatchView view_;
  std::vector<uint64_t> hashes_;
  EmissionQueue queue_;
};

}  // namespace sluice::runtime
