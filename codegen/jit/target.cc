#include "codegen/jit/target.h"

#include <llvm/MC/TargetRegistry.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/TargetParser/Host.h>
#include <llvm/TargetParser/SubtargetFeature.h>

namespace sluice::codegen {
namespace {

void initialize_llvm_once() {
  static const bool done = [] {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
    return true;
  }();
  (void)done;
}

std::string host_features() {
  llvm::SubtargetFeatures features;
  for (const auto& feature : llvm::sys::getHostCPUFeatures()) features.AddFeature(feature.first(), feature.second);
  return features.getString();
}

}  // namespace

Result<Target> Target::create(const std::string& cpu) {
  initialize_llvm_once();
  Target target;
  target.triple_ = llvm::sys::getProcessTriple();
  target.cpu_ = cpu.empty() ? llvm::sys::getHostCPUName().str() : cpu;
  if (cpu.empty()) target.features_ = host_features();
  SLUICE_TRY(auto machine, target.machine(Tier::Optimized));
  target.data_layout_ = machine->createDataLayout().getStringRepresentation();
  return target;
}

Result<std::unique_ptr<llvm::TargetMachine>> Target::machine(Tier tier) const {
  std::string error;
  const llvm::Target* found = llvm::TargetRegistry::lookupTarget(triple_, error);
  if (found == nullptr) return fail(ErrorCode::CodeGenerationFailed, "no code generator for `{}`: {}", triple_, error);
  auto level = tier == Tier::Baseline ? llvm::CodeGenOptLevel::None : llvm::CodeGenOptLevel::Default;
  std::unique_ptr<llvm::TargetMachine> machine(found->createTargetMachine(
      triple_, cpu_, features_, llvm::TargetOptions(), llvm::Reloc::PIC_, llvm::CodeModel::Small, level, true));
  if (!machine) return fail(ErrorCode::CodeGenerationFailed, "no code generator for the CPU `{}`", cpu_);
  return machine;
}

void Target::prepare(llvm::Module& module) const {
  module.setTargetTriple(triple_);
  module.setDataLayout(data_layout_);
}

void Target::adopt(llvm::Module& module) const {
  for (llvm::Function& function : module) {
    if (function.isDeclaration()) continue;
    function.removeFnAttr("tune-cpu");
    function.addFnAttr("target-cpu", cpu_);
    function.addFnAttr("target-features", features_);
  }
}

}  // namespace sluice::codegen
