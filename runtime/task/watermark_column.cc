#include "runtime/task/watermark_column.h"

#include "runtime/task/row_failure.h"

namespace sluice::runtime {
namespace {

TimestampMs milliseconds_of(const void* values, const Type& type, uint32_t row) {
  if (type.physical() == Physical::TimestampNs) return static_cast<const TimestampNs*>(values)[row].milliseconds;
  int64_t value = static_cast<const int64_t*>(values)[row];
  if (type.precision() <= 3) return value;
  return value >= 0 ? value / 1000 : (value - 999) / 1000;
}

}  // namespace

Status WatermarkColumn::open(OperatorContext& context, const Expr& expression, const RowSchema& rows) {
  context_ = &context;
  type_ = expression.type;
  pipeline_ = {rows, {}, {expression}};
  SLUICE_TRY(kernel_, context.code->pipeline(pipeline_));
  builder_ = std::make_unique<BatchBuilder>(*context.buffers, RowSchema{{"watermark", type_}});
  selection_.resize(kBatchRowsMax);
  watermarks_.resize(kBatchRowsMax);
  return Done{};
}

Result<const std::vector<TimestampMs>*> WatermarkColumn::compute(const Batch& batch) {
  KernelContext& kernels = *context_->kernels;
  kernels.error = {};
  builder_->bind(kernels);
  view_.assign(batch);
  const PipelineKernel& kernel = kernel_->current();
  MutableColumn* out = builder_->columns();
  kernel.run(kernel.self, &kernels, view_.columns(), batch.rows, selection_.data(), out);
  if (kernels.error) return row_failure(*context_->op, kernels.error, pipeline_, view_.columns());
  for (uint32_t row = 0; row < batch.rows; ++row) {
    watermarks_[row] = is_valid(out->validity, row) ? milliseconds_of(out->values, type_, row) : kWatermarkMin;
  }
  return &watermarks_;
}

}  // namespace sluice::runtime
