#pragma once
// Filter and projection. Columns that pass through are shared when no row was dropped, else gathered; computed ones
// come from the pipeline kernel. Row kinds stay.
#include <vector>

#include "runtime/abi/code_provider.h"
#include "runtime/task/held_batch.h"
#include "runtime/task/operator_context.h"

namespace sluice::runtime {

class Calc final : public Operator {
 public:
  explicit Calc(const jobgraph::Calc& spec) : spec_(spec) {}
  Status open(OperatorContext& context) override;
  Step on_batch(uint32_t input, Batch batch, Output& out) override;
  Step resume(Output& out) override { return held_.resume(out); }

 private:
  // Output column c: computed column `index`, or the input's.
  struct Projection {
    bool is_computed = false;
    uint32_t index = 0;
  };
  Status plan_projections(const RowSchema& input);
  Batch project(Batch& batch, uint32_t selected, std::vector<Column> computed, std::vector<BufferRef> fresh_heaps);

  const jobgraph::Calc& spec_;
  OperatorContext* context_ = nullptr;
  RowSchema input_;
  std::vector<Projection> projections_;
  RowSchema computed_schema_;
  bool computes_views_ = false;  // Computed strings may point into the input's heaps.
  bool passes_views_ = false;
  PipelineSpec pipeline_;
  KernelRef<PipelineKernel> kernel_;  // Null when nothing is computed or dropped.
  std::unique_ptr<BatchBuilder> builder_;
  std::vector<uint32_t> selection_;
  BatchView view_;
  HeldBatch held_;
};

}  // namespace sluice::runtime
