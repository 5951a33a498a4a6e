#include "codegen/expr/crossing.h"

#include <cstddef>

#include "base/check.h"
#include "codegen/expr/call_table.h"

namespace sluice::codegen {

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

namespace {

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

}  // namespace

llvm::Constant* call_constant(ExprContext& c, const Expr& expr) {
  static_assert(sizeof(CallContext) == 48 && offsetof(CallContext, result) == 8 && offsetof(CallContext, state) == 40);
  std::vector<Type> types;
  for (const Expr& arg : expr.args) types.push_back(arg.type);
  CallSite site(*overload_of(expr), PrepareArguments{{types, {}}, expr.type});
  const CallContext& context = site.context();
  auto* constant = llvm::ConstantStruct::getAnon(
      {descriptors(c.b, c.writer, context.args, context.arg_count), descriptor(c.b, c.writer, context.result),
       c.b.getInt32(context.arg_count), c.b.getInt32(0), llvm::ConstantPointerNull::get(c.b.getPtrTy())});
  return new llvm::GlobalVariable(c.writer.module(), constant->getType(), true, llvm::GlobalValue::PrivateLinkage,
                                  constant, "call");
}

}  // namespace sluice::codegen
