#include "codegen/pipeline/emit_pipeline.h"

#include <llvm/IR/InstIterator.h>

#include <algorithm>
#include <cstddef>
#include <set>

#include "codegen/expr/emit_expr.h"

namespace sluice::codegen {
namespace {

using runtime::PipelineSpec;

// LLVM's time grows faster than a function: a wide projection becomes several.
constexpr unsigned kPartInstructionsMax = 500;

void collect_paths(const Expr& expr, std::set<ColumnPath>& paths) {
  ColumnPath path = path_of(expr);
  if (!path.empty()) {
    paths.insert(path);
    return;
  }
  for (const Expr& arg : expr.args) collect_paths(arg, paths);
}

std::vector<ColumnPath> paths_of(std::span<const Expr> exprs) {
  std::set<ColumnPath> paths;
  for (const Expr& expr : exprs) collect_paths(expr, paths);
  return {paths.begin(), paths.end()};
}

// A call stands for the kernel that will be inlined there.
unsigned cost_of(const llvm::Function& function) {
  constexpr unsigned kCallCost = 20;
  unsigned cost = 0;
  for (const llvm::Instruction& instruction : llvm::instructions(function)) {
    cost += llvm::isa<llvm::CallBase>(instruction) ? kCallCost : 1;
  }
  return cost;
}

class PipelineEmitter {
 public:
  PipelineEmitter(const PipelineSpec& spec, const Target& target)
      : spec_(spec),
        writer_("pipeline", target),
        uses_(spec.input),
        calls_(calls_of(spec.condition, spec.computed)),
        shared_(shared_calls_of(spec.condition, spec.computed)),
        // Written are the computed columns, their NULL bytes, and the condition's bytes.
        aliases_(writer_.context(), static_cast<uint32_t>(2 * spec.computed.size() + 1)) {
    for (const Expr& expr : spec.condition) uses_.add(expr);
    for (const Expr& expr : spec.computed) uses_.add(expr);
  }

  EmittedModule emit();

 private:
  // Positions of kBatchRowsMax bytes each in the scratch memory: bitmaps that are read, the condition, bitmaps that
  // are written. Shared calls follow.
  uint32_t condition_bytes() const { return uses_.flag_count(); }
  uint32_t output_bytes(size_t column) const { return uses_.flag_count() + 1 + static_cast<uint32_t>(column); }
  uint32_t shared_position() const { return output_bytes(spec_.computed.size()); }
  uint64_t scratch_bytes() const {
    return uint64_t{shared_position()} * kBatchRowsMax + shared_.calls.size() * kSharedCallBytes;
  }
  llvm::Value* scratch_at(Builder& b, llvm::Value* scratch, uint32_t position) {
    return byte_address(b, scratch, uint64_t{position} * kBatchRowsMax);
  }

  llvm::Function* define_part(const std::string& name);
  llvm::Function* emit_condition();
  llvm::Function* emit_columns(size_t begin, size_t* end);
  void emit_entry(llvm::Function* condition, const std::vector<llvm::Function*>& parts);
  void spread(Builder& b, std::span<const ColumnPath> paths, llvm::Value* columns, llvm::Value* rows,
              llvm::Value* scratch, std::set<ColumnPath>& done);

  const PipelineSpec& spec_;
  ModuleWriter writer_;
  ColumnUses uses_;
  CallTable calls_;
  SharedCalls shared_;
  AliasScopes aliases_;
};

// i1 part(self, context, columns, count, selection, out, scratch): false when a row failed.
llvm::Function* PipelineEmitter::define_part(const std::string& name) {
  auto* p = writer_.pointer();
  return writer_.define_part(name, writer_.i1(),
                             {{"self", p},
                              {"context", p},
                              {"columns", p},
                              {"count", writer_.i32()},
                              {"selection", p},
                              {"out", p},
                              {"scratch", p}});
}

llvm::Function* PipelineEmitter::emit_condition() {
  llvm::Function* part = define_part("condition");
  Builder b(&part->getEntryBlock());
  auto* failed = llvm::BasicBlock::Create(writer_.context(), "failed", part);
  RowScope rows(b, uses_, paths_of(spec_.condition), part->getArg(2), part->getArg(6), aliases_);
  llvm::Value* mask = scratch_at(b, part->getArg(6), condition_bytes());
  SharedMemory shared(shared_, scratch_at(b, part->getArg(6), shared_position()), true);
  ExprContext context{writer_, b, rows, calls_, part->getArg(0), part->getArg(1), failed};
  context.shared = &shared;
  emit_loop(b, part->getArg(3), "rows", [&](llvm::Value* row) {
    rows.set_row(row);
    SqlValue value = emit_expr(context, spec_.condition[0]);
    llvm::Value* passes = value.value;
    if (value.is_null != nullptr) passes = b.CreateAnd(passes, b.CreateNot(value.is_null));
    auto* store = b.CreateStore(b.CreateZExt(passes, b.getInt8Ty()), b.CreateInBoundsGEP(b.getInt8Ty(), mask, row));
    aliases_.mark_write(store, static_cast<uint32_t>(2 * spec_.computed.size()));
  });
  b.CreateRet(b.getTrue());
  b.SetInsertPoint(failed);
  b.CreateRet(b.getFalse());
  return part;
}

// As many columns from `begin` on as fit one function; `end` says where it stopped.
llvm::Function* PipelineEmitter::emit_columns(size_t begin, size_t* end) {
  llvm::Function* part = define_part("columns" + std::to_string(begin));
  Builder b(&part->getEntryBlock());
  auto* failed = llvm::BasicBlock::Create(writer_.context(), "failed", part);
  // Columns are opened for all that might still come; what is not used costs a load per batch, and O2 drops it.
  std::span<const Expr> rest(spec_.computed.begin() + static_cast<std::ptrdiff_t>(begin), spec_.computed.end());
  RowScope rows(b, uses_, paths_of(rest), part->getArg(2), part->getArg(6), aliases_);
  std::vector<llvm::Value*> values;
  for (size_t i = begin; i < spec_.computed.size(); ++i) {
    values.push_back(load_pointer(b, part->getArg(5), i * sizeof(MutableColumn) + offsetof(MutableColumn, values),
                                  "out" + std::to_string(i)));
  }
  SharedMemory shared(shared_, scratch_at(b, part->getArg(6), shared_position()), false);
  ExprContext context{writer_, b, rows, calls_, part->getArg(0), part->getArg(1), failed};
  context.shared = &shared;
  emit_loop(b, part->getArg(3), "rows", [&](llvm::Value* i) {
    llvm::Value* row = i;
    if (!spec_.condition.empty()) {
      auto* selected = b.CreateLoad(b.getInt32Ty(), b.CreateInBoundsGEP(b.getInt32Ty(), part->getArg(4), i));
      aliases_.mark_read(selected);
      row = b.CreateZExt(selected, b.getInt64Ty(), "row");
    }
    rows.set_row(row);
    for (*end = begin; *end < spec_.computed.size(); ++*end) {
      if (*end > begin && cost_of(*part) > kPartInstructionsMax) break;
      const Expr& expr = spec_.computed[*end];
      SqlValue value = emit_expr(context, expr);
      if (!expr.type.nullable()) emit_null_check(context, value, calls_.computed_sites[*end]);
      auto output = static_cast<uint32_t>(2 * *end);
      Physical physical = expr.type.physical();
      llvm::Value* to = element_address(b, physical, values[*end - begin], i);
      aliases_.mark_write(store_value(b, physical, value.value, to), output);
      llvm::Value* valid = b.CreateZExt(b.CreateNot(null_flag(b, value)), b.getInt8Ty());
      llvm::Value* flags = scratch_at(b, part->getArg(6), output_bytes(*end));
      auto* store = b.CreateStore(valid, b.CreateInBoundsGEP(b.getInt8Ty(), flags, i));
      aliases_.mark_write(store, output + 1);
    }
  });
  b.CreateRet(b.getTrue());
  b.SetInsertPoint(failed);
  b.CreateRet(b.getFalse());
  return part;
}

void PipelineEmitter::spread(Builder& b, std::span<const ColumnPath> paths, llvm::Value* columns, llvm::Value* rows,
                             llvm::Value* scratch, std::set<ColumnPath>& done) {
  llvm::Type* types[] = {writer_.pointer(), writer_.i32(), writer_.pointer()};
  auto expand = writer_.batch_support("sluice_support_expand_validity", writer_.void_type(), types);
  auto mask = writer_.batch_support("sluice_support_mask_validity", writer_.void_type(), types);
  for (const ColumnPath& path : paths) {
    const ColumnUse& use = uses_.at(path);
    if (use.flags < 0 || !done.insert(path).second) continue;
    llvm::Value* bytes = scratch_at(b, scratch, static_cast<uint32_t>(use.flags));
    bool is_first = true;
    for (size_t step = 0; step < path.size(); ++step) {
      if (!use.nullable[step]) continue;
      llvm::Value* view = view_address(b, columns, path, step + 1);
      llvm::Value* validity = load_pointer(b, view, offsetof(ColumnView, validity), use.name + ".validity");
      b.CreateCall(is_first ? expand : mask, {validity, rows, bytes});
      is_first = false;
    }
  }
}

void PipelineEmitter::emit_entry(llvm::Function* condition, const std::vector<llvm::Function*>& parts) {
  auto* p = writer_.pointer();
  auto* f = writer_.define_entry(
      kPipelineEntry, writer_.i32(),
      {{"self", p}, {"context", p}, {"columns", p}, {"rows", writer_.i32()}, {"selection", p}, {"out", p}});
  Builder b(&f->getEntryBlock());
  llvm::Value* self = f->getArg(0);
  llvm::Value* kernels = f->getArg(1);
  llvm::Value* columns = f->getArg(2);
  llvm::Value* rows = f->getArg(3);
  llvm::Value* selection = f->getArg(4);
  llvm::Value* out = f->getArg(5);
  llvm::Value* scratch = entry_alloca(b, llvm::ArrayType::get(b.getInt8Ty(), scratch_bytes()), "scratch");
  auto* nothing = llvm::BasicBlock::Create(writer_.context(), "nothing", f);
  auto call_part = [&](llvm::Function* part, llvm::Value* count) {
    auto* next = llvm::BasicBlock::Create(writer_.context(), "next", f);
    b.CreateCondBr(b.CreateCall(part, {self, kernels, columns, count, selection, out, scratch}), next, nothing);
    b.SetInsertPoint(next);
  };

  std::set<ColumnPath> done;
  llvm::Value* count = rows;
  if (condition != nullptr) {
    spread(b, paths_of(spec_.condition), columns, rows, scratch, done);
    SharedMemory::clear(b, shared_, scratch_at(b, scratch, shared_position()));
    call_part(condition, rows);
    auto compress = writer_.batch_support("sluice_support_compress", writer_.i32(), {p, writer_.i32(), p});
    count = b.CreateCall(compress, {scratch_at(b, scratch, condition_bytes()), rows, selection});
    auto* some = llvm::BasicBlock::Create(writer_.context(), "some", f);
    b.CreateCondBr(b.CreateICmpNE(count, b.getInt32(0)), some, nothing);
    b.SetInsertPoint(some);
  } else {
    llvm::Value* identity = b.CreateCall(writer_.support("sluice_support_identity", p, {}));
    b.CreateMemCpy(selection, llvm::Align(4), identity, llvm::Align(4),
                   b.CreateShl(b.CreateZExt(rows, b.getInt64Ty()), 2));
  }
  spread(b, paths_of(spec_.computed), columns, rows, scratch, done);
  for (llvm::Function* part : parts) call_part(part, count);
  auto pack = writer_.batch_support("sluice_support_pack_validity", writer_.void_type(), {p, writer_.i32(), p});
  for (size_t i = 0; i < spec_.computed.size(); ++i) {
    if (!spec_.computed[i].type.nullable()) continue;
    llvm::Value* validity =
        load_pointer(b, out, i * sizeof(MutableColumn) + offsetof(MutableColumn, validity), "validity");
    b.CreateCall(pack, {scratch_at(b, scratch, output_bytes(i)), count, validity});
  }
  b.CreateRet(count);
  b.SetInsertPoint(nothing);
  b.CreateRet(b.getInt32(0));
}

EmittedModule PipelineEmitter::emit() {
  llvm::Function* condition = spec_.condition.empty() ? nullptr : emit_condition();
  std::vector<llvm::Function*> parts;
  size_t end = 0;
  for (size_t at = 0; at < spec_.computed.size(); at = end) parts.push_back(emit_columns(at, &end));
  emit_entry(condition, parts);
  return writer_.finish();
}

}  // namespace

EmittedModule emit_pipeline(const PipelineSpec& spec, const Target& target) {
  return PipelineEmitter(spec, target).emit();
}

}  // namespace sluice::codegen
