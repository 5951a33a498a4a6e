#pragma once
// A pipeline of which some columns are left to the interpreter: those that compute nested values or call kernels which
// work on whole columns. Both halves apply the same condition, so they agree on the rows.
#include <vector>

#include "codegen/pipeline/emit_pipeline.h"
#include "runtime/abi/code_provider.h"

namespace sluice::codegen {

// Positions in PipelineSpec::computed.
struct PipelineSplit {
  bool generates_condition = true;  // False: everything is interpreted.
  std::vector<uint32_t> generated;
  std::vector<uint32_t> interpreted;
  bool is_whole() const { return generates_condition && interpreted.empty(); }
};
PipelineSplit split_of(const runtime::PipelineSpec& spec);
// Whether a call goes on with numbers from row to row, as RAND with a seed: code that takes over would begin them anew.
bool has_sequence(const runtime::PipelineSpec& spec);
// The spec with these computed columns only.
runtime::PipelineSpec with_columns(const runtime::PipelineSpec& spec, const std::vector<uint32_t>& columns);

// Runs both halves. `self` of the kernel is the object.
class SplitPipeline {
 public:
  SplitPipeline(PipelineSplit split, runtime::KernelRef<runtime::PipelineKernel> interpreted,
                PipelineFunction generated, const void* generated_self)
      : split_(std::move(split)),
        interpreted_(std::move(interpreted)),
        generated_(generated),
        generated_self_(generated_self) {}
  runtime::PipelineKernel kernel() const { return {this, run}; }

 private:
  static uint32_t run(const void* self, KernelContext* context, const ColumnView* columns, uint32_t rows,
                      uint32_t* selection, MutableColumn* out);

  PipelineSplit split_;
  runtime::KernelRef<runtime::PipelineKernel> interpreted_;
  PipelineFunction generated_;
  const void* generated_self_;
};

}  // namespace sluice::codegen
