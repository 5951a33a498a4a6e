// Literals: numbers stand in the instructions, strings are constants of the module, so they live as long as its code.
#include "base/check.h"
#include "base/scalar_abi.h"
#include "codegen/expr/emit_expr.h"

namespace sluice::codegen {
namespace {

llvm::Constant* constant_of(ModuleWriter& writer, llvm::Constant* value, const char* name) {
  auto* global =
      new llvm::GlobalVariable(writer.module(), value->getType(), true, llvm::GlobalValue::PrivateLinkage, value, name);
  global->setUnnamedAddr(llvm::GlobalValue::UnnamedAddr::Global);
  global->setAlignment(llvm::Align(16));
  return global;
}

// A StringView {i32 size, i32 first four bytes, i64 or pointer}.
llvm::Constant* string_constant(ExprContext& c, const std::string& text) {
  StringView view(text.data(), static_cast<uint32_t>(text.size()));
  uint32_t prefix = 0;
  std::memcpy(&prefix, view.prefix_, 4);
  llvm::Constant* size = c.b.getInt32(view.size());
  llvm::Constant* first = c.b.getInt32(prefix);
  llvm::Constant* rest = nullptr;
  if (view.is_inline()) {
    uint64_t bytes = 0;
    std::memcpy(&bytes, view.rest_, 8);
    rest = c.b.getInt64(bytes);
  } else {
    auto* bytes = llvm::ConstantDataArray::getString(c.b.getContext(), text, false);
    rest = constant_of(c.writer, bytes, "text.bytes");
  }
  return constant_of(c.writer, llvm::ConstantStruct::getAnon({size, first, rest}), "text");
}

llvm::Constant* wide_integer(ExprContext& c, Int128 value) {
  auto bits = static_cast<unsigned __int128>(value);
  uint64_t words[] = {static_cast<uint64_t>(bits), static_cast<uint64_t>(bits >> 64)};
  return llvm::ConstantInt::get(c.b.getContext(), llvm::APInt(128, words));
}

}  // namespace

llvm::Constant* zero_bytes(ModuleWriter& writer) {
  const char* name = "zero_bytes";
  if (llvm::GlobalVariable* known = writer.module().getNamedGlobal(name)) return known;
  return constant_of(writer, llvm::ConstantInt::get(writer.i128(), 0), name);
}

SqlValue emit_literal(ExprContext& c, const Expr& expr) {
  const Value& value = expr.as<Literal>()->value;
  Physical physical = expr.type.physical();
  llvm::Type* type = register_type(c.b.getContext(), physical);
  if (value.is_null()) {
    llvm::Value* zero = llvm::Constant::getNullValue(type);
    if (is_by_address(physical)) zero = zero_bytes(c.writer);
    return {zero, c.b.getTrue()};
  }
  switch (physical) {
    case Physical::Bool:
      return {c.b.getInt1(value.get<bool>())};
    case Physical::Int8:
    case Physical::Int16:
    case Physical::Int32:
    case Physical::Int64:
      return {llvm::ConstantInt::getSigned(type, value.get<int64_t>())};
    case Physical::Int128:
      return {wide_integer(c, value.get<Int128>())};
    case Physical::Float32:
      return {llvm::ConstantFP::get(c.b.getContext(), llvm::APFloat(value.get<float>()))};
    case Physical::Float64:
      return {llvm::ConstantFP::get(c.b.getContext(), llvm::APFloat(value.get<double>()))};
    case Physical::String:
      return {string_constant(c, value.get<std::string>())};
    case Physical::TimestampNs: {
      const auto& instant = value.get<TimestampNs>();
      auto* fields =
          llvm::ConstantStruct::getAnon({c.b.getInt64(static_cast<uint64_t>(instant.milliseconds)),
                                         c.b.getInt32(static_cast<uint32_t>(instant.nanoseconds)), c.b.getInt32(0)});
      return {constant_of(c.writer, fields, "timestamp")};
    }
    default:
      SLUICE_UNREACHABLE("nested literals are left to the interpreter");
  }
}

}  // namespace sluice::codegen
