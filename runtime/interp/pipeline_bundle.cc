#include "runtime/interp/pipeline_bundle.h"

#include <numeric>

#include "catalog/expr/call_site.h"

namespace sluice::runtime::interp {

PipelineBundle::PipelineBundle() {
  kernel_ = {this, run};
  swap_in(&kernel_);
}

Result<std::shared_ptr<const PipelineBundle>> PipelineBundle::make(const PipelineSpec& spec) {
  std::shared_ptr<PipelineBundle> bundle(new PipelineBundle());
  if (!spec.condition.empty()) {
    SLUICE_TRY(bundle->condition_, Program::compile(spec.condition, spec.input));
    bundle->condition_nodes_ = node_count(spec.condition);
  }
  if (!spec.computed.empty()) {
    SLUICE_TRY(bundle->computed_, Program::compile(spec.computed, spec.input));
  }
  return std::shared_ptr<const PipelineBundle>(std::move(bundle));
}

uint32_t PipelineBundle::run(const void* self, KernelContext* context, const ColumnView* columns, uint32_t rows,
                             uint32_t* selection, MutableColumn* out) noexcept {
  auto* bundle = static_cast<const PipelineBundle*>(self);
  if (bundle->condition_ == nullptr) {
    std::iota(selection, selection + rows, 0U);
  } else {
    rows = bundle->condition_->filter(*context, columns, nullptr, rows, selection);
    if (context->error) return 0;
  }
  if (bundle->computed_ != nullptr) {
    const uint32_t* selected = bundle->condition_ == nullptr ? nullptr : selection;
    bundle->computed_->evaluate(*context, columns, selected, rows, out);
    if (context->error) context->error.call_site += bundle->condition_nodes_;
  }
  return rows;
}

}  // namespace sluice::runtime::interp
