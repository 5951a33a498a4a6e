#pragma once
// A stateless chain interpreted: the condition narrows the selection, then the computed columns are evaluated for it.
#include <memory>

#include "catalog/expr/interpreter.h"
#include "runtime/abi/code_provider.h"

namespace sluice::runtime::interp {

class PipelineBundle final : public KernelHandle<PipelineKernel> {
 public:
  static Result<std::shared_ptr<const PipelineBundle>> make(const PipelineSpec& spec);

 private:
  PipelineBundle();
  static uint32_t run(const void* self, KernelContext* context, const ColumnView* columns, uint32_t rows,
                      uint32_t* selection, MutableColumn* out) noexcept;

  std::shared_ptr<const Program> condition_;  // Null: every row passes.
  uint32_t condition_nodes_ = 0;              // Call sites of computed columns count on from there.
  std::shared_ptr<const Program> computed_;   // Null: nothing is computed.
  PipelineKernel kernel_;
};

}  // namespace sluice::runtime::interp
