#pragma once
// Reading and writing the columns of base/column_abi.h from generated code.
#include "codegen/emit/module_writer.h"

namespace sluice::codegen {

// Pointers of one column, loaded once before the loop. `validity` is never null at run time when `nullable`.
struct ColumnPointers {
  llvm::Value* values = nullptr;
  llvm::Value* validity = nullptr;
  Physical physical = Physical::None;
  bool nullable = false;
};

class ColumnReader {
 public:
  explicit ColumnReader(ModuleWriter& writer) : writer_(writer) {}
  // `columns` is an array of ColumnView. An absent bitmap is replaced by one of ones.
  ColumnPointers open(Builder& b, llvm::Value* columns, uint32_t index, const Type& type, const std::string& name);
  // i1: no row of these columns is NULL in this batch.
  llvm::Value* has_no_null(Builder& b, llvm::Value* columns, const RowSchema& schema,
                           const std::vector<uint32_t>& indices);
  // i1, or null when the column is never NULL. `row` is an i64.
  llvm::Value* is_valid(Builder& b, const ColumnPointers& column, llvm::Value* row);
  // The value in a register, or its address.
  llvm::Value* value(Builder& b, const ColumnPointers& column, llvm::Value* row);
  // selection != null ? selection : 0, 1, 2, ...
  llvm::Value* selection_or_identity(Builder& b, llvm::Value* selection);
  // selection[i] as an i64.
  llvm::Value* row_at(Builder& b, llvm::Value* selection, llvm::Value* i);

 private:
  ModuleWriter& writer_;
};

class ColumnWriter {
 public:
  // `columns` is an array of MutableColumn.
  ColumnPointers open(Builder& b, llvm::Value* columns, uint32_t index, const Type& type, const std::string& name);
  llvm::Value* address(Builder& b, const ColumnPointers& column, llvm::Value* row);
  // Sets the row's bit where the column has a bitmap. `valid` is an i1, or null for always.
  void set_valid(Builder& b, const ColumnPointers& column, llvm::Value* row, llvm::Value* valid);
};

// Between registers and memory. What is by address is copied.
llvm::Value* load_value(Builder& b, Physical physical, llvm::Value* address);
llvm::StoreInst* store_value(Builder& b, Physical physical, llvm::Value* value, llvm::Value* address);
// The address of element `index` of an array of values; of byte `offset`.
llvm::Value* element_address(Builder& b, Physical physical, llvm::Value* base, llvm::Value* index);
llvm::Value* byte_address(Builder& b, llvm::Value* base, uint64_t offset);
llvm::Value* load_pointer(Builder& b, llvm::Value* base, uint64_t offset, const std::string& name);

}  // namespace sluice::codegen
