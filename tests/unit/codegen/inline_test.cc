// "A kernel is free to call" is a promise that is lost in silence, so it is counted: in optimized code no call of a
// kernel that may be inlined is left, and nothing of the kernels' memory is copied into objects but constants.
#include <gtest/gtest.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Instructions.h>

#include <set>

#include "base/check.h"
#include "base/env/real_env.h"
#include "catalog/functions/function_table.h"
#include "codegen/expr/emit_expr.h"
#include "codegen/pipeline/emit_pipeline.h"
#include "tests/unit/codegen/random_rows.h"

namespace sluice::testing {
namespace {

using namespace codegen;

// Some call that resolves to this overload, over columns.
std::optional<runtime::PipelineSpec> spec_calling(const FunctionDecl& function, const Overload& overload) {
  for (uint64_t seed = 0; seed < 40; ++seed) {
    RandomRows random(seed);
    RowSchema schema;
    std::vector<Expr> args;
    for (ArgClass arg_class : overload.args) {
      std::vector<Type> types;
      for (const Type& type : RandomRows::scalar_types()) {
        if (accepts(arg_class, type)) types.push_back(type);
      }
      if (types.empty()) return {};
      Type type = types[random.below(static_cast<uint32_t>(types.size()))];
      args.push_back(column(static_cast<uint32_t>(schema.size()), type));
      schema.push_back({"c" + std::to_string(schema.size()), type});
    }
    Result<Expr> made = fail(ErrorCode::WrongArguments, "no call");
    if (function.name == "CAST" || function.name == "TRY_CAST") {
      auto types = RandomRows::scalar_types();
      for (const Type& type : types) {
        if (find_cast(args[0].type, type, function.name == "TRY_CAST") == &overload) {
          made = make_cast(args[0], type, {}, function.name == "TRY_CAST");
        }
      }
    } else {
      made = make_call(function.name, args, {});
    }
    if (!made || made->as<Call>() == nullptr || made->as<Call>()->overload != &overload || !can_emit(*made)) continue;
    return runtime::PipelineSpec{schema, {}, {*made}};
  }
  return {};
}

std::string called_kernels(const llvm::Module& module, const std::set<std::string>& kernels) {
  std::string calls;
  for (const llvm::Function& function : module) {
    if (kernels.contains(function.getName().str())) continue;
    for (const llvm::Instruction& instruction : llvm::instructions(function)) {
      auto* call = llvm::dyn_cast<llvm::CallBase>(&instruction);
      const llvm::Function* callee = call ? call->getCalledFunction() : nullptr;
      if (callee != nullptr && kernels.contains(callee->getName().str())) calls += callee->getName().str() + " ";
    }
  }
  return calls;
}

TEST(Inlining, NoCallOfAnInlinableKernelIsLeft) {
  RealEnv env;
  auto engine = CodeEngine::create(env.env(), "", "");
  ASSERT_TRUE(engine);
  ASSERT_TRUE((*engine)->bitcode().has_kernels());
  int inlined = 0;
  for (const FunctionDecl& function : function_table()) {
    for (const Overload& overload : function.overloads) {
      if (overload.is_column_kernel || !overload.inlinable) continue;
      auto spec = spec_calling(function, overload);
      if (!spec) continue;
      EmittedModule emitted = emit_pipeline(*spec, (*engine)->target());
      std::set<std::string> kernels{std::string(overload.symbol)};
      EXPECT_NE(called_kernels(*emitted.module, kernels), "") << overload.symbol;
      ASSERT_TRUE(finish_module(emitted, (*engine)->target(), (*engine)->bitcode(), Tier::Optimized));
      EXPECT_EQ(called_kernels(*emitted.module, kernels), "") << function.name;
      for (const llvm::GlobalVariable& global : emitted.module->globals()) {
        EXPECT_TRUE(global.isConstant() || global.isDeclaration())
            << overload.symbol << " brings the variable " << global.getName().str();
      }
      ++inlined;
    }
  }
  EXPECT_GT(inlined, 50);
}

}  // namespace
}  // namespace sluice::testing
