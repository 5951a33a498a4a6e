#include "runtime/interp/interpreter_provider.h"

#include "runtime/interp/aggregate_bundle.h"
#include "runtime/interp/key_bundle.h"
#include "runtime/interp/pipeline_bundle.h"

namespace sluice::runtime {

Result<KernelRef<PipelineKernel>> InterpreterProvider::pipeline(const PipelineSpec& spec) {
  SLUICE_TRY(KernelRef<PipelineKernel> bundle, interp::PipelineBundle::make(spec));
  return bundle;
}

Result<KernelRef<KeyKernels>> InterpreterProvider::key(const KeySpec& spec) {
  return KernelRef<KeyKernels>(std::make_shared<interp::KeyBundle>(spec));
}

Result<KernelRef<AggKernels>> InterpreterProvider::aggregates(const AggSpec& spec) {
  SLUICE_TRY(KernelRef<AggKernels> bundle, interp::AggregateBundle::make(spec));
  return bundle;
}

Result<KernelRef<RowKernels>> InterpreterProvider::rows(const RowSpec& spec) {
  return KernelRef<RowKernels>(std::make_shared<interp::RowBundle>(spec));
}

}  // namespace sluice::runtime
