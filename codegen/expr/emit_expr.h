#pragma once
// Expressions in generated code. The caller has a loop over rows and a function that can fail; everything in between is
// here: values and NULLs in registers, lazily evaluated forms, calls of kernels.
#include "codegen/expr/call_table.h"
#include "codegen/expr/shared_calls.h"

namespace sluice::codegen {

// False: the interpreter has to compute it (nested values, kernels that work on whole columns).
bool can_emit(const Expr& expr);
// Harmless on any row: no call in it can fail, allocate or take a string.
bool is_speculatable(const Expr& expr);

// The same arguments give the same value, whenever it is asked for.
bool is_repeatable(const Expr& expr);

// What code of one function refers to.
struct ExprContext {
  ModuleWriter& writer;
  Builder& b;
  RowScope& rows;
  const CallTable& calls;
  llvm::Value* self;         // CallData
  llvm::Value* kernels;      // KernelContext
  llvm::BasicBlock* failed;  // Where a failing row goes; context->error is set by then.
  // Calls of this row whose values reach the place where code is emitted: an equal call is not made again.
  std::vector<std::pair<const Expr*, SqlValue>> known = {};
  // Calls that another function of the pipeline makes as well.
  const SharedMemory* shared = nullptr;
};

SqlValue emit_expr(ExprContext& context, const Expr& expr);
SqlValue emit_call(ExprContext& context, const Expr& expr);
SqlValue emit_literal(ExprContext& context, const Expr& expr);

// The row fails: notes the reason (a pointer, a size as i32) and leaves the loop.
void emit_failure(ExprContext& context, llvm::Value* reason, llvm::Value* reason_size, uint32_t call_site);
// A value that must not be NULL, because its type is NOT NULL, fails the row when it is.
void emit_null_check(ExprContext& context, const SqlValue& value, uint32_t call_site);

// The address of 16 bytes of zero: what a NULL has that is handled by address.
llvm::Constant* zero_bytes(ModuleWriter& writer);
// is_null as an i1, also where the value never is NULL.
llvm::Value* null_flag(Builder& b, const SqlValue& value);

}  // namespace sluice::codegen
