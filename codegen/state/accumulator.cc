#include "codegen/state/accumulator.h"

#include <algorithm>

#include "base/check.h"

namespace sluice::codegen {
namespace {

// One value, NULL until the first came.
bool keeps_value(AccumulatorKind kind) {
  using enum AccumulatorKind;
  return kind == Min || kind == Max || kind == First || kind == Last;
}

bool is_interpreted(AccumulatorKind kind) {
  using enum AccumulatorKind;
  return kind == MinRetract || kind == MaxRetract || kind == Concat || kind == NotYet;
}

llvm::Value* conjunction(Builder& b, llvm::Value* left, llvm::Value* right) {
  if (left == nullptr) return right;
  return right == nullptr ? left : b.CreateAnd(left, right);
}

}  // namespace

std::optional<Accumulator> Accumulator::make(const runtime::AggSpec& spec, size_t index) {
  const runtime::AggregateCall& call = spec.calls[index];
  const AggregateDecl* decl = find_aggregate(call.function);
  if (decl == nullptr || call.distinct) return {};
  auto shape = aggregate_shape(*decl, call.argument_types, call.distinct, call.retracts);
  if (!shape || is_interpreted(shape->kind)) return {};

  Accumulator out;
  out.call_ = &call;
  out.input_ = &spec.input;
  out.kind_ = shape->kind;
  for (uint32_t i = 0; i < shape->fields.size(); ++i) {
    uint32_t at = spec.fields[index] + i;
    if (spec.layout.fields[at].type.physical() != shape->fields[i].type.physical()) return {};
    out.fields_.push_back(
        packed_field(spec.layout, at, std::string(decl->name) + "." + std::string(shape->fields[i].name)));
  }
  // Of the global phase the arguments do not exist, and rows are never added.
  auto exists = [&](size_t argument) {
    return call.arguments[argument] < spec.input.size() &&
           spec.input[call.arguments[argument]].type.physical() == call.argument_types[argument].physical();
  };
  out.has_inputs_ = call.arguments.size() == call.argument_types.size();
  for (size_t i = 0; i < call.arguments.size() && out.has_inputs_; ++i) out.has_inputs_ = exists(i);
  if (call.filter >= 0) {
    auto filter = static_cast<uint32_t>(call.filter);
    out.has_inputs_ &= filter < spec.input.size() && spec.input[filter].type.physical() == Physical::Bool;
  }
  if (index < spec.merge_columns.size()) out.merge_column_ = spec.merge_columns[index];
  return out;
}

bool Accumulator::is_real() const {
  Physical physical = fields_[0].type.physical();
  return physical == Physical::Float32 || physical == Physical::Float64;
}

std::vector<uint32_t> Accumulator::inputs() const {
  std::vector<uint32_t> columns = call_->arguments;
  if (call_->filter >= 0) columns.push_back(static_cast<uint32_t>(call_->filter));
  return columns;
}

void Accumulator::open_inputs(ModuleWriter& writer, Builder& b, llvm::Value* columns, bool plain) {
  ColumnReader reader(writer);
  auto open = [&](uint32_t index) {
    const RowField& column = (*input_)[index];
    return reader.open(b, columns, index, plain ? column.type.not_null() : column.type, column.name);
  };
  arguments_.clear();
  for (uint32_t argument : call_->arguments) arguments_.push_back(open(argument));
  filter_.reset();
  if (call_->filter >= 0) filter_ = open(static_cast<uint32_t>(call_->filter));
}

void Accumulator::open_merged(ModuleWriter& writer, Builder& b, llvm::Value* columns) {
  ColumnReader reader(writer);
  merged_.clear();
  for (uint32_t i = 0; i < fields_.size(); ++i) {
    auto column = static_cast<uint32_t>(merge_column_) + i;
    merged_.push_back(reader.open(b, columns, column, fields_[i].type, fields_[i].name));
  }
}

// i1: no argument is NULL and the filter is TRUE; null when that is known.
llvm::Value* Accumulator::condition(ModuleWriter& writer, Builder& b, llvm::Value* row) const {
  ColumnReader reader(writer);
  llvm::Value* counts = nullptr;
  for (const ColumnPointers& argument : arguments_) counts = conjunction(b, counts, reader.is_valid(b, argument, row));
  if (!filter_) return counts;
  counts = conjunction(b, counts, reader.is_valid(b, *filter_, row));
  return conjunction(b, counts, reader.value(b, *filter_, row));
}

llvm::Value* Accumulator::widened(Builder& b, llvm::Value* value, Physical from) const {
  Physical to = fields_[0].type.physical();
  if (from == to) return value;
  llvm::Type* type = register_type(b.getContext(), to);
  return from == Physical::Float32 ? b.CreateFPExt(value, type) : b.CreateSExt(value, type);
}

llvm::Value* Accumulator::read_null(ModuleWriter& writer, Builder& b, llvm::Value* slot) const {
  if (!fields_[0].type.nullable()) return b.getFalse();
  return FieldEmitter(writer, b).is_null(fields_[0], slot);
}

void Accumulator::write_null(ModuleWriter& writer, Builder& b, llvm::Value* slot, llvm::Value* null) const {
  if (fields_[0].type.nullable()) FieldEmitter(writer, b).set_null(fields_[0], slot, null);
}

void Accumulator::init(ModuleWriter& writer, Builder& b, llvm::Value* slot) const {
  for (const PackedField& field : fields_) {
    llvm::Type* type = storage_type(b.getContext(), field.type.physical());
    b.CreateAlignedStore(llvm::Constant::getNullValue(type), byte_address(b, slot, field.offset),
                         llvm::Align(std::min<uint64_t>(8, std::max<uint64_t>(1, field.type.width()))));
  }
  write_null(writer, b, slot, b.getInt1(kind_ == AccumulatorKind::Sum || keeps_value(kind_)));
}

void Accumulator::add_count(ModuleWriter& writer, Builder& b, const AddedRow& in, llvm::Value* delta) const {
  const PackedField& count = fields_.back();
  FieldEmitter fields(writer, b);
  llvm::Value* sum = b.CreateAdd(fields.load(count, in.slot), delta);
  store_value(b, Physical::Int64, sum, fields.address(count, in.slot));
}

void Accumulator::add_decimal(ModuleWriter& writer, Builder& b, const AddedRow& in, const Addend& addend) const {
  FieldEmitter fields(writer, b);
  auto apply = [&] {
    llvm::Value* sum = entry_alloca(b, writer.i128(), "sum");
    llvm::Value* value = entry_alloca(b, writer.i128(), "addend");
    b.CreateStore(fields.load(fields_[0], in.slot), sum);
    b.CreateStore(addend.value, value);
    llvm::Value* null = read_null(writer, b, in.slot);
    llvm::Type* types[] = {writer.pointer(), writer.i1(), writer.pointer()};
    auto call = [&](const char* kernel) {
      return b.CreateCall(writer.support(kernel, writer.i1(), types), {sum, null, value});
    };
    auto keep = [&](llvm::Value* is_null) {
      llvm::Value* total = b.CreateLoad(writer.i128(), sum);
      store_value(b, Physical::Int128, total, fields.address(fields_[0], in.slot));
      write_null(writer, b, in.slot, is_null);
    };
    if (kind_ == AccumulatorKind::Sum) return keep(call("sluice_support_decimal_first"));
    if (in.back == nullptr) return keep(call("sluice_support_decimal_plus"));
    emit_if(b, in.back, "retract", [&] { keep(call("sluice_support_decimal_minus")); });
    emit_if(b, b.CreateNot(in.back), "add", [&] { keep(call("sluice_support_decimal_plus")); });
  };
  if (addend.counts == nullptr) return apply();
  emit_if(b, addend.counts, "counts", apply);
}

void Accumulator::add_sum(ModuleWriter& writer, Builder& b, const AddedRow& in, const Addend& addend) const {
  if (is_decimal()) return add_decimal(writer, b, in, addend);
  FieldEmitter fields(writer, b);
  const PackedField& sum = fields_[0];
  llvm::Value* old = fields.load(sum, in.slot);
  bool starts_null = kind_ == AccumulatorKind::Sum;
  llvm::Value* null = starts_null ? read_null(writer, b, in.slot) : nullptr;
  llvm::Value* total = is_real() ? b.CreateFAdd(old, addend.value) : b.CreateAdd(old, addend.value);
  if (!starts_null && in.back != nullptr) {
    llvm::Value* less = is_real() ? b.CreateFSub(old, addend.value) : b.CreateSub(old, addend.value);
    total = b.CreateSelect(in.back, less, total);
  }
  // A NULL sum holds 0, to which an integer may be added; -0.0 would not survive that.
  if (starts_null && is_real()) total = b.CreateSelect(null, addend.value, total);
  if (addend.counts != nullptr) total = b.CreateSelect(addend.counts, total, old);
  store_value(b, sum.type.physical(), total, fields.address(sum, in.slot));
  if (!starts_null) return;
  write_null(writer, b, in.slot,
             addend.counts == nullptr ? b.getFalse() : b.CreateAnd(null, b.CreateNot(addend.counts)));
}

// Ordered comparisons: NaN is neither less nor greater, as in Java.
llvm::Value* Accumulator::beats(ModuleWriter& writer, Builder& b, llvm::Value* candidate, llvm::Value* best) const {
  if (kind_ == AccumulatorKind::First) return b.getFalse();
  if (kind_ == AccumulatorKind::Last) return b.getTrue();
  bool largest = kind_ == AccumulatorKind::Max;
  Physical physical = fields_[0].type.physical();
  switch (physical) {
    case Physical::Bool:
      return largest ? b.CreateICmpUGT(candidate, best) : b.CreateICmpULT(candidate, best);
    case Physical::Float32:
    case Physical::Float64:
      return largest ? b.CreateFCmpOGT(candidate, best) : b.CreateFCmpOLT(candidate, best);
    case Physical::String: {
      auto compare =
          writer.support("sluice_support_string_compare", writer.i32(), {writer.pointer(), writer.pointer()});
      llvm::Value* order = b.CreateCall(compare, {candidate, best});
      return largest ? b.CreateICmpSGT(order, b.getInt32(0)) : b.CreateICmpSLT(order, b.getInt32(0));
    }
    case Physical::TimestampNs: {
      auto part = [&](llvm::Value* at, uint64_t offset, llvm::Type* type) {
        return b.CreateAlignedLoad(type, byte_address(b, at, offset), llvm::Align(8));
      };
      llvm::Value* left_ms = part(candidate, 0, writer.i64());
      llvm::Value* right_ms = part(best, 0, writer.i64());
      llvm::Value* left_ns = part(candidate, 8, writer.i32());
      llvm::Value* right_ns = part(best, 8, writer.i32());
      auto better = [&](llvm::Value* x, llvm::Value* y) {
        return largest ? b.CreateICmpSGT(x, y) : b.CreateICmpSLT(x, y);
      };
      return b.CreateOr(better(left_ms, right_ms),
                        b.CreateAnd(b.CreateICmpEQ(left_ms, right_ms), better(left_ns, right_ns)));
    }
    default:
      return largest ? b.CreateICmpSGT(candidate, best) : b.CreateICmpSLT(candidate, best);
  }
}

void Accumulator::offer(ModuleWriter& writer, Builder& b, const AddedRow& in, const Addend& addend) const {
  FieldEmitter fields(writer, b);
  const PackedField& field = fields_[0];
  Physical physical = field.type.physical();
  if (!is_by_address(physical)) {
    llvm::Value* best = fields.load(field, in.slot);
    llvm::Value* null = read_null(writer, b, in.slot);
    llvm::Value* takes = b.CreateOr(null, beats(writer, b, addend.value, best));
    if (addend.counts != nullptr) takes = b.CreateAnd(takes, addend.counts);
    store_value(b, physical, b.CreateSelect(takes, addend.value, best), fields.address(field, in.slot));
    write_null(writer, b, in.slot, addend.counts == nullptr ? b.getFalse() : b.CreateAnd(null, b.CreateNot(takes)));
    return;
  }
  auto compare_and_take = [&] {
    llvm::Value* best = fields.address(field, in.slot);
    llvm::Value* takes = b.CreateOr(read_null(writer, b, in.slot), beats(writer, b, addend.value, best));
    emit_if(b, takes, "takes", [&] {
      if (physical == Physical::String) {
        auto* p = writer.pointer();
        b.CreateCall(writer.support("sluice_support_string_replace", writer.void_type(), {p, p, p}),
                     {best, addend.value, in.heap});
      } else {
        store_value(b, physical, addend.value, best);
      }
      write_null(writer, b, in.slot, b.getFalse());
    });
  };
  if (addend.counts == nullptr) return compare_and_take();
  emit_if(b, addend.counts, "counts", compare_and_take);
}

Accumulator::Addend Accumulator::read(ModuleWriter& writer, Builder& b, llvm::Value* row) const {
  Addend addend;
  addend.counts = condition(writer, b, row);
  if (kind_ != AccumulatorKind::Count) addend.value = ColumnReader(writer).value(b, arguments_[0], row);
  return addend;
}

void Accumulator::add(ModuleWriter& writer, Builder& b, const AddedRow& in, const Addend& addend) const {
  if (keeps_value(kind_)) return offer(writer, b, in, addend);
  if (kind_ != AccumulatorKind::Count) {
    add_sum(writer, b, in, {widened(b, addend.value, arguments_[0].physical), addend.counts});
    if (!has_count()) return;
  }
  llvm::Value* delta = in.sign;
  if (addend.counts != nullptr) delta = b.CreateSelect(addend.counts, delta, b.getInt64(0));
  add_count(writer, b, in, delta);
}

void Accumulator::merge(ModuleWriter& writer, Builder& b, const AddedRow& in) const {
  ColumnReader reader(writer);
  llvm::Value* value = reader.value(b, merged_[0], in.row);
  llvm::Value* valid = reader.is_valid(b, merged_[0], in.row);
  if (kind_ == AccumulatorKind::Count) return add_count(writer, b, in, value);
  if (keeps_value(kind_)) return offer(writer, b, in, {value, valid});
  add_sum(writer, b, in, {value, valid});
  if (is_decimal() && kind_ != AccumulatorKind::Sum && valid != nullptr) {
    // The other sum has overflown, so this one has.
    FieldEmitter fields(writer, b);
    emit_if(b, b.CreateNot(valid), "overflown", [&] {
      store_value(b, Physical::Int128, llvm::ConstantInt::get(writer.i128(), 0), fields.address(fields_[0], in.slot));
      write_null(writer, b, in.slot, b.getTrue());
    });
  }
  if (has_count()) add_count(writer, b, in, reader.value(b, merged_[1], in.row));
}

// The average in the result's form, and whether there is none.
llvm::Value* Accumulator::average(ModuleWriter& writer, Builder& b, llvm::Value* slot, llvm::Value** is_null) const {
  FieldEmitter fields(writer, b);
  llvm::Value* sum = fields.load(fields_[0], slot);
  llvm::Value* count = fields.load(fields_[1], slot);
  llvm::Type* result = register_type(b.getContext(), call_->result.physical());
  auto* p = writer.pointer();
  if (is_decimal()) {
    llvm::Value* in = entry_alloca(b, writer.i128(), "sum");
    llvm::Value* out = entry_alloca(b, writer.i128(), "average");
    b.CreateStore(sum, in);
    llvm::Type* types[] = {p, writer.i1(), writer.i64(), writer.i32(), writer.i32(), p};
    auto scale = [&](const Type& type) { return b.getInt32(static_cast<uint32_t>(type.scale())); };
    *is_null = b.CreateCall(writer.support("sluice_support_decimal_average", writer.i1(), types),
                            {in, read_null(writer, b, slot), count, scale(fields_[0].type), scale(call_->result), out});
    return b.CreateLoad(writer.i128(), out);
  }
  llvm::Type* type = is_real() ? b.getDoubleTy() : b.getInt64Ty();
  const char* kernel = is_real() ? "sluice_support_real_average" : "sluice_support_integer_average";
  llvm::Value* out = entry_alloca(b, type, "average");
  *is_null = b.CreateCall(writer.support(kernel, writer.i1(), {type, writer.i64(), p}), {sum, count, out});
  llvm::Value* value = b.CreateLoad(type, out);
  if (result == type) return value;
  return is_real() ? b.CreateFPTrunc(value, result) : b.CreateTrunc(value, result);
}

void Accumulator::result(ModuleWriter& writer, Builder& b, llvm::Value* slot, llvm::Value* context,
                         const ColumnPointers& out, llvm::Value* position) const {
  FieldEmitter fields(writer, b);
  if (kind_ == AccumulatorKind::Count || keeps_value(kind_)) {
    PackedField field = fields_[0];
    field.column = out;
    return fields.write(field, slot, context, position);
  }
  llvm::Value* is_null = nullptr;
  llvm::Value* value = nullptr;
  if (kind_ == AccumulatorKind::Average) {
    value = average(writer, b, slot, &is_null);
  } else {
    value = fields.load(fields_[0], slot);
    is_null = read_null(writer, b, slot);
    if (has_count()) is_null = b.CreateOr(is_null, b.CreateICmpEQ(fields.load(fields_[1], slot), b.getInt64(0)));
  }
  value = b.CreateSelect(is_null, llvm::Constant::getNullValue(value->getType()), value);
  ColumnWriter columns;
  store_value(b, out.physical, value, columns.address(b, out, position));
  columns.set_valid(b, out, position, b.CreateNot(is_null));
}

}  // namespace sluice::codegen
