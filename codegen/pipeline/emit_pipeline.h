#pragma once
// PipelineKernel: a filter and computed columns over one batch.
//
//   spread the bitmaps that are read to bytes
//   condition: a loop writes a byte per row, which is packed into the selection without a branch
//   computed columns: loops over the selection, each in a function of at most some 500 IR instructions
//   pack the NULL bytes of the outputs into bitmaps
//
// Without condition the computed loops run over rows 0..rows and read their columns in order, so they vectorize.
#include "codegen/jit/code_engine.h"
#include "runtime/abi/code_provider.h"

namespace sluice::codegen {

inline constexpr const char* kPipelineEntry = "pipeline";
EmittedModule emit_pipeline(const runtime::PipelineSpec& spec, const Target& target);

using PipelineFunction = decltype(runtime::PipelineKernel::run);

}  // namespace sluice::codegen
