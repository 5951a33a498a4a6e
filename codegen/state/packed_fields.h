#pragma once
// Fields of packed rows (runtime/abi/state_row.h) against columns of a batch, in generated code: what key, row and
// aggregate kernels are made of. Rows are done one after another, all fields of a row together, so that a slot's cache
// lines are touched once.
#include <string>
#include <vector>

#include "codegen/emit/columns.h"
#include "runtime/abi/code_provider.h"

namespace sluice::codegen {

// One stored field and the column it belongs to.
struct PackedField {
  Type type;  // Of the field.
  uint32_t offset = 0;
  uint32_t null_byte = 0;
  uint8_t null_mask = 0;
  ColumnPointers column;
  std::string name;
};

PackedField packed_field(const runtime::StateRowLayout& layout, uint32_t field, const std::string& name);

class FieldEmitter {
 public:
  FieldEmitter(ModuleWriter& writer, Builder& b) : writer_(writer), b_(b), reader_(writer) {}

  llvm::Value* address(const PackedField& field, llvm::Value* slot) { return byte_address(b_, slot, field.offset); }
  llvm::Value* load(const PackedField& field, llvm::Value* slot) {
    return load_value(b_, field.type.physical(), address(field, slot));
  }
  llvm::Value* is_null(const PackedField& field, llvm::Value* slot);
  // `null` is an i1.
  void set_null(const PackedField& field, llvm::Value* slot, llvm::Value* null);

  // The column's value of `row` folded into the hash.
  llvm::Value* hash(const PackedField& field, llvm::Value* row, llvm::Value* hash);
  // i1: the column's value of `row` equals the stored one.
  llvm::Value* equal(const PackedField& field, llvm::Value* row, llvm::Value* slot);
  // Overwrites the field; `is_fresh` slots hold nothing that would have to be released.
  void store(const PackedField& field, llvm::Value* row, llvm::Value* slot, llvm::Value* heap, bool is_fresh);
  // Writes the field to row `position` of its column, which is a MutableColumn's.
  void write(const PackedField& field, llvm::Value* slot, llvm::Value* context, llvm::Value* position);
  // Copies a string out of state: long bytes go to the context's arena.
  void write_string(llvm::Value* stored, llvm::Value* context, llvm::Value* out);

  // Equal as keys are: NaN equals NaN, 0.0 and -0.0 differ.
  llvm::Value* equal_values(Physical physical, llvm::Value* left, llvm::Value* right);

 private:
  llvm::Value* key_bits(Physical physical, llvm::Value* value);

  ModuleWriter& writer_;
  Builder& b_;
  ColumnReader reader_;
};

}  // namespace sluice::codegen
