#pragma once
// Modules for the bundles of stateful operators. Each is a pure function of its spec; the names of the entry points are
// those of the bundle's members.
#include "codegen/jit/code_engine.h"
#include "runtime/abi/code_provider.h"

namespace sluice::codegen {

// False: some value is nested, and the interpreter keeps the bundle.
bool can_emit(const runtime::KeySpec& spec);
EmittedModule emit_key_kernels(const runtime::KeySpec& spec, const Target& target);
// `self` is not used by generated key and row kernels.
runtime::KeyKernels key_kernels_of(const LoadedCode& code);

bool can_emit(const runtime::RowSpec& spec);
EmittedModule emit_row_kernels(const runtime::RowSpec& spec, const Target& target);
runtime::RowKernels row_kernels_of(const LoadedCode& code);

// False as well for calls whose accumulators are more than fields (DISTINCT, MIN and MAX that retract).
bool can_emit(const runtime::AggSpec& spec);
EmittedModule emit_agg_kernels(const runtime::AggSpec& spec, const Target& target);
runtime::AggKernels agg_kernels_of(const LoadedCode& code);

}  // namespace sluice::codegen
