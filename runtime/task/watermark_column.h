#pragma once
// Computes the watermark expression of a source over whole batches.
#include <cstdint>
#include <memory>
#include <vector>

#include "runtime/abi/code_provider.h"
#include "runtime/task/operator_context.h"

namespace sluice::runtime {

class WatermarkColumn {
 public:
  Status open(OperatorContext& context, const Expr& expression, const RowSchema& rows);
  // Per row the watermark in milliseconds; kWatermarkMin where the expression is NULL. Valid until the next call.
  Result<const std::vector<TimestampMs>*> compute(const Batch& batch);

 private:
  OperatorContext* context_ = nullptr;
  Type type_;
  PipelineSpec pipeline_;
  KernelRef<PipelineKernel> kernel_;
  std::unique_ptr<BatchBuilder> builder_;
  BatchView view_;
  std::vector<uint32_t> selection_;
  std::vector<TimestampMs> watermarks_;
};

}  // namespace sluice::runtime
