#pragma once
// How a process without LLVM gets a code provider: the engine loads libsluice_codegen.so when a job wants compiled
// code, and looks this function up.
#include <string>

#include "base/env/env.h"
#include "base/result.h"
#include "runtime/abi/code_provider.h"

namespace sluice::codegen {

struct CodeProviderOptions {
  Env env;  // `executor` null: optimized code is made at once instead of in the background.
  // The interpreter: the first tier, and what computes everything that is not generated. Outlives the provider.
  runtime::CodeProvider* interpreter = nullptr;
  // What a bundle runs on until optimized code is there. Optimized: on nothing else, the caller waits for it.
  enum class Start : uint8_t { Interpreter, Baseline, Optimized };
  Start start = Start::Interpreter;
  bool optimizes = true;        // False: bundles stay on their first tier.
  std::string cache_directory;  // Objects are kept there over restarts; empty: in memory only.
  std::string cpu;              // As LLVM names it; empty: this machine.
};

inline constexpr const char* kMakeCodeProvider = "sluice_make_code_provider";
using MakeCodeProvider = runtime::CodeProvider*(const CodeProviderOptions* options, Error* error);

}  // namespace sluice::codegen

// Null, with `error` filled, when LLVM cannot work here. The caller owns the provider.
extern "C" sluice::runtime::CodeProvider* sluice_make_code_provider(const sluice::codegen::CodeProviderOptions* options,
                                                                    sluice::Error* error);
