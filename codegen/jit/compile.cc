#include "codegen/jit/compile.h"

#include <llvm/Analysis/TargetLibraryInfo.h>
#include <llvm/IR/LegacyPassManager.h>
#include <llvm/IR/Verifier.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Support/raw_ostream.h>

#include "base/check.h"

namespace sluice::codegen {
namespace {

Status verify(const llvm::Module& module) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  if (!llvm::verifyModule(module, &stream)) return Done{};
  return fail(ErrorCode::CodeGenerationFailed, "generated code is malformed: {}", stream.str());
}

void optimize(llvm::Module& module, llvm::TargetMachine& machine) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager callgraph;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder passes(&machine);
  passes.registerModuleAnalyses(modules);
  passes.registerCGSCCAnalyses(callgraph);
  passes.registerFunctionAnalyses(functions);
  passes.registerLoopAnalyses(loops);
  passes.crossRegisterProxies(loops, functions, callgraph, modules);
  passes.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O2).run(module, modules);
}

Result<std::string> emit(EmittedModule& emitted, const Target& target, Tier tier, llvm::CodeGenFileType type) {
  SLUICE_TRY(auto machine, target.machine(tier));
  llvm::SmallVector<char, 0> bytes;
  llvm::raw_svector_ostream stream(bytes);
  llvm::legacy::PassManager passes;
  if (machine->addPassesToEmitFile(passes, stream, nullptr, type)) {
    return fail(ErrorCode::CodeGenerationFailed, "the target `{}` cannot write objects", target.cpu());
  }
  passes.run(*emitted.module);
  return std::string(bytes.data(), bytes.size());
}

}  // namespace

Status finish_module(EmittedModule& emitted, const Target& target, const BitcodeLibrary& bitcode, Tier tier) {
  SLUICE_DO(verify(*emitted.module));
  if (tier == Tier::Optimized) {
    SLUICE_DO(bitcode.link_into(*emitted.module, emitted.entries, emitted.native_kernels));
  }
  target.adopt(*emitted.module);
  if (tier == Tier::Optimized) {
    SLUICE_TRY(auto machine, target.machine(tier));
    optimize(*emitted.module, *machine);
    SLUICE_DO(verify(*emitted.module));
  }
  return Done{};
}

Result<std::string> object_of(EmittedModule& emitted, const Target& target, Tier tier) {
  return emit(emitted, target, tier, llvm::CodeGenFileType::ObjectFile);
}

Result<std::string> assembly_of(EmittedModule& emitted, const Target& target, Tier tier) {
  return emit(emitted, target, tier, llvm::CodeGenFileType::AssemblyFile);
}

std::string text_of(const llvm::Module& module) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  module.print(stream, nullptr);
  return stream.str();
}

}  // namespace sluice::codegen
