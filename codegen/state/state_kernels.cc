#include "codegen/state/state_kernels.h"

#include <algorithm>

#include "base/key_hash.h"
#include "codegen/state/packed_fields.h"

namespace sluice::codegen {
namespace {

using runtime::KeyKernels;
using runtime::KeySpec;
using runtime::RowKernels;
using runtime::RowSpec;

// Columns of the input as consecutive fields of the packed row: what key and row bundles have in common.
struct StoredColumns {
  const RowSchema& input;
  const std::vector<uint32_t>& columns;
  uint32_t first_field;
  const runtime::StateRowLayout& layout;
};

class StoredColumnsEmitter {
 public:
  StoredColumnsEmitter(ModuleWriter& writer, const StoredColumns& stored)
      : writer_(writer), stored_(stored), b_(writer.context()), fields_(writer, b_), reader_(writer) {}

  void emit_hash(const std::string& name);
  void emit_equal(const std::string& name);
  void emit_store(const std::string& name, bool is_fresh);
  void emit_write(const std::string& name);

 private:
  // Plain: no row is NULL.
  std::vector<PackedField> open_inputs(llvm::Value* columns, bool plain = false);
  llvm::Function* emit_hash_part(const std::string& name, bool plain);
  std::vector<PackedField> open_outputs(llvm::Value* columns);
  llvm::Value* slot_at(llvm::Value* slots, llvm::Value* i) {
    return b_.CreateLoad(b_.getPtrTy(), b_.CreateInBoundsGEP(b_.getPtrTy(), slots, i), "slot");
  }

  ModuleWriter& writer_;
  const StoredColumns& stored_;
  Builder b_;
  FieldEmitter fields_;
  ColumnReader reader_;
};

std::vector<PackedField> StoredColumnsEmitter::open_inputs(llvm::Value* columns, bool plain) {
  std::vector<PackedField> fields;
  for (uint32_t i = 0; i < stored_.columns.size(); ++i) {
    uint32_t at = stored_.columns[i];
    const RowField& column = stored_.input[at];
    PackedField& field = fields.emplace_back(packed_field(stored_.layout, stored_.first_field + i, column.name));
    field.column = reader_.open(b_, columns, at, plain ? column.type.not_null() : column.type, column.name);
  }
  return fields;
}

std::vector<PackedField> StoredColumnsEmitter::open_outputs(llvm::Value* columns) {
  std::vector<PackedField> fields;
  ColumnWriter out;
  for (uint32_t i = 0; i < stored_.columns.size(); ++i) {
    const std::string& name = stored_.input[stored_.columns[i]].name;
    PackedField& field = fields.emplace_back(packed_field(stored_.layout, stored_.first_field + i, name));
    field.column = out.open(b_, columns, i, field.type, name);
  }
  return fields;
}

llvm::Function* StoredColumnsEmitter::emit_hash_part(const std::string& name, bool plain) {
  auto* p = writer_.pointer();
  auto* part = writer_.define_part(name, writer_.void_type(),
                                   {{"columns", p}, {"selection", p}, {"count", writer_.i32()}, {"hashes", p, true}});
  b_.SetInsertPoint(&part->getEntryBlock());
  auto fields = open_inputs(part->getArg(0), plain);
  llvm::Value* selection = plain ? nullptr : reader_.selection_or_identity(b_, part->getArg(1));
  emit_loop(b_, part->getArg(2), "rows", [&](llvm::Value* i) {
    llvm::Value* row = plain ? i : reader_.row_at(b_, selection, i);
    llvm::Value* hash = b_.getInt64(kKeyHashSeed);
    for (const PackedField& field : fields) hash = fields_.hash(field, row, hash);
    b_.CreateStore(hash, b_.CreateInBoundsGEP(b_.getInt64Ty(), part->getArg(3), i));
  });
  b_.CreateRetVoid();
  return part;
}

// The common case, all rows and none of them NULL, has a loop of its own.
void StoredColumnsEmitter::emit_hash(const std::string& name) {
  llvm::Function* plain = emit_hash_part("hash_plain", true);
  llvm::Function* any = emit_hash_part("hash_any", false);
  auto* p = writer_.pointer();
  auto* f =
      writer_.define_entry(name, writer_.void_type(),
                           {{"self", p}, {"columns", p}, {"selection", p}, {"count", writer_.i32()}, {"hashes", p}});
  b_.SetInsertPoint(&f->getEntryBlock());
  llvm::Value* args[] = {f->getArg(1), f->getArg(2), f->getArg(3), f->getArg(4)};
  llvm::Value* no_null = reader_.has_no_null(b_, f->getArg(1), stored_.input, stored_.columns);
  llvm::Value* is_plain = b_.CreateAnd(b_.CreateIsNull(f->getArg(2)), no_null);
  emit_if(b_, is_plain, "plain", [&] { b_.CreateCall(plain, args); });
  emit_if(b_, b_.CreateNot(is_plain), "any", [&] { b_.CreateCall(any, args); });
  b_.CreateRetVoid();
}

void StoredColumnsEmitter::emit_equal(const std::string& name) {
  auto* p = writer_.pointer();
  auto* f = writer_.define_entry(
      name, writer_.void_type(),
      {{"self", p}, {"columns", p}, {"selection", p}, {"count", writer_.i32()}, {"slots", p}, {"equal", p, true}});
  b_.SetInsertPoint(&f->getEntryBlock());
  auto fields = open_inputs(f->getArg(1));
  llvm::Value* selection = reader_.selection_or_identity(b_, f->getArg(2));
  emit_loop(b_, f->getArg(3), "rows", [&](llvm::Value* i) {
    llvm::Value* row = reader_.row_at(b_, selection, i);
    llvm::Value* slot = slot_at(f->getArg(4), i);
    llvm::Value* equal = b_.getTrue();
    for (const PackedField& field : fields) equal = b_.CreateAnd(equal, fields_.equal(field, row, slot));
    b_.CreateStore(b_.CreateZExt(equal, b_.getInt8Ty()), b_.CreateInBoundsGEP(b_.getInt8Ty(), f->getArg(5), i));
  });
  b_.CreateRetVoid();
}

void StoredColumnsEmitter::emit_store(const std::string& name, bool is_fresh) {
  auto* p = writer_.pointer();
  auto* f = writer_.define_entry(
      name, writer_.void_type(),
      {{"self", p}, {"columns", p}, {"selection", p}, {"count", writer_.i32()}, {"slots", p}, {"heap", p}});
  b_.SetInsertPoint(&f->getEntryBlock());
  auto fields = open_inputs(f->getArg(1));
  llvm::Value* selection = reader_.selection_or_identity(b_, f->getArg(2));
  emit_loop(b_, f->getArg(3), "rows", [&](llvm::Value* i) {
    llvm::Value* row = reader_.row_at(b_, selection, i);
    llvm::Value* slot = slot_at(f->getArg(4), i);
    for (const PackedField& field : fields) fields_.store(field, row, slot, f->getArg(5), is_fresh);
  });
  b_.CreateRetVoid();
}

void StoredColumnsEmitter::emit_write(const std::string& name) {
  auto* p = writer_.pointer();
  auto* f = writer_.define_entry(
      name, writer_.void_type(),
      {{"self", p}, {"context", p}, {"slots", p}, {"count", writer_.i32()}, {"positions", p}, {"out", p}});
  b_.SetInsertPoint(&f->getEntryBlock());
  auto fields = open_outputs(f->getArg(5));
  emit_loop(b_, f->getArg(3), "entries", [&](llvm::Value* i) {
    llvm::Value* slot = slot_at(f->getArg(2), i);
    llvm::Value* position = reader_.row_at(b_, f->getArg(4), i);
    for (const PackedField& field : fields) fields_.write(field, slot, f->getArg(1), position);
  });
  b_.CreateRetVoid();
}

bool is_emittable(const StoredColumns& stored) {
  for (uint32_t i = 0; i < stored.columns.size(); ++i) {
    Physical physical = stored.input[stored.columns[i]].type.physical();
    const auto& field = stored.layout.fields[stored.first_field + i];
    if (physical == Physical::None || is_nested(physical) || field.type.physical() != physical) return false;
  }
  return true;
}

StoredColumns stored_of(const KeySpec& spec) { return {spec.input, spec.columns, 0, spec.layout}; }
StoredColumns stored_of(const RowSpec& spec) { return {spec.input, spec.columns, spec.first_field, spec.layout}; }

}  // namespace

bool can_emit(const KeySpec& spec) { return is_emittable(stored_of(spec)); }
bool can_emit(const RowSpec& spec) { return is_emittable(stored_of(spec)); }

EmittedModule emit_key_kernels(const KeySpec& spec, const Target& target) {
  ModuleWriter writer("key", target);
  StoredColumns stored = stored_of(spec);
  StoredColumnsEmitter emitter(writer, stored);
  emitter.emit_hash("key_hash");
  emitter.emit_equal("key_equal");
  emitter.emit_store("key_pack", true);
  emitter.emit_write("key_unpack");
  return writer.finish();
}

KeyKernels key_kernels_of(const LoadedCode& code) {
  return {nullptr, code.pointer<decltype(KeyKernels::hash)>("key_hash"),
          code.pointer<decltype(KeyKernels::equal)>("key_equal"), code.pointer<decltype(KeyKernels::pack)>("key_pack"),
          code.pointer<decltype(KeyKernels::unpack)>("key_unpack")};
}

EmittedModule emit_row_kernels(const RowSpec& spec, const Target& target) {
  ModuleWriter writer("row", target);
  StoredColumns stored = stored_of(spec);
  StoredColumnsEmitter emitter(writer, stored);
  emitter.emit_store("row_copy_in", false);
  emitter.emit_write("row_copy_out");
  emitter.emit_equal("row_equal");
  return writer.finish();
}

RowKernels row_kernels_of(const LoadedCode& code) {
  return {nullptr, code.pointer<decltype(RowKernels::copy_in)>("row_copy_in"),
          code.pointer<decltype(RowKernels::copy_out)>("row_copy_out"),
          code.pointer<decltype(RowKernels::equal)>("row_equal")};
}

}  // namespace sluice::codegen
