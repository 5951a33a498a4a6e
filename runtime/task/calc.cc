#include "runtime/task/calc.h"

#include <algorithm>
#include <utility>

#include "runtime/task/row_failure.h"

namespace sluice::runtime {
namespace {

// Whether values of the type may point outside of their column.
bool holds_views(const Type& type) {
  if (type.physical() == Physical::String) return true;
  for (size_t i = 0; i < type.child_count(); ++i) {
    if (holds_views(type.child(i))) return true;
  }
  return false;
}

BufferRef gather_kinds(const BufferRef& kinds, std::span<const uint32_t> selection, BufferPool& pool) {
  if (!kinds) return {};
  BufferRef out = pool.allocate(selection.size());
  for (size_t i = 0; i < selection.size(); ++i) out.data()[i] = kinds.data()[selection[i]];
  return out;
}

}  // namespace

Status Calc::open(OperatorContext& context) {
  context_ = &context;
  input_ = context.inputs[0];
  SLUICE_DO(plan_projections(input_));
  selection_.resize(kBatchRowsMax);
  builder_ = std::make_unique<BatchBuilder>(*context.buffers, computed_schema_);
  return Done{};
}

Status Calc::plan_projections(const RowSchema& input) {
  pipeline_ = {input, spec_.condition, {}};
  for (const Expr& expr : spec_.projections) {
    if (auto* ref = expr.as<ColumnRef>()) {
      projections_.push_back({false, ref->index});
      passes_views_ |= holds_views(expr.type);
      continue;
    }
    projections_.push_back({true, static_cast<uint32_t>(pipeline_.computed.size())});
    computed_schema_.push_back({{}, expr.type});
    computes_views_ |= holds_views(expr.type);
    pipeline_.computed.push_back(expr);
  }
  if (pipeline_.condition.empty() && pipeline_.computed.empty()) return Done{};
  SLUICE_TRY(kernel_, context_->code->pipeline(pipeline_));
  return Done{};
}

Step Calc::on_batch(uint32_t, Batch batch, Output& out) {
  if (!kernel_) return held_.write(project(batch, batch.rows, {}, {}), out);
  KernelContext& kernels = *context_->kernels;
  kernels.error = {};
  builder_->bind(kernels);
  view_.assign(batch);
  const PipelineKernel& kernel = kernel_->current();
  uint32_t selected =
      kernel.run(kernel.self, &kernels, view_.columns(), batch.rows, selection_.data(), builder_->columns());
  if (kernels.error) return row_failure(*context_->op, kernels.error, pipeline_, view_.columns());
  if (selected == 0) return Progress::Done;
  Batch computed = builder_->finish(selected, context_->arena);
  return held_.write(project(batch, selected, std::move(computed.columns), std::move(computed.heaps)), out);
}

// Keeps the input's heaps only where something in the output may point into them.
Batch Calc::project(Batch& batch, uint32_t selected, std::vector<Column> computed, std::vector<BufferRef> fresh_heaps) {
  Batch out;
  out.rows = selected;
  bool whole = selected == batch.rows;
  bool copies = !whole && !computes_views_ && passes_views_ && selected < batch.rows / 4;
  std::span<const uint32_t> selection(selection_.data(), selected);
  out.columns.reserve(projections_.size());
  for (const Projection& projection : projections_) {
    if (projection.is_computed) {
      out.columns.push_back(std::move(computed[projection.index]));
      continue;
    }
    const Column& column = batch.columns[projection.index];
    out.columns.push_back(
        whole ? column
              : gather(column, input_[projection.index].type, selection, *context_->buffers, *context_->arena, copies));
  }
  out.kinds = whole ? batch.kinds : gather_kinds(batch.kinds, selection, *context_->buffers);
  if ((computes_views_ || passes_views_) && !copies) out.heaps = std::move(batch.heaps);
  out.heaps.insert(out.heaps.end(), fresh_heaps.begin(), fresh_heaps.end());
  if (copies) context_->arena->take_blocks(out.heaps);
  return out;
}

}  // namespace sluice::runtime
