#include "codegen/state/packed_fields.h"

#include "base/key_hash.h"

namespace sluice::codegen {

PackedField packed_field(const runtime::StateRowLayout& layout, uint32_t field, const std::string& name) {
  const auto& at = layout.fields[field];
  return {at.type, at.offset, field / 8, static_cast<uint8_t>(1U << (field % 8)), {}, name};
}

llvm::Value* FieldEmitter::is_null(const PackedField& field, llvm::Value* slot) {
  llvm::Value* byte = b_.CreateLoad(b_.getInt8Ty(), byte_address(b_, slot, field.null_byte));
  return b_.CreateICmpNE(b_.CreateAnd(byte, field.null_mask), b_.getInt8(0));
}

void FieldEmitter::set_null(const PackedField& field, llvm::Value* slot, llvm::Value* null) {
  llvm::Value* address = byte_address(b_, slot, field.null_byte);
  llvm::Value* byte = b_.CreateLoad(b_.getInt8Ty(), address);
  llvm::Value* cleared = b_.CreateAnd(byte, static_cast<uint8_t>(~field.null_mask));
  b_.CreateStore(b_.CreateSelect(null, b_.CreateOr(byte, field.null_mask), cleared), address);
}

// Up to 8 bytes, zero-extended.
llvm::Value* FieldEmitter::key_bits(Physical physical, llvm::Value* value) {
  if (physical == Physical::Float32) {
    return b_.CreateCall(writer_.support("sluice_support_key_bits_32", writer_.i64(), {b_.getFloatTy()}), {value});
  }
  if (physical == Physical::Float64) {
    return b_.CreateCall(writer_.support("sluice_support_key_bits_64", writer_.i64(), {b_.getDoubleTy()}), {value});
  }
  return b_.CreateZExt(value, b_.getInt64Ty());
}

llvm::Value* FieldEmitter::hash(const PackedField& field, llvm::Value* row, llvm::Value* hash) {
  auto fold = writer_.support("sluice_support_hash_field", writer_.i64(), {writer_.i64(), writer_.i64()});
  Physical physical = field.column.physical;
  llvm::Value* valid = reader_.is_valid(b_, field.column, row);
  bool is_wide = physical == Physical::Int128 || is_by_address(physical);
  if (!is_wide) {
    llvm::Value* bits = key_bits(physical, reader_.value(b_, field.column, row));
    if (valid != nullptr) bits = b_.CreateSelect(valid, bits, b_.getInt64(kKeyHashNull));
    return b_.CreateCall(fold, {hash, bits});
  }
  const char* kernel = physical == Physical::String ? "sluice_support_hash_string" : "sluice_support_hash_16";
  auto fold_wide = writer_.support(kernel, writer_.i64(), {writer_.i64(), writer_.pointer()});
  llvm::Value* address = element_address(b_, physical, field.column.values, row);
  if (valid == nullptr) return b_.CreateCall(fold_wide, {hash, address});
  llvm::Value* of_null = b_.CreateCall(fold, {hash, b_.getInt64(kKeyHashNull)});
  auto* before = b_.GetInsertBlock();
  llvm::Value* of_value = nullptr;
  llvm::BasicBlock* computed = nullptr;
  emit_if(b_, valid, "not_null", [&] {
    of_value = b_.CreateCall(fold_wide, {hash, address});
    computed = b_.GetInsertBlock();
  });
  auto* result = b_.CreatePHI(writer_.i64(), 2);
  result->addIncoming(of_null, before);
  result->addIncoming(of_value, computed);
  return result;
}

llvm::Value* FieldEmitter::equal_values(Physical physical, llvm::Value* left, llvm::Value* right) {
  if (physical == Physical::String) {
    auto equal = writer_.support("sluice_support_string_equal", writer_.i1(), {writer_.pointer(), writer_.pointer()});
    return b_.CreateCall(equal, {left, right});
  }
  if (physical == Physical::TimestampNs) {
    auto load = [&](llvm::Value* at) { return b_.CreateAlignedLoad(writer_.i128(), at, llvm::Align(8)); };
    return b_.CreateICmpEQ(load(left), load(right));
  }
  if (physical != Physical::Float32 && physical != Physical::Float64) return b_.CreateICmpEQ(left, right);
  llvm::Type* bits = physical == Physical::Float32 ? writer_.i32() : writer_.i64();
  llvm::Value* same = b_.CreateICmpEQ(b_.CreateBitCast(left, bits), b_.CreateBitCast(right, bits));
  llvm::Value* both_nan = b_.CreateAnd(b_.CreateFCmpUNO(left, left), b_.CreateFCmpUNO(right, right));
  return b_.CreateOr(same, both_nan);
}

llvm::Value* FieldEmitter::equal(const PackedField& field, llvm::Value* row, llvm::Value* slot) {
  Physical physical = field.column.physical;
  llvm::Value* valid = reader_.is_valid(b_, field.column, row);
  llvm::Value* null = field.type.nullable() ? is_null(field, slot) : b_.getFalse();
  if (valid == nullptr) valid = b_.getTrue();
  llvm::Value* agree = b_.CreateICmpNE(valid, null);  // Both NULL or neither.
  auto compare = [&] { return equal_values(physical, reader_.value(b_, field.column, row), load(field, slot)); };
  if (!is_by_address(physical)) return b_.CreateAnd(agree, b_.CreateOr(null, compare()));
  auto* before = b_.GetInsertBlock();
  llvm::Value* same = nullptr;
  llvm::BasicBlock* compared = nullptr;
  emit_if(b_, b_.CreateAnd(agree, valid), "not_null", [&] {
    same = compare();
    compared = b_.GetInsertBlock();
  });
  auto* result = b_.CreatePHI(writer_.i1(), 2);
  result->addIncoming(agree, before);
  result->addIncoming(same, compared);
  return result;
}

void FieldEmitter::store(const PackedField& field, llvm::Value* row, llvm::Value* slot, llvm::Value* heap,
                         bool is_fresh) {
  Physical physical = field.column.physical;
  llvm::Value* valid = reader_.is_valid(b_, field.column, row);
  llvm::Value* to = address(field, slot);
  if (valid != nullptr) {
    set_null(field, slot, b_.CreateNot(valid));
  } else if (!is_fresh && field.type.nullable()) {
    set_null(field, slot, b_.getFalse());
  }
  llvm::Value* value = reader_.value(b_, field.column, row);
  if (physical == Physical::String) {
    if (valid != nullptr) {
      // A NULL stands as an empty string.
      llvm::Value* empty = entry_alloca(b_, writer_.i128(), "empty");
      b_.CreateStore(llvm::ConstantInt::get(writer_.i128(), 0), empty);
      value = b_.CreateSelect(valid, value, empty);
    }
    const char* kernel = is_fresh ? "sluice_support_string_store" : "sluice_support_string_replace";
    b_.CreateCall(
        writer_.support(kernel, writer_.void_type(), {writer_.pointer(), writer_.pointer(), writer_.pointer()}),
        {to, value, heap});
    return;
  }
  if (physical == Physical::TimestampNs) value = b_.CreateAlignedLoad(writer_.i128(), value, llvm::Align(8));
  if (valid != nullptr) value = b_.CreateSelect(valid, value, llvm::Constant::getNullValue(value->getType()));
  store_value(b_, physical == Physical::TimestampNs ? Physical::Int128 : physical, value, to);
}

void FieldEmitter::write_string(llvm::Value* stored, llvm::Value* context, llvm::Value* out) {
  b_.CreateCall(writer_.support("sluice_support_string_load", writer_.void_type(),
                                {writer_.pointer(), writer_.pointer(), writer_.pointer()}),
                {out, stored, context});
}

void FieldEmitter::write(const PackedField& field, llvm::Value* slot, llvm::Value* context, llvm::Value* position) {
  ColumnWriter columns;
  Physical physical = field.type.physical();
  llvm::Value* out = columns.address(b_, field.column, position);
  if (physical == Physical::String) {
    write_string(address(field, slot), context, out);
  } else {
    store_value(b_, physical, load(field, slot), out);
  }
  columns.set_valid(b_, field.column, position, field.type.nullable() ? b_.CreateNot(is_null(field, slot)) : nullptr);
}

}  // namespace sluice::codegen
