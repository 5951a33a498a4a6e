#pragma once
// One aggregate call in generated code: what a row does to its accumulator fields. Semantics are those of
// catalog/functions/aggregate_steps.h. Only sums of DECIMAL ever become NULL on the way; those and strings take a
// branch per row, everything else is computed for every row and selected.
#include <optional>
#include <vector>

#include "catalog/functions/aggregate_decl.h"
#include "codegen/state/packed_fields.h"

namespace sluice::codegen {

// A row of the input while it is added: the sign is +1 or -1 as an i64, `back` says that it is -1 (null: never).
struct AddedRow {
  llvm::Value* row = nullptr;
  llvm::Value* slot = nullptr;
  llvm::Value* heap = nullptr;
  llvm::Value* sign = nullptr;
  llvm::Value* back = nullptr;
};

class Accumulator {
 public:
  // Fails where the interpreter has to do it.
  static std::optional<Accumulator> make(const runtime::AggSpec& spec, size_t call);

  // Open the columns before the loop. The call's arguments and filter; its accumulators as another phase wrote them.
  // Plain: no row of them is NULL.
  void open_inputs(ModuleWriter& writer, Builder& b, llvm::Value* columns, bool plain);
  void open_merged(ModuleWriter& writer, Builder& b, llvm::Value* columns);
  bool has_inputs() const { return has_inputs_; }
  bool has_merged() const { return merge_column_ >= 0; }

  void init(ModuleWriter& writer, Builder& b, llvm::Value* slot) const;
  // Columns the call looks at.
  std::vector<uint32_t> inputs() const;
  // What the row brings, read before any accumulator is written, so that calls share what they read; and adding it.
  struct Addend {
    llvm::Value* value = nullptr;
    llvm::Value* counts = nullptr;  // i1: the row matters; null: it does.
  };
  Addend read(ModuleWriter& writer, Builder& b, llvm::Value* row) const;
  void add(ModuleWriter& writer, Builder& b, const AddedRow& in, const Addend& addend) const;
  void merge(ModuleWriter& writer, Builder& b, const AddedRow& in) const;
  // Into row `position` of the column.
  void result(ModuleWriter& writer, Builder& b, llvm::Value* slot, llvm::Value* context, const ColumnPointers& out,
              llvm::Value* position) const;
  const std::vector<PackedField>& fields() const { return fields_; }
  const Type& result_type() const { return call_->result; }

 private:
  bool is_decimal() const { return fields_[0].type.physical() == Physical::Int128; }
  bool is_real() const;
  bool has_count() const { return fields_.size() == 2; }

  llvm::Value* condition(ModuleWriter& writer, Builder& b, llvm::Value* row) const;
  llvm::Value* widened(Builder& b, llvm::Value* value, Physical from) const;
  void add_count(ModuleWriter& writer, Builder& b, const AddedRow& in, llvm::Value* delta) const;
  void add_sum(ModuleWriter& writer, Builder& b, const AddedRow& in, const Addend& addend) const;
  void add_decimal(ModuleWriter& writer, Builder& b, const AddedRow& in, const Addend& addend) const;
  void offer(ModuleWriter& writer, Builder& b, const AddedRow& in, const Addend& addend) const;
  llvm::Value* beats(ModuleWriter& writer, Builder& b, llvm::Value* candidate, llvm::Value* best) const;
  llvm::Value* read_null(ModuleWriter& writer, Builder& b, llvm::Value* slot) const;
  void write_null(ModuleWriter& writer, Builder& b, llvm::Value* slot, llvm::Value* null) const;
  llvm::Value* average(ModuleWriter& writer, Builder& b, llvm::Value* slot, llvm::Value** is_null) const;

  const runtime::AggregateCall* call_ = nullptr;
  const RowSchema* input_ = nullptr;
  AccumulatorKind kind_ = AccumulatorKind::Count;
  bool has_inputs_ = false;
  int64_t merge_column_ = -1;
  std::vector<PackedField> fields_;
  std::vector<ColumnPointers> arguments_;
  std::optional<ColumnPointers> filter_;
  std::vector<ColumnPointers> merged_;
};

}  // namespace sluice::codegen
