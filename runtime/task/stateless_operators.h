#pragma once
// Operators without state and without kernels of their own.
#include "planner/jobgraph/jobgraph.h"
#include "runtime/task/chain.h"
#include "runtime/task/held_batch.h"
#include "runtime/task/operator_context.h"

namespace sluice::runtime {

// Rows of all inputs as they come.
class UnionAll final : public Operator {
 public:
  Status open(OperatorContext&) override { return Done{}; }
  Step on_batch(uint32_t, Batch batch, Output& out) override { return held_.write(std::move(batch), out); }
  Step resume(Output& out) override { return held_.resume(out); }

 private:
  HeldBatch held_;
};

// Drops -U, for consumers that need the new row only.
class DropUpdateBefore final : public Operator {
 public:
  Status open(OperatorContext& context) override;
  Step on_batch(uint32_t input, Batch batch, Output& out) override;
  Step resume(Output& out) override { return held_.resume(out); }

 private:
  OperatorContext* context_ = nullptr;
  HeldBatch held_;
};

// Sends Flush at every multiple of its interval of processing time; rows pass behind the marker of the time at which
// they arrive.
class MiniBatchAssigner final : public ControlOperator {
 public:
  explicit MiniBatchAssigner(const jobgraph::MiniBatchAssigner& spec) : interval_ms_(spec.interval_ms) {}
  void bind(ElementOutput& out) override { elements_ = &out; }
  Status open(OperatorContext& context) override;
  Step on_batch(uint32_t input, Batch batch, Output& out) override;
  Step on_timer(TimestampMs time, Output& out) override;
  Step resume(Output& out) override { return held_.resume(out); }

 private:
  void mark(int64_t now_ms);

  int64_t interval_ms_;
  int64_t last_ = INT64_MIN;
  OperatorContext* context_ = nullptr;
  ElementOutput* elements_ = nullptr;
  HeldBatch held_;
};

}  // namespace sluice::runtime
