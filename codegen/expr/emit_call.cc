// Calls of kernels. What a NULL argument does, how a value crosses and what a failing row does is here once, for every
// function and operator of the language; see catalog/functions/kernel_abi.h for the convention.
#include <cstddef>

#include "base/check.h"
#include "codegen/expr/emit_expr.h"

namespace sluice::codegen {
namespace {

using Kind = KernelParameter::Kind;

bool crosses_by_value(Passing passing) {
  return passing != Passing::Int128 && passing != Passing::String && passing != Passing::Nanos;
}

// The value itself, as the kernel's C++ type has it in memory.
llvm::Type* crossing_type(Builder& b, Passing passing) {
  switch (passing) {
    case Passing::Bool:
      return b.getInt1Ty();
    case Passing::Int8:
      return b.getInt8Ty();
    case Passing::Int16:
      return b.getInt16Ty();
    case Passing::Int32:
      return b.getInt32Ty();
    case Passing::Int64:
    case Passing::Millis:
      return b.getInt64Ty();
    case Passing::Float32:
      return b.getFloatTy();
    case Passing::Float64:
      return b.getDoubleTy();
    case Passing::Int128:
    case Passing::String:
    case Passing::Nanos:
      return b.getInt128Ty();
  }
  SLUICE_UNREACHABLE("a way of passing was added and not emitted");
}

uint64_t crossing_size(Passing passing) {
  switch (passing) {
    case Passing::Bool:
    case Passing::Int8:
      return 1;
    case Passing::Int16:
      return 2;
    case Passing::Int32:
    case Passing::Float32:
      return 4;
    case Passing::Int64:
    case Passing::Millis:
    case Passing::Float64:
      return 8;
    default:
      return 16;
  }
}

llvm::Value* floor_divide(Builder& b, llvm::Value* value, int64_t by) {
  llvm::Value* divisor = llvm::ConstantInt::getSigned(b.getInt64Ty(), by);
  llvm::Value* quotient = b.CreateSDiv(value, divisor);
  llvm::Value* below = b.CreateICmpSLT(b.CreateSRem(value, divisor), b.getInt64(0));
  return b.CreateSub(quotient, b.CreateZExt(below, b.getInt64Ty()));
}

llvm::Value* load_i64(Builder& b, llvm::Value* address) {
  return b.CreateAlignedLoad(b.getInt64Ty(), address, llvm::Align(8));
}

class CallEmitter {
 public:
  CallEmitter(ExprContext& context, const Expr& expr)
      : c_(context), b_(context.b), expr_(expr), overload_(*overload_of(expr)) {}

  SqlValue emit();

 private:
  SqlValue invoke();
  llvm::FunctionCallee declare();
  llvm::Value* argument(const KernelParameter& parameter, size_t position);
  llvm::Value* nullable_argument(const KernelParameter& parameter, size_t position);
  llvm::Value* result_slot(const KernelParameter& parameter);
  llvm::Value* to_crossing(const SqlValue& value, const Type& type, Passing passing);
  llvm::Value* from_crossing(llvm::Value* value, Passing passing);
  llvm::Value* timestamp_slot(llvm::Value* milliseconds, llvm::Value* nanoseconds);
  llvm::Value* nanos_from_slot(llvm::Value* slot);
  llvm::Value* call_context();
  SqlValue settle(SqlValue value);
  void fail_row(llvm::Value* reason, llvm::Value* reason_size);

  ExprContext& c_;
  Builder& b_;
  const Expr& expr_;
  const Overload& overload_;
  std::vector<SqlValue> args_;
  llvm::Value* error_ = nullptr;  // A RowError of this call site alone, which the optimizer sees through.
  llvm::Value* out_ = nullptr;    // Where a result that is not returned goes.
  KernelParameter out_parameter_;
};

// {milliseconds, nanoseconds, 0} in memory of the row.
llvm::Value* CallEmitter::timestamp_slot(llvm::Value* milliseconds, llvm::Value* nanoseconds) {
  llvm::Value* slot = entry_alloca(b_, b_.getInt128Ty(), "timestamp");
  b_.CreateStore(milliseconds, slot);
  b_.CreateStore(b_.CreateZExt(nanoseconds, b_.getInt64Ty()), byte_address(b_, slot, 8));
  return slot;
}

// From a column's form to the kernel's: a register, or for what crosses by reference an i128 or an address.
llvm::Value* CallEmitter::to_crossing(const SqlValue& value, const Type& type, Passing passing) {
  bool is_wide = type.physical() == Physical::TimestampNs;
  switch (passing) {
    case Passing::Int128:
      return type.physical() == Physical::Int128 ? value.value : b_.CreateSExt(value.value, b_.getInt128Ty());
    case Passing::Millis:
      if (is_wide) return load_i64(b_, value.value);
      return type.precision() <= 3 ? value.value : floor_divide(b_, value.value, 1000);
    case Passing::Nanos: {
      if (is_wide) return value.value;
      if (type.precision() <= 3) return timestamp_slot(value.value, b_.getInt32(0));
      llvm::Value* ms = floor_divide(b_, value.value, 1000);
      llvm::Value* micros = b_.CreateSub(value.value, b_.CreateMul(ms, b_.getInt64(1000)));
      return timestamp_slot(ms, b_.CreateTrunc(b_.CreateMul(micros, b_.getInt64(1000)), b_.getInt32Ty()));
    }
    default:
      return value.value;
  }
}

llvm::Value* CallEmitter::nanos_from_slot(llvm::Value* slot) {
  const Type& type = expr_.type;
  if (type.physical() == Physical::TimestampNs) return slot;
  llvm::Value* ms = load_i64(b_, slot);
  if (type.precision() <= 3) return ms;
  llvm::Value* nanos = b_.CreateAlignedLoad(b_.getInt32Ty(), byte_address(b_, slot, 8), llvm::Align(8));
  llvm::Value* micros = b_.CreateSDiv(b_.CreateSExt(nanos, b_.getInt64Ty()), b_.getInt64(1000));
  return b_.CreateAdd(b_.CreateMul(ms, b_.getInt64(1000)), micros);
}

// The other way. `value` is what was returned, or the address of what was written.
llvm::Value* CallEmitter::from_crossing(llvm::Value* value, Passing passing) {
  const Type& type = expr_.type;
  switch (passing) {
    case Passing::Int128: {
      llvm::Value* wide = b_.CreateLoad(b_.getInt128Ty(), value);
      return type.physical() == Physical::Int128 ? wide : b_.CreateTrunc(wide, b_.getInt64Ty());
    }
    case Passing::String:
      return value;
    case Passing::Nanos:
      return nanos_from_slot(value);
    case Passing::Millis:
      if (type.physical() == Physical::TimestampNs) return timestamp_slot(value, b_.getInt32(0));
      return type.precision() <= 3 ? value : b_.CreateMul(value, b_.getInt64(1000));
    default:
      return value;
  }
}

llvm::Value* CallEmitter::argument(const KernelParameter& parameter, size_t position) {
  llvm::Value* value = to_crossing(args_[position], expr_.args[position].type, parameter.passing);
  if (parameter.passing != Passing::Int128) return value;
  llvm::Value* slot = entry_alloca(b_, b_.getInt128Ty(), "decimal");
  b_.CreateStore(value, slot);
  return slot;
}

llvm::Value* CallEmitter::nullable_argument(const KernelParameter& parameter, size_t position) {
  Passing passing = parameter.passing;
  llvm::Value* value = to_crossing(args_[position], expr_.args[position].type, passing);
  uint64_t size = crossing_size(passing);
  llvm::Value* slot = entry_alloca(b_, llvm::ArrayType::get(b_.getInt8Ty(), size == 16 ? 32 : size + 1), "nullable");
  if (passing == Passing::String || passing == Passing::Nanos) {
    value = b_.CreateAlignedLoad(b_.getInt128Ty(), value, llvm::Align(8));
  }
  if (passing == Passing::Bool) value = b_.CreateZExt(value, b_.getInt8Ty());
  b_.CreateStore(value, slot);
  b_.CreateStore(b_.CreateZExt(null_flag(b_, args_[position]), b_.getInt8Ty()), byte_address(b_, slot, size));
  return slot;
}

llvm::Value* CallEmitter::result_slot(const KernelParameter& parameter) {
  uint64_t size = crossing_size(parameter.passing);
  bool nullable = parameter.kind == Kind::NullableResult;
  uint64_t bytes = !nullable ? size : size == 16 ? 32 : size + 1;
  out_ = entry_alloca(b_, llvm::ArrayType::get(b_.getInt8Ty(), bytes), "result");
  out_parameter_ = parameter;
  // A kernel that fails or answers NULL may leave the value alone: it must be defined all the same.
  b_.CreateStore(llvm::Constant::getNullValue(b_.getIntNTy(static_cast<unsigned>(size * 8))), out_);
  if (nullable) b_.CreateStore(b_.getInt8(0), byte_address(b_, out_, size));
  return out_;
}

llvm::FunctionCallee CallEmitter::declare() {
  std::vector<llvm::Type*> types;
  for (const KernelParameter& parameter : overload_.parameters) {
    bool by_value = parameter.kind == Kind::Argument && crosses_by_value(parameter.passing);
    types.push_back(by_value ? crossing_type(b_, parameter.passing) : b_.getPtrTy());
  }
  llvm::Type* result = overload_.returns ? crossing_type(b_, *overload_.returns) : b_.getVoidTy();
  std::string symbol(overload_.symbol);
  bool is_new = c_.writer.module().getFunction(symbol) == nullptr;
  auto callee = c_.writer.module().getOrInsertFunction(symbol, llvm::FunctionType::get(result, types, false));
  auto* function = llvm::cast<llvm::Function>(callee.getCallee());
  if (!is_new) return callee;
  function->addFnAttr(llvm::Attribute::NoUnwind);
  // Narrow integers cross as the C ABI has them: extended by the caller.
  auto extension = [&](llvm::Type* type) {
    if (type->isIntegerTy(1)) return llvm::Attribute::ZExt;
    return type->isIntegerTy(8) || type->isIntegerTy(16) ? llvm::Attribute::SExt : llvm::Attribute::None;
  };
  for (unsigned i = 0; i < types.size(); ++i) {
    if (auto kind = extension(types[i]); kind != llvm::Attribute::None) function->addParamAttr(i, kind);
  }
  if (auto kind = extension(result); kind != llvm::Attribute::None) function->addRetAttr(kind);
  if (!overload_.inlinable) c_.writer.call_in_process(symbol);
  return callee;
}

llvm::Constant* descriptor(Builder& b, ModuleWriter& writer, const TypeDescriptor& type);

llvm::Constant* descriptors(Builder& b, ModuleWriter& writer, const TypeDescriptor* types, uint32_t count) {
  if (count == 0) return llvm::ConstantPointerNull::get(b.getPtrTy());
  std::vector<llvm::Constant*> constants;
  for (uint32_t i = 0; i < count; ++i) constants.push_back(descriptor(b, writer, types[i]));
  auto* array = llvm::ConstantArray::get(llvm::ArrayType::get(constants[0]->getType(), count), constants);
  auto* global = new llvm::GlobalVariable(writer.module(), array->getType(), true, llvm::GlobalValue::PrivateLinkage,
                                          array, "types");
  return global;
}

llvm::Constant* descriptor(Builder& b, ModuleWriter& writer, const TypeDescriptor& type) {
  static_assert(sizeof(TypeDescriptor) == 24 && offsetof(TypeDescriptor, children) == 16);
  return llvm::ConstantStruct::getAnon({b.getInt8(static_cast<uint8_t>(type.root)),
                                        b.getInt8(static_cast<uint8_t>(type.physical)), b.getInt8(type.nullable),
                                        b.getInt8(type.zero), b.getInt32(static_cast<uint32_t>(type.precision)),
                                        b.getInt32(static_cast<uint32_t>(type.scale)), b.getInt32(type.child_count),
                                        descriptors(b, writer, type.children, type.child_count)});
}

// A constant, so that what depends on types alone is folded; one with prepared state is found at run time.
llvm::Value* CallEmitter::call_context() {
  static_assert(sizeof(CallContext) == 48 && offsetof(CallContext, result) == 8 && offsetof(CallContext, state) == 40);
  if (overload_.prepare != nullptr) {
    return load_pointer(b_, c_.self, uint64_t{c_.calls.index_of(expr_)} * 16, "call");
  }
  std::vector<Type> types;
  for (const Expr& arg : expr_.args) types.push_back(arg.type);
  CallSite site(overload_, PrepareArguments{{types, {}}, expr_.type});
  const CallContext& context = site.context();
  auto* constant = llvm::ConstantStruct::getAnon(
      {descriptors(b_, c_.writer, context.args, context.arg_count), descriptor(b_, c_.writer, context.result),
       b_.getInt32(context.arg_count), b_.getInt32(0), llvm::ConstantPointerNull::get(b_.getPtrTy())});
  return new llvm::GlobalVariable(c_.writer.module(), constant->getType(), true, llvm::GlobalValue::PrivateLinkage,
                                  constant, "call");
}

void CallEmitter::fail_row(llvm::Value* reason, llvm::Value* reason_size) {
  auto store = [&](llvm::Value* value, uint64_t offset) {
    b_.CreateStore(value, byte_address(b_, c_.kernels, offsetof(KernelContext, error) + offset));
  };
  store(reason, offsetof(RowError, reason));
  store(reason_size, offsetof(RowError, reason_size));
  store(b_.CreateTrunc(c_.rows.row(), b_.getInt32Ty()), offsetof(RowError, row));
  store(b_.getInt32(c_.calls.index_of(expr_)), offsetof(RowError, call_site));
  b_.CreateBr(c_.failed);
}

// What a failing row does: it becomes NULL, or it leaves the loop.
SqlValue CallEmitter::settle(SqlValue value) {
  auto* function = b_.GetInsertBlock()->getParent();
  auto leave_if = [&](llvm::Value* condition, llvm::Value* reason, llvm::Value* size) {
    auto* failed = llvm::BasicBlock::Create(b_.getContext(), "failed", function);
    auto* next = llvm::BasicBlock::Create(b_.getContext(), "next", function);
    b_.CreateCondBr(condition, failed, next);
    b_.SetInsertPoint(failed);
    fail_row(reason, size);
    b_.SetInsertPoint(next);
  };
  if (error_ != nullptr) {
    llvm::Value* reason = b_.CreateLoad(b_.getPtrTy(), error_);
    llvm::Value* has_failed = b_.CreateIsNotNull(reason);
    if (overload_.errors_are_null && expr_.type.nullable()) {
      value.is_null = value.is_null == nullptr ? has_failed : b_.CreateOr(value.is_null, has_failed);
    } else {
      leave_if(has_failed, reason,
               b_.CreateLoad(b_.getInt32Ty(), byte_address(b_, error_, offsetof(RowError, reason_size))));
    }
  }
  if (value.is_null != nullptr && !expr_.type.nullable()) {
    leave_if(value.is_null,
             b_.CreateGlobalString("the value is NULL, but its type is NOT NULL", "reason", 0, &c_.writer.module()),
             b_.getInt32(0));
    value.is_null = nullptr;
  }
  return value;
}

SqlValue CallEmitter::invoke() {
  llvm::FunctionCallee callee = declare();
  std::vector<llvm::Value*> values;
  size_t position = 0;
  for (const KernelParameter& parameter : overload_.parameters) {
    switch (parameter.kind) {
      case Kind::Argument:
        values.push_back(argument(parameter, position++));
        break;
      case Kind::NullableArgument:
        values.push_back(nullable_argument(parameter, position++));
        break;
      case Kind::Result:
      case Kind::NullableResult:
        values.push_back(result_slot(parameter));
        break;
      case Kind::Error:
        error_ = entry_alloca(b_, llvm::ArrayType::get(b_.getInt8Ty(), sizeof(RowError)), "error");
        b_.CreateStore(llvm::Constant::getNullValue(b_.getPtrTy()), error_);
        b_.CreateStore(b_.getInt32(0), byte_address(b_, error_, offsetof(RowError, reason_size)));
        values.push_back(error_);
        break;
      case Kind::Context:
        values.push_back(c_.kernels);
        break;
      case Kind::Call:
        values.push_back(call_context());
        break;
      case Kind::State:
        values.push_back(load_pointer(b_, c_.self, uint64_t{c_.calls.index_of(expr_)} * 16 + 8, "state"));
        break;
    }
  }
  auto* call = b_.CreateCall(callee, values);
  call->setAttributes(llvm::cast<llvm::Function>(callee.getCallee())->getAttributes());
  if (overload_.returns) return settle({from_crossing(call, *overload_.returns), nullptr});
  SLUICE_CHECK(out_ != nullptr);
  Passing passing = out_parameter_.passing;
  llvm::Value* written = out_;
  if (crosses_by_value(passing)) {
    if (passing == Passing::Bool) {
      written = b_.CreateICmpNE(b_.CreateLoad(b_.getInt8Ty(), out_), b_.getInt8(0));
    } else {
      written = b_.CreateLoad(crossing_type(b_, passing), out_);
    }
  }
  SqlValue value{from_crossing(written, passing), nullptr};
  if (out_parameter_.kind == Kind::NullableResult) {
    llvm::Value* flag = b_.CreateLoad(b_.getInt8Ty(), byte_address(b_, out_, crossing_size(passing)));
    value.is_null = b_.CreateICmpNE(flag, b_.getInt8(0));
  }
  return settle(value);
}

// A speculatable kernel runs on every row, so that the loop around it has no branch and vectorizes; any other strict
// one is never reached with a NULL.
SqlValue CallEmitter::emit() {
  llvm::Value* any_null = nullptr;
  for (const Expr& arg : expr_.args) {
    args_.push_back(emit_expr(c_, arg));
    if (!overload_.strict || args_.back().is_null == nullptr) continue;
    any_null = any_null == nullptr ? args_.back().is_null : b_.CreateOr(any_null, args_.back().is_null);
  }
  if (any_null == nullptr) return invoke();
  if (overload_.speculatable) {
    SqlValue value = invoke();
    value.is_null = value.is_null == nullptr ? any_null : b_.CreateOr(value.is_null, any_null);
    return value;
  }
  llvm::BasicBlock* before = b_.GetInsertBlock();
  auto* call = llvm::BasicBlock::Create(b_.getContext(), "not_null", before->getParent());
  auto* done = llvm::BasicBlock::Create(b_.getContext(), "call.done", before->getParent());
  b_.CreateCondBr(any_null, done, call);
  b_.SetInsertPoint(call);
  SqlValue value = invoke();
  llvm::BasicBlock* after = b_.GetInsertBlock();
  b_.CreateBr(done);
  b_.SetInsertPoint(done);
  auto* merged = b_.CreatePHI(value.value->getType(), 2);
  llvm::Type* type = value.value->getType();
  llvm::Value* nothing = type->isPointerTy() ? zero_bytes(c_.writer) : llvm::Constant::getNullValue(type);
  merged->addIncoming(nothing, before);
  merged->addIncoming(value.value, after);
  auto* is_null = b_.CreatePHI(b_.getInt1Ty(), 2);
  is_null->addIncoming(b_.getTrue(), before);
  is_null->addIncoming(null_flag(b_, value), after);
  return {merged, is_null};
}

}  // namespace

SqlValue emit_call(ExprContext& context, const Expr& expr) { return CallEmitter(context, expr).emit(); }

}  // namespace sluice::codegen
