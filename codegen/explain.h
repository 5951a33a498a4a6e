#pragma once
// Generated code as text: `sluice explain --ir` and `--asm`. Says for each operator of a job graph which bundles it
// runs on, and what is left to the interpreter.
#include <string>
#include <vector>

#include "base/env/env.h"
#include "base/result.h"
#include "planner/jobgraph/jobgraph.h"
#include "runtime/abi/code_provider.h"

namespace sluice::codegen {

enum class CodeText : uint8_t {
  Ir,           // As emitted: kernels are calls, names are the query's.
  OptimizedIr,  // Kernels inlined, O2.
  Assembly,     // Of the optimized code, for this machine.
};

struct ExplainCodeOptions {
  Env env;
  CodeText text = CodeText::Ir;
  std::string cpu;  // As LLVM names it; empty: this machine.
  // runtime::layout_of: where fields stand in packed rows is the runtime's to say.
  runtime::StateRowLayout (*layout_of)(const std::vector<Type>& fields) = nullptr;
};

Result<std::string> explain_code(const jobgraph::JobGraph& graph, const ExplainCodeOptions& options);

inline constexpr const char* kExplainCode = "sluice_explain_code";
using ExplainCode = bool(const jobgraph::JobGraph* graph, const ExplainCodeOptions* options, std::string* text,
                         Error* error);

}  // namespace sluice::codegen

// explain_code for a process that loads libsluice_codegen.so. False, with `error` filled, when it fails.
extern "C" bool sluice_explain_code(const sluice::jobgraph::JobGraph* graph,
                                    const sluice::codegen::ExplainCodeOptions* options, std::string* text,
                                    sluice::Error* error);
