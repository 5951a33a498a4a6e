// AggKernels: loops over rows or slots, all calls of a row together, so that a slot's cache lines and the columns of
// the row are touched once.
#include <algorithm>

#include "codegen/state/accumulator.h"
#include "codegen/state/state_kernels.h"

namespace sluice::codegen {
namespace {

using runtime::AggKernels;
using runtime::AggSpec;

std::vector<Accumulator> accumulators_of(const AggSpec& spec) {
  std::vector<Accumulator> out;
  for (size_t i = 0; i < spec.calls.size(); ++i) {
    auto made = Accumulator::make(spec, i);
    if (!made) return {};
    out.push_back(*std::move(made));
  }
  return out;
}

class AggEmitter {
 public:
  AggEmitter(const AggSpec& spec, ModuleWriter& writer)
      : spec_(spec), writer_(writer), b_(writer.context()), reader_(writer), calls_(accumulators_of(spec)) {}

  void emit_init();
  void emit_add();
  void emit_merge();
  void emit_result();
  void emit_accumulators();

 private:
  llvm::Value* slot_at(llvm::Value* slots, llvm::Value* i) {
    return b_.CreateLoad(b_.getPtrTy(), b_.CreateInBoundsGEP(b_.getPtrTy(), slots, i), "slot");
  }
  // A part over rows: (columns, kinds, selection, count, slots, heap). Plain: all are added, and none is NULL.
  llvm::Function* emit_add_part(const char* name, bool plain);
  // What cannot happen in this phase: the columns do not exist.
  void emit_trap() {
    b_.CreateIntrinsic(llvm::Intrinsic::trap, {}, {});
    b_.CreateUnreachable();
  }
  llvm::Function* define_read(const char* name);

  const AggSpec& spec_;
  ModuleWriter& writer_;
  Builder b_;
  ColumnReader reader_;
  std::vector<Accumulator> calls_;
};

void AggEmitter::emit_init() {
  auto* p = writer_.pointer();
  auto* f =
      writer_.define_entry("agg_init", writer_.void_type(), {{"self", p}, {"slots", p}, {"count", writer_.i32()}});
  b_.SetInsertPoint(&f->getEntryBlock());
  emit_loop(b_, f->getArg(2), "slots", [&](llvm::Value* i) {
    llvm::Value* slot = slot_at(f->getArg(1), i);
    for (const Accumulator& call : calls_) call.init(writer_, b_, slot);
  });
  b_.CreateRetVoid();
}

llvm::Function* AggEmitter::emit_add_part(const char* name, bool plain) {
  auto* p = writer_.pointer();
  auto* part = writer_.define_part(
      name, writer_.void_type(),
      {{"columns", p}, {"kinds", p}, {"selection", p}, {"count", writer_.i32()}, {"slots", p}, {"heap", p}});
  b_.SetInsertPoint(&part->getEntryBlock());
  for (Accumulator& call : calls_) call.open_inputs(writer_, b_, part->getArg(0), plain);
  llvm::Value* selection = reader_.selection_or_identity(b_, part->getArg(2));
  llvm::Value* kinds = part->getArg(1);
  if (!plain) {
    llvm::Value* inserts = b_.CreateCall(writer_.support("sluice_support_all_inserts", p, {}));
    kinds = b_.CreateSelect(b_.CreateIsNull(kinds), inserts, kinds);
  }
  emit_loop(b_, part->getArg(3), "rows", [&](llvm::Value* i) {
    AddedRow in;
    in.row = reader_.row_at(b_, selection, i);
    in.slot = slot_at(part->getArg(4), i);
    in.heap = part->getArg(5);
    in.sign = b_.getInt64(1);
    if (!plain) {
      // The low bit of a row kind says that the row is taken back.
      llvm::Value* kind = b_.CreateLoad(b_.getInt8Ty(), b_.CreateInBoundsGEP(b_.getInt8Ty(), kinds, in.row));
      in.back = b_.CreateTrunc(kind, b_.getInt1Ty());
      in.sign = b_.CreateSelect(in.back, b_.getInt64(~uint64_t{0}), b_.getInt64(1));
    }
    std::vector<Accumulator::Addend> addends;
    for (const Accumulator& call : calls_) addends.push_back(call.read(writer_, b_, in.row));
    for (size_t c = 0; c < calls_.size(); ++c) calls_[c].add(writer_, b_, in, addends[c]);
  });
  b_.CreateRetVoid();
  return part;
}

void AggEmitter::emit_add() {
  bool possible = std::ranges::all_of(calls_, [](const Accumulator& call) { return call.has_inputs(); });
  llvm::Function* plain = possible ? emit_add_part("add_plain", true) : nullptr;
  llvm::Function* any = possible ? emit_add_part("add_any", false) : nullptr;
  auto* p = writer_.pointer();
  auto* f = writer_.define_entry("agg_add", writer_.void_type(),
                                 {{"self", p},
                                  {"context", p},
                                  {"columns", p},
                                  {"kinds", p},
                                  {"selection", p},
                                  {"count", writer_.i32()},
                                  {"slots", p},
                                  {"heap", p}});
  b_.SetInsertPoint(&f->getEntryBlock());
  if (!possible) return emit_trap();
  llvm::Value* args[] = {f->getArg(2), f->getArg(3), f->getArg(4), f->getArg(5), f->getArg(6), f->getArg(7)};
  std::vector<uint32_t> inputs;
  for (const Accumulator& call : calls_) {
    for (uint32_t input : call.inputs()) inputs.push_back(input);
  }
  llvm::Value* no_null = reader_.has_no_null(b_, f->getArg(2), spec_.input, inputs);
  llvm::Value* is_plain = b_.CreateAnd(b_.CreateIsNull(f->getArg(3)), no_null);
  emit_if(b_, is_plain, "plain", [&] { b_.CreateCall(plain, args); });
  emit_if(b_, b_.CreateNot(is_plain), "any", [&] { b_.CreateCall(any, args); });
  b_.CreateRetVoid();
}

void AggEmitter::emit_merge() {
  auto* p = writer_.pointer();
  auto* f = writer_.define_entry("agg_merge", writer_.void_type(),
                                 {{"self", p},
                                  {"context", p},
                                  {"columns", p},
                                  {"selection", p},
                                  {"count", writer_.i32()},
                                  {"slots", p},
                                  {"heap", p}});
  b_.SetInsertPoint(&f->getEntryBlock());
  if (!std::ranges::all_of(calls_, [](const Accumulator& call) { return call.has_merged(); })) return emit_trap();
  for (Accumulator& call : calls_) call.open_merged(writer_, b_, f->getArg(2));
  llvm::Value* selection = reader_.selection_or_identity(b_, f->getArg(3));
  emit_loop(b_, f->getArg(4), "rows", [&](llvm::Value* i) {
    AddedRow in;
    in.row = reader_.row_at(b_, selection, i);
    in.slot = slot_at(f->getArg(5), i);
    in.heap = f->getArg(6);
    in.sign = b_.getInt64(1);
    for (const Accumulator& call : calls_) call.merge(writer_, b_, in);
  });
  b_.CreateRetVoid();
}

llvm::Function* AggEmitter::define_read(const char* name) {
  auto* p = writer_.pointer();
  auto* f = writer_.define_entry(
      name, writer_.void_type(),
      {{"self", p}, {"context", p}, {"slots", p}, {"count", writer_.i32()}, {"positions", p}, {"out", p}});
  b_.SetInsertPoint(&f->getEntryBlock());
  return f;
}

void AggEmitter::emit_result() {
  auto* f = define_read("agg_result");
  ColumnWriter writer;
  std::vector<ColumnPointers> out;
  for (uint32_t i = 0; i < calls_.size(); ++i) {
    out.push_back(writer.open(b_, f->getArg(5), i, calls_[i].result_type(), "result" + std::to_string(i)));
  }
  emit_loop(b_, f->getArg(3), "entries", [&](llvm::Value* i) {
    llvm::Value* slot = slot_at(f->getArg(2), i);
    llvm::Value* position = reader_.row_at(b_, f->getArg(4), i);
    for (size_t c = 0; c < calls_.size(); ++c) {
      calls_[c].result(writer_, b_, slot, f->getArg(1), out[c], position);
    }
  });
  b_.CreateRetVoid();
}

void AggEmitter::emit_accumulators() {
  auto* f = define_read("agg_accumulators");
  ColumnWriter writer;
  std::vector<PackedField> out;
  for (const Accumulator& call : calls_) {
    for (PackedField field : call.fields()) {
      field.column = writer.open(b_, f->getArg(5), static_cast<uint32_t>(out.size()), field.type, field.name);
      out.push_back(field);
    }
  }
  FieldEmitter fields(writer_, b_);
  emit_loop(b_, f->getArg(3), "entries", [&](llvm::Value* i) {
    llvm::Value* slot = slot_at(f->getArg(2), i);
    llvm::Value* position = reader_.row_at(b_, f->getArg(4), i);
    for (const PackedField& field : out) fields.write(field, slot, f->getArg(1), position);
  });
  b_.CreateRetVoid();
}

}  // namespace

bool can_emit(const AggSpec& spec) { return spec.calls.empty() || !accumulators_of(spec).empty(); }

EmittedModule emit_agg_kernels(const AggSpec& spec, const Target& target) {
  ModuleWriter writer("agg", target);
  AggEmitter emitter(spec, writer);
  emitter.emit_init();
  emitter.emit_add();
  emitter.emit_merge();
  emitter.emit_result();
  emitter.emit_accumulators();
  return writer.finish();
}

AggKernels agg_kernels_of(const LoadedCode& code) {
  return {nullptr,
          code.pointer<decltype(AggKernels::init)>("agg_init"),
          code.pointer<decltype(AggKernels::add)>("agg_add"),
          code.pointer<decltype(AggKernels::merge)>("agg_merge"),
          code.pointer<decltype(AggKernels::result)>("agg_result"),
          code.pointer<decltype(AggKernels::accumulators)>("agg_accumulators")};
}

}  // namespace sluice::codegen
