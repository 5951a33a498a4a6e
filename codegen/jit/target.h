#pragma once
// The machine that code is made for. One target per module: generated functions and kernels alike.
#include <llvm/IR/Module.h>
#include <llvm/Target/TargetMachine.h>

#include <memory>
#include <string>

#include "base/result.h"

namespace sluice::codegen {

// Baseline: no passes, fast instruction selection; there in a millisecond. Optimized: O2; compiled in the background.
enum class Tier : uint8_t { Baseline, Optimized };

class Target {
 public:
  // `cpu` as LLVM names it ("x86-64-v3"), or empty for this machine.
  static Result<Target> create(const std::string& cpu);

  Result<std::unique_ptr<llvm::TargetMachine>> machine(Tier tier) const;
  // Gives every function of the module this target. LLVM inlines a callee only into a caller whose target has all of
  // its features, and keeps the callee's own target where it does not inline.
  void adopt(llvm::Module& module) const;
  // Sets triple and data layout of a fresh module.
  void prepare(llvm::Module& module) const;

  const std::string& cpu() const { return cpu_; }
  const std::string& features() const { return features_; }

 private:
  std::string triple_;
  std::string cpu_;
  std::string features_;
  std::string data_layout_;
};

}  // namespace sluice::codegen
