#include "codegen/emit/module_writer.h"

#include "base/check.h"

namespace sluice::codegen {

ModuleWriter::ModuleWriter(std::string_view name, const Target& target) {
  emitted_.context = std::make_unique<llvm::LLVMContext>();
  emitted_.module = std::make_unique<llvm::Module>(llvm::StringRef(name.data(), name.size()), *emitted_.context);
  target.prepare(*emitted_.module);
}

llvm::Function* ModuleWriter::define(const std::string& name, llvm::Type* result, llvm::ArrayRef<Parameter> parameters,
                                     llvm::GlobalValue::LinkageTypes linkage) {
  std::vector<llvm::Type*> types;
  for (const Parameter& parameter : parameters) types.push_back(parameter.type);
  auto* type = llvm::FunctionType::get(result, types, false);
  auto* function = llvm::Function::Create(type, linkage, name, module());
  function->addFnAttr(llvm::Attribute::NoUnwind);
  for (unsigned i = 0; i < parameters.size(); ++i) {
    function->getArg(i)->setName(parameters[i].name);
    if (parameters[i].no_alias) function->addParamAttr(i, llvm::Attribute::NoAlias);
  }
  llvm::BasicBlock::Create(context(), "entry", function);
  return function;
}

llvm::Function* ModuleWriter::define_entry(const std::string& name, llvm::Type* result,
                                           llvm::ArrayRef<Parameter> parameters) {
  emitted_.entries.push_back(name);
  return define(name, result, parameters, llvm::GlobalValue::ExternalLinkage);
}

llvm::Function* ModuleWriter::define_part(const std::string& name, llvm::Type* result,
                                          llvm::ArrayRef<Parameter> parameters) {
  auto* function = define(name, result, parameters, llvm::GlobalValue::InternalLinkage);
  function->addFnAttr(llvm::Attribute::NoInline);
  return function;
}

llvm::FunctionCallee ModuleWriter::support(const char* name, llvm::Type* result,
                                           llvm::ArrayRef<llvm::Type*> parameters) {
  auto callee = module().getOrInsertFunction(name, llvm::FunctionType::get(result, parameters, false));
  auto* function = llvm::cast<llvm::Function>(callee.getCallee());
  function->addFnAttr(llvm::Attribute::NoUnwind);
  if (result->isIntegerTy(1)) function->addRetAttr(llvm::Attribute::ZExt);
  for (unsigned i = 0; i < parameters.size(); ++i) {
    if (parameters[i]->isIntegerTy(1)) function->addParamAttr(i, llvm::Attribute::ZExt);
  }
  return callee;
}

bool is_by_address(Physical physical) { return physical == Physical::String || physical == Physical::TimestampNs; }

bool is_nested(Physical physical) {
  return physical == Physical::List || physical == Physical::Map || physical == Physical::Struct;
}

llvm::Type* storage_type(llvm::LLVMContext& context, Physical physical) {
  switch (physical) {
    case Physical::Bool:
    case Physical::Int8:
      return llvm::Type::getInt8Ty(context);
    case Physical::Int16:
      return llvm::Type::getInt16Ty(context);
    case Physical::Int32:
      return llvm::Type::getInt32Ty(context);
    case Physical::Int64:
      return llvm::Type::getInt64Ty(context);
    case Physical::Float32:
      return llvm::Type::getFloatTy(context);
    case Physical::Float64:
      return llvm::Type::getDoubleTy(context);
    case Physical::Int128:
    case Physical::String:
    case Physical::TimestampNs:
      return llvm::Type::getInt128Ty(context);
    default:
      SLUICE_UNREACHABLE("nested values are left to the interpreter before code is emitted");
  }
}

llvm::Type* register_type(llvm::LLVMContext& context, Physical physical) {
  if (physical == Physical::Bool) return llvm::Type::getInt1Ty(context);
  if (is_by_address(physical)) return llvm::PointerType::getUnqual(context);
  return storage_type(context, physical);
}

void emit_loop(Builder& b, llvm::Value* count, const char* name, llvm::function_ref<void(llvm::Value*)> body) {
  llvm::Function* function = b.GetInsertBlock()->getParent();
  auto* before = b.GetInsertBlock();
  auto* loop = llvm::BasicBlock::Create(b.getContext(), name, function);
  auto* done = llvm::BasicBlock::Create(b.getContext(), llvm::Twine(name) + ".done", function);
  llvm::Value* end = b.CreateZExt(count, b.getInt64Ty());
  b.CreateCondBr(b.CreateICmpNE(end, b.getInt64(0)), loop, done);

  b.SetInsertPoint(loop);
  llvm::PHINode* i = b.CreatePHI(b.getInt64Ty(), 2, "i");
  i->addIncoming(b.getInt64(0), before);
  body(i);
  llvm::Value* next = b.CreateNUWAdd(i, b.getInt64(1));
  i->addIncoming(next, b.GetInsertBlock());
  b.CreateCondBr(b.CreateICmpULT(next, end), loop, done);
  b.SetInsertPoint(done);
}

void emit_if(Builder& b, llvm::Value* condition, const char* name, llvm::function_ref<void()> body) {
  llvm::Function* function = b.GetInsertBlock()->getParent();
  auto* then = llvm::BasicBlock::Create(b.getContext(), name, function);
  auto* done = llvm::BasicBlock::Create(b.getContext(), llvm::Twine(name) + ".done", function);
  b.CreateCondBr(condition, then, done);
  b.SetInsertPoint(then);
  body();
  b.CreateBr(done);
  b.SetInsertPoint(done);
}

llvm::AllocaInst* entry_alloca(Builder& b, llvm::Type* type, const char* name) {
  llvm::BasicBlock& entry = b.GetInsertBlock()->getParent()->getEntryBlock();
  Builder at_entry(&entry, entry.begin());
  auto* slot = at_entry.CreateAlloca(type, nullptr, name);
  slot->setAlignment(llvm::Align(16));
  return slot;
}

}  // namespace sluice::codegen
