#pragma once
// From a module to the bytes of a relocatable object: the only place that runs LLVM's passes.
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "codegen/jit/bitcode.h"
#include "codegen/jit/target.h"

namespace sluice::codegen {

// What an emitter makes for one bundle. Kernels are declared in it, not defined.
struct EmittedModule {
  std::unique_ptr<llvm::LLVMContext> context;
  std::unique_ptr<llvm::Module> module;
  std::vector<std::string> entries;         // Functions that are looked up.
  std::vector<std::string> native_kernels;  // Declared not inlinable: called in the process.
};

// Links, verifies and optimizes as the tier demands. Baseline code calls kernels in the process.
Status finish_module(EmittedModule& emitted, const Target& target, const BitcodeLibrary& bitcode, Tier tier);
Result<std::string> object_of(EmittedModule& emitted, const Target& target, Tier tier);
Result<std::string> assembly_of(EmittedModule& emitted, const Target& target, Tier tier);
std::string text_of(const llvm::Module& module);

}  // namespace sluice::codegen
