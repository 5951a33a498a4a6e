#pragma once
// Kernel bundles without a compiler: vector-at-a-time loops that switch on the physical type once per call. Always
// there; the first tier of a job, and the only one with sluice.jit=off.
#include "runtime/abi/code_provider.h"

namespace sluice::runtime {

class InterpreterProvider final : public CodeProvider {
 public:
  Result<KernelRef<PipelineKernel>> pipeline(const PipelineSpec& spec) override;
  Result<KernelRef<KeyKernels>> key(const KeySpec& spec) override;
  Result<KernelRef<AggKernels>> aggregates(const AggSpec& spec) override;
  Result<KernelRef<RowKernels>> rows(const RowSpec& spec) override;
};

}  // namespace sluice::runtime
