#pragma once
// Kernel bundles made by LLVM. A bundle starts on the interpreter (or on baseline code) and moves to optimized code
// when the compiler's thread has it; what is in the object cache is optimized from the start.
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "codegen/code_provider_factory.h"
#include "codegen/jit/code_engine.h"
#include "runtime/abi/code_provider.h"

namespace sluice::codegen {

class LlvmCodeProvider final : public runtime::CodeProvider {
 public:
  static Result<std::unique_ptr<LlvmCodeProvider>> create(const CodeProviderOptions& options);
  ~LlvmCodeProvider() override;

  Result<runtime::KernelRef<runtime::PipelineKernel>> pipeline(const runtime::PipelineSpec& spec) override;
  Result<runtime::KernelRef<runtime::KeyKernels>> key(const runtime::KeySpec& spec) override;
  Result<runtime::KernelRef<runtime::AggKernels>> aggregates(const runtime::AggSpec& spec) override;
  Result<runtime::KernelRef<runtime::RowKernels>> rows(const runtime::RowSpec& spec) override;
  void wait_until_optimized() override;
  double compile_ms() const override { return engine_->compile_ms(); }

  uint64_t modules_compiled() const { return engine_->modules_compiled(); }
  // Why bundles stayed on their first tier although code could be generated for them; a mistake of ours.
  std::vector<std::string> failures() const;
  CodeEngine& engine() { return *engine_; }

 private:
  struct Failures {
    std::mutex mutex;
    std::vector<std::string> texts;
    void add(std::string text);
  };
  // What makes one bundle: a module, and the kernels in its code. Both are called on the compiler's thread, too.
  template <class Kernels>
  struct Recipe {
    std::function<EmittedModule(const Target&)> emit;
    std::function<Kernels(const LoadedCode&)> bind;
    std::shared_ptr<const void> kept;
  };

  LlvmCodeProvider(const CodeProviderOptions& options, std::shared_ptr<CodeEngine> engine);
  template <class Kernels>
  Result<runtime::KernelRef<Kernels>> make(Recipe<Kernels> recipe, const runtime::KernelRef<Kernels>& interpreted);

  CodeProviderOptions options_;
  std::shared_ptr<CodeEngine> engine_;
  std::shared_ptr<Failures> failures_ = std::make_shared<Failures>();
};

}  // namespace sluice::codegen
