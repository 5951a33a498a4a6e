#include "codegen/expr/row_scope.h"

#include <llvm/IR/MDBuilder.h>

#include <cstddef>

#include "base/column_abi.h"

namespace sluice::codegen {

ColumnPath path_of(const Expr& expr) {
  if (auto* column = expr.as<ColumnRef>()) return {column->index};
  auto* field = expr.as<FieldRef>();
  if (field == nullptr || expr.args.size() != 1) return {};
  ColumnPath path = path_of(expr.args[0]);
  if (!path.empty()) path.push_back(field->index);
  return path;
}

void ColumnUses::add(const Expr& expr) {
  ColumnPath path = path_of(expr);
  if (path.empty()) {
    for (const Expr& arg : expr.args) add(arg);
    return;
  }
  if (uses_.contains(path)) return;
  ColumnUse use;
  use.path = path;
  use.type = input_[path[0]].type;
  use.name = input_[path[0]].name;
  use.nullable.push_back(use.type.nullable());
  for (size_t step = 1; step < path.size(); ++step) {
    use.name += "." + use.type.field_name(path[step]);
    Type child = use.type.child(path[step]);
    use.type = child;
    use.nullable.push_back(child.nullable());
  }
  bool any_nullable = false;
  for (bool nullable : use.nullable) any_nullable |= nullable;
  if (any_nullable) use.flags = static_cast<int32_t>(flag_count_++);
  uses_.emplace(path, std::move(use));
}

AliasScopes::AliasScopes(llvm::LLVMContext& context, uint32_t outputs) {
  llvm::MDBuilder metadata(context);
  llvm::MDNode* domain = metadata.createAnonymousAliasScopeDomain("pipeline");
  llvm::MDNode* input = metadata.createAnonymousAliasScope(domain, "inputs");
  std::vector<llvm::Metadata*> scopes;
  for (uint32_t i = 0; i < outputs; ++i) scopes.push_back(metadata.createAnonymousAliasScope(domain, "output"));
  inputs_ = llvm::MDNode::get(context, {input});
  all_outputs_ = llvm::MDNode::get(context, scopes);
  for (uint32_t i = 0; i < outputs; ++i) {
    outputs_.push_back(llvm::MDNode::get(context, {scopes[i]}));
    std::vector<llvm::Metadata*> others{input};
    for (uint32_t j = 0; j < outputs; ++j) {
      if (j != i) others.push_back(scopes[j]);
    }
    all_but_.push_back(llvm::MDNode::get(context, others));
  }
}

void AliasScopes::mark_read(llvm::Instruction* load) const {
  load->setMetadata(llvm::LLVMContext::MD_alias_scope, inputs_);
  load->setMetadata(llvm::LLVMContext::MD_noalias, all_outputs_);
}

void AliasScopes::mark_write(llvm::Instruction* store, uint32_t output) const {
  store->setMetadata(llvm::LLVMContext::MD_alias_scope, outputs_[output]);
  store->setMetadata(llvm::LLVMContext::MD_noalias, all_but_[output]);
}

llvm::Value* view_address(Builder& b, llvm::Value* columns, const ColumnPath& path, size_t steps) {
  llvm::Value* view = byte_address(b, columns, uint64_t{path[0]} * sizeof(ColumnView));
  for (size_t step = 1; step < steps; ++step) {
    view = load_pointer(b, view, offsetof(ColumnView, children), "children");
    view = byte_address(b, view, uint64_t{path[step]} * sizeof(ColumnView));
  }
  return view;
}

RowScope::RowScope(Builder& b, const ColumnUses& uses, const std::vector<ColumnPath>& paths, llvm::Value* columns,
                   llvm::Value* scratch, const AliasScopes& aliases)
    : b_(b), uses_(uses), aliases_(aliases) {
  for (const ColumnPath& path : paths) {
    const ColumnUse& use = uses.at(path);
    Opened opened;
    opened.values =
        load_pointer(b, view_address(b, columns, path, path.size()), offsetof(ColumnView, values), use.name);
    if (use.flags >= 0) opened.flags = byte_address(b, scratch, static_cast<uint64_t>(use.flags) * kBatchRowsMax);
    opened_.emplace(path, opened);
  }
}

SqlValue RowScope::column(const ColumnPath& path) {
  const Opened& opened = opened_.at(path);
  Physical physical = uses_.at(path).type.physical();
  SqlValue out;
  llvm::Value* address = element_address(b_, physical, opened.values, row_);
  if (is_by_address(physical)) {
    out.value = address;
  } else {
    out.value = b_.CreateLoad(storage_type(b_.getContext(), physical), address);
    aliases_.mark_read(llvm::cast<llvm::Instruction>(out.value));
    if (physical == Physical::Bool) out.value = b_.CreateICmpNE(out.value, b_.getInt8(0));
  }
  out.is_null = is_null(path);
  return out;
}

llvm::Value* RowScope::is_null(const ColumnPath& path) {
  const Opened& opened = opened_.at(path);
  if (opened.flags == nullptr) return nullptr;
  auto* flag = b_.CreateLoad(b_.getInt8Ty(), b_.CreateInBoundsGEP(b_.getInt8Ty(), opened.flags, row_));
  aliases_.mark_read(flag);
  return b_.CreateICmpEQ(flag, b_.getInt8(0));
}

}  // namespace sluice::codegen
