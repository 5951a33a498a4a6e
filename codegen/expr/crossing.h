#pragma once
// How values and types cross to a kernel: catalog/functions/kernel_abi.h in terms of LLVM.
#include "catalog/functions/function_decl.h"
#include "codegen/expr/emit_expr.h"

namespace sluice::codegen {

bool crosses_by_value(Passing passing);
// The value itself, as the kernel's C++ type has it in memory, and its bytes there.
llvm::Type* crossing_type(Builder& b, Passing passing);
uint64_t crossing_size(Passing passing);
// The CallContext of a call without prepared state, as a constant of the module.
llvm::Constant* call_constant(ExprContext& context, const Expr& expr);

}  // namespace sluice::codegen
