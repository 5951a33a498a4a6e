#pragma once
// What every emitter starts from: a module for one bundle, its functions, and the types of values. Names in the IR are
// those of the query's columns and functions, so that a dump reads like it.
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Module.h>

#include <string>
#include <string_view>
#include <vector>

#include "catalog/types/type.h"
#include "codegen/jit/compile.h"

namespace sluice::codegen {

using Builder = llvm::IRBuilder<>;

struct Parameter {
  const char* name;
  llvm::Type* type;
  bool no_alias = false;  // What it points to is reached in no other way while the function runs.
};

class ModuleWriter {
 public:
  ModuleWriter(std::string_view name, const Target& target);

  llvm::LLVMContext& context() { return *emitted_.context; }
  llvm::Module& module() { return *emitted_.module; }
  // An entry point of the bundle.
  llvm::Function* define_entry(const std::string& name, llvm::Type* result, llvm::ArrayRef<Parameter> parameters);
  // A part of one, called from it and never merged into it.
  llvm::Function* define_part(const std::string& name, llvm::Type* result, llvm::ArrayRef<Parameter> parameters);
  // A kernel of codegen/support; results of C++ bool are marked as such.
  llvm::FunctionCallee support(const char* name, llvm::Type* result, llvm::ArrayRef<llvm::Type*> parameters);
  // As above, called once per batch: it is not worth compiling again for every query.
  llvm::FunctionCallee batch_support(const char* name, llvm::Type* result, llvm::ArrayRef<llvm::Type*> parameters) {
    call_in_process(name);
    return support(name, result, parameters);
  }
  void call_in_process(const std::string& kernel) { emitted_.native_kernels.push_back(kernel); }

  EmittedModule finish() { return std::move(emitted_); }

  llvm::Type* i1() { return llvm::Type::getInt1Ty(context()); }
  llvm::Type* i8() { return llvm::Type::getInt8Ty(context()); }
  llvm::Type* i32() { return llvm::Type::getInt32Ty(context()); }
  llvm::Type* i64() { return llvm::Type::getInt64Ty(context()); }
  llvm::Type* i128() { return llvm::Type::getInt128Ty(context()); }
  llvm::Type* pointer() { return llvm::PointerType::getUnqual(context()); }
  llvm::Type* void_type() { return llvm::Type::getVoidTy(context()); }

 private:
  llvm::Function* define(const std::string& name, llvm::Type* result, llvm::ArrayRef<Parameter> parameters,
                         llvm::GlobalValue::LinkageTypes linkage);

  EmittedModule emitted_;
};

// Strings and TIMESTAMP(7..9) are handled by the address of their 16 bytes, everything else in a register.
bool is_by_address(Physical physical);
// ARRAY, MAP, MULTISET, ROW: only the interpreter computes with them.
bool is_nested(Physical physical);
// In a register; BOOLEAN is i1 there. By address: a pointer.
llvm::Type* register_type(llvm::LLVMContext& context, Physical physical);
// In a column or a packed row; BOOLEAN is i8 there, and what is by address 16 bytes as i128.
llvm::Type* storage_type(llvm::LLVMContext& context, Physical physical);

// for (i = 0; i < count; ++i) body(i), i being an i64; the builder goes on behind the loop. `count` is an i32.
void emit_loop(Builder& b, llvm::Value* count, const char* name, llvm::function_ref<void(llvm::Value*)> body);
// if (condition) body(); the builder goes on behind it.
void emit_if(Builder& b, llvm::Value* condition, const char* name, llvm::function_ref<void()> body);
// An alloca in the function's entry block, where the optimizer finds it.
llvm::AllocaInst* entry_alloca(Builder& b, llvm::Type* type, const char* name);

}  // namespace sluice::codegen
