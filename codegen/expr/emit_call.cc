// Calls of kernels. What a NULL argument does, how a value crosses and what a failing row does is here once, for every
// function and operator of the language; see catalog/functions/kernel_abi.h for the convention.
#include <algorithm>
#include <cstddef>

#include "base/check.h"
#include "codegen/expr/crossing.h"
#include "codegen/expr/emit_expr.h"

namespace sluice::codegen {
namespace {

using Kind = KernelParameter::Kind;

llvm::Value* floor_divide(Builder& b, llvm::Value* value, int64_t by) {
  llvm::Value* divisor = llvm::ConstantInt::getSigned(b.getInt64Ty(), by);
  llvm::Value* quotient = b.CreateSDiv(value, divisor);
  llvm::Value* below = b.CreateICmpSLT(b.CreateSRem(value, divisor), b.getInt64(0));
  return b.CreateSub(quotient, b.CreateZExt(below, b.getInt64Ty()));
}

llvm::Value* load_i64(Builder& b, llvm::Value* address) {
  return b.CreateAlignedLoad(b.getInt64Ty(), address, llvm::Align(8));
}

// Leaves the loop through `leave` when the condition holds.
void emit_unless(ExprContext& c, llvm::Value* condition, llvm::function_ref<void()> leave) {
  auto* function = c.b.GetInsertBlock()->getParent();
  auto* failed = llvm::BasicBlock::Create(c.b.getContext(), "failed", function);
  auto* next = llvm::BasicBlock::Create(c.b.getContext(), "next", function);
  c.b.CreateCondBr(condition, failed, next);
  c.b.SetInsertPoint(failed);
  leave();
  c.b.SetInsertPoint(next);
}

class CallEmitter {
 public:
  CallEmitter(ExprContext& context, const Expr& expr)
      : c_(context), b_(context.b), expr_(expr), overload_(*overload_of(expr)) {}

  SqlValue emit();

 private:
  SqlValue invoke();
  SqlValue invoke_unless_same();
  bool is_worth_remembering() const;
  llvm::FunctionCallee declare();
  llvm::Value* argument(const KernelParameter& parameter, size_t position);
  llvm::Value* nullable_argument(const KernelParameter& parameter, size_t position);
  llvm::Value* result_slot(const KernelParameter& parameter);
  llvm::Value* to_crossing(const SqlValue& value, const Type& type, Passing passing);
  llvm::Value* from_crossing(llvm::Value* value, Passing passing);
  llvm::Value* timestamp_slot(llvm::Value* milliseconds, llvm::Value* nanoseconds);
  llvm::Value* nanos_from_slot(llvm::Value* slot);
  llvm::Value* call_context();
  void prepare_error();
  void clear_error();
  SqlValue settle(SqlValue value);

  ExprContext& c_;
  Builder& b_;
  const Expr& expr_;
  const Overload& overload_;
  std::vector<SqlValue> args_;
  llvm::Value* error_ = nullptr;  // Where the kernel reports; null when it cannot fail.
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

// A constant, so that what depends on types alone is folded; one with prepared state is found at run time.
llvm::Value* CallEmitter::call_context() {
  if (overload_.prepare != nullptr) {
    return load_pointer(b_, c_.self, uint64_t{c_.calls.index_of(expr_)} * 16, "call");
  }
  return call_constant(c_, expr_);
}

// Kernels report to the context's error. One that does not see the context gets an error of its own, which the
// optimizer sees through.
void CallEmitter::prepare_error() {
  auto takes = [&](Kind kind) {
    return std::ranges::any_of(overload_.parameters, [&](const KernelParameter& p) { return p.kind == kind; });
  };
  if (takes(Kind::Context)) {
    error_ = byte_address(b_, c_.kernels, offsetof(KernelContext, error));
  } else if (takes(Kind::Error)) {
    error_ = entry_alloca(b_, llvm::ArrayType::get(b_.getInt8Ty(), sizeof(RowError)), "error");
    clear_error();
  }
}

void CallEmitter::clear_error() {
  b_.CreateStore(llvm::Constant::getNullValue(b_.getPtrTy()), error_);
  b_.CreateStore(b_.getInt32(0), byte_address(b_, error_, offsetof(RowError, reason_size)));
}

// What a failing row does: it becomes NULL, or it leaves the loop.
SqlValue CallEmitter::settle(SqlValue value) {
  if (error_ == nullptr) return value;
  llvm::Value* reason = b_.CreateLoad(b_.getPtrTy(), error_);
  llvm::Value* has_failed = b_.CreateIsNotNull(reason);
  if (overload_.errors_are_null) {
    value.is_null = value.is_null == nullptr ? has_failed : b_.CreateOr(value.is_null, has_failed);
    clear_error();
    return value;
  }
  emit_unless(c_, has_failed, [&] {
    llvm::Value* size = b_.CreateLoad(b_.getInt32Ty(), byte_address(b_, error_, offsetof(RowError, reason_size)));
    emit_failure(c_, reason, size, c_.calls.sites[c_.calls.index_of(expr_)]);
  });
  return value;
}

SqlValue CallEmitter::invoke() {
  llvm::FunctionCallee callee = declare();
  prepare_error();
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

// Times and keys come in runs: a kernel that is not inlined is not called again for the arguments of the row before.
bool CallEmitter::is_worth_remembering() const {
  if (overload_.inlinable || overload_.errors_are_null || !is_repeatable(expr_)) return false;
  bool any_column = false;
  for (const Expr& arg : expr_.args) {
    if (arg.as<Literal>() != nullptr) continue;
    if (is_by_address(arg.type.physical())) return false;
    any_column = true;
  }
  return any_column;
}

SqlValue CallEmitter::invoke_unless_same() {
  if (!is_worth_remembering()) return invoke();
  llvm::BasicBlock& entry = b_.GetInsertBlock()->getParent()->getEntryBlock();
  llvm::Value* has_last = entry_alloca(b_, b_.getInt1Ty(), "has_last");
  Builder(&entry, std::next(llvm::cast<llvm::Instruction>(has_last)->getIterator()))
      .CreateStore(b_.getFalse(), has_last);
  llvm::Value* same = b_.CreateLoad(b_.getInt1Ty(), has_last);
  std::vector<std::pair<llvm::Value*, llvm::Value*>> keys;  // A value of this row, and where the last row's stands.
  auto add_key = [&](llvm::Value* value) {
    if (value->getType()->isFloatingPointTy()) {
      value = b_.CreateBitCast(value, b_.getIntNTy(value->getType()->getScalarSizeInBits()));
    }
    llvm::Value* last = entry_alloca(b_, value->getType(), "last");
    keys.emplace_back(value, last);
    same = b_.CreateAnd(same, b_.CreateICmpEQ(value, b_.CreateLoad(value->getType(), last)));
  };
  for (size_t i = 0; i < args_.size(); ++i) {
    if (expr_.args[i].as<Literal>() != nullptr) continue;
    add_key(args_[i].value);
    if (!overload_.strict && args_[i].is_null != nullptr) add_key(args_[i].is_null);
  }
  llvm::Type* type = register_type(b_.getContext(), expr_.type.physical());
  llvm::Value* last_value = entry_alloca(b_, type, "last_value");
  llvm::Value* last_null = entry_alloca(b_, b_.getInt1Ty(), "last_null");
  auto* function = b_.GetInsertBlock()->getParent();
  auto* call = llvm::BasicBlock::Create(b_.getContext(), "other", function);
  auto* done = llvm::BasicBlock::Create(b_.getContext(), "same", function);
  b_.CreateCondBr(same, done, call);
  b_.SetInsertPoint(call);
  SqlValue value = invoke();
  for (const auto& [key, last] : keys) b_.CreateStore(key, last);
  b_.CreateStore(value.value, last_value);
  b_.CreateStore(null_flag(b_, value), last_null);
  b_.CreateStore(b_.getTrue(), has_last);
  b_.CreateBr(done);
  b_.SetInsertPoint(done);
  return {b_.CreateLoad(type, last_value),
          value.is_null == nullptr ? nullptr : b_.CreateLoad(b_.getInt1Ty(), last_null)};
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
  if (any_null == nullptr) return invoke_unless_same();
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
  SqlValue value = invoke_unless_same();
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

void emit_failure(ExprContext& c, llvm::Value* reason, llvm::Value* reason_size, uint32_t call_site) {
  auto store = [&](llvm::Value* value, uint64_t offset) {
    c.b.CreateStore(value, byte_address(c.b, c.kernels, offsetof(KernelContext, error) + offset));
  };
  store(reason, offsetof(RowError, reason));
  store(reason_size, offsetof(RowError, reason_size));
  store(c.b.CreateTrunc(c.rows.row(), c.b.getInt32Ty()), offsetof(RowError, row));
  store(c.b.getInt32(call_site), offsetof(RowError, call_site));
  c.b.CreateBr(c.failed);
}

void emit_null_check(ExprContext& c, const SqlValue& value, uint32_t call_site) {
  if (value.is_null == nullptr) return;
  emit_unless(c, value.is_null, [&] {
    const char* text = "the value is NULL, but its type is NOT NULL";
    llvm::Value* reason = c.b.CreateGlobalString(text, "reason", 0, &c.writer.module());
    emit_failure(c, reason, c.b.getInt32(0), call_site);
  });
}

SqlValue emit_call(ExprContext& context, const Expr& expr) { return CallEmitter(context, expr).emit(); }

}  // namespace sluice::codegen
