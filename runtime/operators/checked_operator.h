#pragma once
// Wraps an operator and stops the process when it, or the task that drives it, breaks the contract:
//
// | checked of    | what                                                                                              |
// |---------------|---------------------------------------------------------------------------------------------------|
// | the task      | watermarks rise; nothing but `resume` after Pending; nothing after the end                        |
// | the operator  | it emits only while there is room; batches have 1 to kBatchRowsMax rows of the stated schema, NULL
// | |               | only where that allows it; only kinds of its changelog trait; where that is a full changelog, no
// | |               | row is taken back more often than it was added |
//
// Keeps every row that is in the output, so it is for debug builds and tests.
#include <memory>
#include <string>
#include <unordered_map>

#include "planner/jobgraph/jobgraph.h"
#include "runtime/operators/operator.h"

namespace sluice::runtime {

class CheckedOperator final : public Operator {
 public:
  CheckedOperator(jobgraph::Operator op, std::unique_ptr<Operator> inner);
  ~CheckedOperator() override;

  Status open(OperatorContext& context) override { return inner_->open(context); }
  Step on_batch(uint32_t input, Batch batch, Output& out) override;
  Step on_watermark(TimestampMs watermark, Output& out) override;
  Step on_timer(TimestampMs time, Output& out) override;
  Step on_flush(Output& out) override;
  Step on_completion(uint64_t token, Output& out) override;
  Step on_barrier(CheckpointId id, Output& out) override;
  void on_snapshot(CheckpointId id) override { inner_->on_snapshot(id); }
  Step on_end(Output& out) override;
  Step resume(Output& out) override;

 private:
  class CheckedOutput;

  void begin_event();
  Step note(Step step);

  jobgraph::Operator op_;
  std::unique_ptr<Operator> inner_;
  std::unordered_map<std::string, int64_t> rows_;  // Canonical bytes of rows that are in the output, with their count.
  TimestampMs watermark_ = kWatermarkMin;
  bool is_pending_ = false;
  bool is_ended_ = false;
};

}  // namespace sluice::runtime
