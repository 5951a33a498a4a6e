#include "codegen/emit/columns.h"

#include <cstddef>

#include "base/column_abi.h"

namespace sluice::codegen {

llvm::Value* byte_address(Builder& b, llvm::Value* base, uint64_t offset) {
  return offset == 0 ? base : b.CreateConstInBoundsGEP1_64(b.getInt8Ty(), base, offset);
}

llvm::Value* load_pointer(Builder& b, llvm::Value* base, uint64_t offset, const std::string& name) {
  return b.CreateAlignedLoad(b.getPtrTy(), byte_address(b, base, offset), llvm::Align(8), name);
}

llvm::Value* element_address(Builder& b, Physical physical, llvm::Value* base, llvm::Value* index) {
  return b.CreateInBoundsGEP(storage_type(b.getContext(), physical), base, index);
}

namespace {

// A column's 16-byte values are 16-byte aligned (buffers are 64-byte aligned); those in packed rows only by 8.
llvm::Align alignment_of(Physical physical) {
  switch (physical) {
    case Physical::Bool:
    case Physical::Int8:
      return llvm::Align(1);
    case Physical::Int16:
      return llvm::Align(2);
    case Physical::Int32:
    case Physical::Float32:
      return llvm::Align(4);
    default:
      return llvm::Align(8);
  }
}

}  // namespace

llvm::Value* load_value(Builder& b, Physical physical, llvm::Value* address) {
  if (is_by_address(physical)) return address;
  llvm::Value* value = b.CreateAlignedLoad(storage_type(b.getContext(), physical), address, alignment_of(physical));
  return physical == Physical::Bool ? b.CreateICmpNE(value, b.getInt8(0)) : value;
}

llvm::StoreInst* store_value(Builder& b, Physical physical, llvm::Value* value, llvm::Value* address) {
  if (is_by_address(physical)) value = b.CreateAlignedLoad(b.getInt128Ty(), value, llvm::Align(8));
  if (physical == Physical::Bool) value = b.CreateZExt(value, b.getInt8Ty());
  return b.CreateAlignedStore(value, address, alignment_of(physical));
}

ColumnPointers ColumnReader::open(Builder& b, llvm::Value* columns, uint32_t index, const Type& type,
                                  const std::string& name) {
  ColumnPointers column;
  column.physical = type.physical();
  column.nullable = type.nullable();
  uint64_t base = uint64_t{index} * sizeof(ColumnView);
  column.values = load_pointer(b, columns, base + offsetof(ColumnView, values), name);
  if (!column.nullable) return column;
  llvm::Value* validity = load_pointer(b, columns, base + offsetof(ColumnView, validity), name + ".validity");
  llvm::Value* ones = b.CreateCall(writer_.support("sluice_support_all_valid", writer_.pointer(), {}));
  column.validity = b.CreateSelect(b.CreateIsNull(validity), ones, validity);
  return column;
}

llvm::Value* ColumnReader::has_no_null(Builder& b, llvm::Value* columns, const RowSchema& schema,
                                       const std::vector<uint32_t>& indices) {
  llvm::Value* none = b.getTrue();
  for (uint32_t index : indices) {
    if (!schema[index].type.nullable()) continue;
    uint64_t offset = uint64_t{index} * sizeof(ColumnView) + offsetof(ColumnView, validity);
    none = b.CreateAnd(none, b.CreateIsNull(load_pointer(b, columns, offset, schema[index].name + ".validity")));
  }
  return none;
}

llvm::Value* ColumnReader::is_valid(Builder& b, const ColumnPointers& column, llvm::Value* row) {
  if (!column.nullable) return nullptr;
  llvm::Value* word =
      b.CreateLoad(b.getInt64Ty(), b.CreateInBoundsGEP(b.getInt64Ty(), column.validity, b.CreateLShr(row, 6)));
  return b.CreateTrunc(b.CreateLShr(word, b.CreateAnd(row, 63)), b.getInt1Ty());
}

llvm::Value* ColumnReader::value(Builder& b, const ColumnPointers& column, llvm::Value* row) {
  return load_value(b, column.physical, element_address(b, column.physical, column.values, row));
}

llvm::Value* ColumnReader::selection_or_identity(Builder& b, llvm::Value* selection) {
  llvm::Value* identity = b.CreateCall(writer_.support("sluice_support_identity", writer_.pointer(), {}));
  return b.CreateSelect(b.CreateIsNull(selection), identity, selection);
}

llvm::Value* ColumnReader::row_at(Builder& b, llvm::Value* selection, llvm::Value* i) {
  llvm::Value* row = b.CreateLoad(b.getInt32Ty(), b.CreateInBoundsGEP(b.getInt32Ty(), selection, i));
  return b.CreateZExt(row, b.getInt64Ty(), "row");
}

ColumnPointers ColumnWriter::open(Builder& b, llvm::Value* columns, uint32_t index, const Type& type,
                                  const std::string& name) {
  ColumnPointers column;
  column.physical = type.physical();
  column.nullable = type.nullable();
  uint64_t base = uint64_t{index} * sizeof(MutableColumn);
  column.values = load_pointer(b, columns, base + offsetof(MutableColumn, values), name);
  column.validity = load_pointer(b, columns, base + offsetof(MutableColumn, validity), name + ".validity");
  return column;
}

llvm::Value* ColumnWriter::address(Builder& b, const ColumnPointers& column, llvm::Value* row) {
  return element_address(b, column.physical, column.values, row);
}

void ColumnWriter::set_valid(Builder& b, const ColumnPointers& column, llvm::Value* row, llvm::Value* valid) {
  emit_if(b, b.CreateIsNotNull(column.validity), "validity", [&] {
    llvm::Value* address = b.CreateInBoundsGEP(b.getInt64Ty(), column.validity, b.CreateLShr(row, 6));
    llvm::Value* word = b.CreateLoad(b.getInt64Ty(), address);
    llvm::Value* bit = b.CreateShl(b.getInt64(1), b.CreateAnd(row, 63));
    llvm::Value* set = b.CreateOr(word, bit);
    if (valid != nullptr) set = b.CreateSelect(valid, set, b.CreateAnd(word, b.CreateNot(bit)));
    b.CreateStore(set, address);
  });
}

}  // namespace sluice::codegen
