#pragma once
// The same bundle from the interpreter, from baseline and from optimized code.
#include <memory>

#include "base/check.h"
#include "base/env/real_env.h"
#include "codegen/code_provider_factory.h"
#include "runtime/interp/interpreter_provider.h"

namespace sluice::testing {

inline std::unique_ptr<runtime::CodeProvider> make_provider(const codegen::CodeProviderOptions& options) {
  Error error;
  std::unique_ptr<runtime::CodeProvider> provider(sluice_make_code_provider(&options, &error));
  SLUICE_CHECK(provider != nullptr);
  return provider;
}

class Providers {
 public:
  using Start = codegen::CodeProviderOptions::Start;
  Providers() {
    codegen::CodeProviderOptions options;
    options.env = env_.env();
    options.interpreter = &interpreter_;
    options.start = Start::Baseline;
    options.optimizes = false;
    baseline_ = make_provider(options);
    options.start = Start::Optimized;
    options.optimizes = true;
    optimized_ = make_provider(options);
  }
  // The first is the oracle.
  std::vector<runtime::CodeProvider*> all() { return {&interpreter_, baseline_.get(), optimized_.get()}; }
  runtime::CodeProvider& interpreter() { return interpreter_; }
  runtime::CodeProvider& baseline() { return *baseline_; }
  runtime::CodeProvider& optimized() { return *optimized_; }
  Env env() { return env_.env(); }

 private:
  RealEnv env_;
  runtime::InterpreterProvider interpreter_;
  std::unique_ptr<runtime::CodeProvider> baseline_, optimized_;
};

}  // namespace sluice::testing
