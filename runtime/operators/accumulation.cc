#include "runtime/operators/accumulation.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "base/row_kind.h"
#include "runtime/abi/canonical_bytes.h"
#include "runtime/abi/order_bytes.h"
#include "runtime/operators/state_layout.h"

namespace sluice::runtime {
namespace {

bool takes_back(const int8_t* kinds, uint32_t row) { return kinds != nullptr && (kinds[row] & 1) != 0; }

int64_t load_count(const uint8_t* at) {
  int64_t count = 0;
  std::memcpy(&count, at, sizeof(count));
  return count;
}

bool is_true(const ColumnView& column, uint32_t row) {
  return static_cast<const uint8_t*>(column.values)[row] != 0 && is_valid(column.validity, row);
}

}  // namespace

Status Accumulation::open(OperatorContext& context, AggregatePlan plan, int64_t ttl_ms) {
  SLUICE_DO(open_kernels(context, std::move(plan)));
  SLUICE_TRY(table_, context.state->value_table(
                         table_spec(*context.op, {"accumulators", plan_.row_types, plan_.key_count(), ttl_ms}, keys_)));
  return open_beside(context, ttl_ms);
}

Status Accumulation::open_slices(OperatorContext& context, AggregatePlan plan) {
  SLUICE_DO(open_kernels(context, std::move(plan)));
  SLUICE_TRY(slices_, context.state->slice_tables(
                          table_spec(*context.op, {"slices", plan_.row_types, plan_.key_count(), 0}, keys_)));
  return open_beside(context, 0);
}

Status Accumulation::open_kernels(OperatorContext& context, AggregatePlan plan) {
  plan_ = std::move(plan);
  kernels_ = context.kernels;
  SLUICE_TRY(keys_, context.code->key(plan_.key_spec()));
  std::vector<uint32_t> every(plan_.calls.size());
  std::iota(every.begin(), every.end(), 0);
  SLUICE_TRY(all_, context.code->aggregates(plan_.spec_of(every)));
  plain_ = all_;
  if (!plan_.is_simple()) {
    SLUICE_TRY(plain_, context.code->aggregates(plan_.spec_of(plan_.plain)));
  }
  return Done{};
}

Status Accumulation::open_beside(OperatorContext& context, int64_t ttl_ms) {
  for (size_t i = 0; i < plan_.distinct.size(); ++i) SLUICE_DO(open_distinct(context, plan_.distinct[i], i, ttl_ms));
  for (uint32_t call : plan_.ordered) {
    uint32_t field = plan_.fields[call];
    if (!has_order_bytes(plan_.row_types[field])) {
      return fail(ErrorCode::NotSupportedYet, "{} over {} is not supported yet", plan_.calls[call].function,
                  plan_.row_types[field].to_string());
    }
    SLUICE_TRY(OrderedTable * table, context.state->ordered_table("values_" + std::to_string(call)));
    ordered_.push_back({call, table, plan_.layout.fields[field], field});
  }
  if (ordered_.empty()) return Done{};
  RowSchema schema;
  for (const Type& type : plan_.key_types) {
    bare_columns_.push_back(static_cast<uint32_t>(schema.size()));
    schema.push_back({"", type});
  }
  SLUICE_TRY(bare_keys_, context.code->key({schema, bare_columns_, plan_.layout}));
  return Done{};
}

Status Accumulation::select(int64_t slice_end_ms) {
  slice_end_ = slice_end_ms;
  SLUICE_TRY(table_, slices_->slice(slice_end_ms));
  for (DistinctValues& values : distinct_) {
    SLUICE_TRY(values.table, values.slices->slice(slice_end_ms));
  }
  return Done{};
}

void Accumulation::drop_slice(int64_t slice_end_ms) {
  slices_->drop(slice_end_ms);
  for (DistinctValues& values : distinct_) values.slices->drop(slice_end_ms);
}

// Table "distinct_N": keys, arguments | a count per call.
Status Accumulation::open_distinct(OperatorContext& context, const DistinctSet& set, size_t index, int64_t ttl_ms) {
  DistinctValues values;
  values.set = &set;
  std::vector<Type> fields = plan_.key_types;
  std::vector<uint32_t> columns = plan_.keys;
  for (size_t i = 0; i < set.arguments.size(); ++i) {
    columns.push_back(set.arguments[i]);
    fields.push_back(plan_.input[set.arguments[i]].type);
  }
  auto key_fields = static_cast<uint32_t>(fields.size());
  for (size_t i = 0; i < set.calls.size(); ++i) fields.push_back(Type::bigint().not_null());
  StateRowLayout layout = layout_of(fields);
  for (uint32_t i = 0; i < set.calls.size(); ++i) {
    values.count_offsets.push_back(layout.fields[key_fields + i].offset);
    SLUICE_TRY(KernelRef<AggKernels> kernels, context.code->aggregates(plan_.spec_of({set.calls[i]})));
    values.kernels.push_back(std::move(kernels));
  }
  SLUICE_TRY(values.keys, context.code->key({plan_.input, columns, layout}));
  TableSpec spec = table_spec(*context.op, {"distinct_" + std::to_string(index), std::move(fields), key_fields, ttl_ms},
                              values.keys);
  if (slices_ == nullptr) {
    SLUICE_TRY(values.table, context.state->value_table(spec));
  } else {
    SLUICE_TRY(values.slices, context.state->slice_tables(spec));
  }
  distinct_.push_back(std::move(values));
  return Done{};
}

void Accumulation::hash(const ColumnView* columns, const uint32_t* selection, uint32_t count, uint64_t* hashes) const {
  const KeyKernels& kernels = keys_->current();
  kernels.hash(kernels.self, columns, selection, count, hashes);
}

void Accumulation::init(uint8_t* const* slots, uint32_t count) const {
  const AggKernels& kernels = all_->current();
  kernels.init(kernels.self, slots, count);
}

Status Accumulation::add(const GroupedRows& rows) {
  if (!plan_.plain.empty()) {
    const AggKernels& kernels = plain_->current();
    kernels.add(kernels.self, kernels_, rows.columns, rows.kinds, rows.selection, rows.count, rows.slots,
                table_->heap());
  }
  for (DistinctValues& values : distinct_) SLUICE_DO(add_distinct(values, rows));
  for (OrderedValues& values : ordered_) SLUICE_DO(add_ordered(values, rows));
  return Done{};
}

void Accumulation::merge(const GroupedRows& rows) {
  const AggKernels& kernels = all_->current();
  kernels.merge(kernels.self, kernels_, rows.columns, rows.selection, rows.count, rows.slots, table_->heap());
}

bool Accumulation::takes(const AggregateCall& call, const ColumnView* columns, uint32_t row) const {
  for (uint32_t argument : call.arguments) {
    if (!is_valid(columns[argument].validity, row)) return false;
  }
  return call.filter < 0 || is_true(columns[call.filter], row);
}

Status Accumulation::add_distinct(DistinctValues& values, const GroupedRows& rows) {
  // NULL arguments count for no call, so only the other rows are looked up.
  value_rows_.clear();
  group_slots_.clear();
  group_hashes_.clear();
  for (uint32_t i = 0; i < rows.count; ++i) {
    uint32_t row = rows.selection[i];
    auto is_null = [&](uint32_t argument) { return !is_valid(rows.columns[argument].validity, row); };
    if (std::any_of(values.set->arguments.begin(), values.set->arguments.end(), is_null)) continue;
    value_rows_.push_back(row);
    group_slots_.push_back(rows.slots[i]);
    group_hashes_.push_back(rows.hashes[i]);
  }
  auto count = static_cast<uint32_t>(value_rows_.size());
  if (count == 0) return Done{};
  value_hashes_.resize(count);
  value_slots_.resize(count);
  inserted_.resize(count);
  const KeyKernels& keys = values.keys->current();
  keys.hash(keys.self, rows.columns, value_rows_.data(), count, value_hashes_.data());
  for (uint32_t i = 0; i < count; ++i) {
    value_hashes_[i] = (value_hashes_[i] & 0xffffffff00000000ULL) | (group_hashes_[i] & 0xffffffffULL);
  }
  SLUICE_DO(values.table->find_or_insert({rows.columns, value_rows_.data(), count, value_hashes_.data()},
                                         value_slots_.data(), inserted_.data()));
  values.table->touch(value_slots_.data(), count);

  for (size_t c = 0; c < values.set->calls.size(); ++c) {
    const AggregateCall& call = plan_.calls[values.set->calls[c]];
    chosen_rows_.clear();
    chosen_slots_.clear();
    for (uint32_t i = 0; i < count; ++i) {
      uint32_t row = value_rows_[i];
      if (!takes(call, rows.columns, row)) continue;
      uint8_t* at = value_slots_[i] + values.count_offsets[c];
      int64_t before = load_count(at);
      bool back = takes_back(rows.kinds, row);
      int64_t after = before + (back ? -1 : 1);
      std::memcpy(at, &after, sizeof(after));
      if (after != (back ? 0 : 1)) continue;
      chosen_rows_.push_back(row);
      chosen_slots_.push_back(group_slots_[i]);
    }
    const AggKernels& kernels = values.kernels[c]->current();
    kernels.add(kernels.self, kernels_, rows.columns, rows.kinds, chosen_rows_.data(),
                static_cast<uint32_t>(chosen_rows_.size()), chosen_slots_.data(), table_->heap());
  }

  touched_.reset(count);
  for (uint8_t* slot : value_slots_) touched_.number_of(slot);
  for (uint8_t* slot : touched_.slots()) {
    auto is_zero = [&](uint32_t offset) { return load_count(slot + offset) == 0; };
    if (std::all_of(values.count_offsets.begin(), values.count_offsets.end(), is_zero)) values.table->erase(slot);
  }
  return Done{};
}

Status Accumulation::add_ordered(OrderedValues& values, const GroupedRows& rows) {
  const AggregateCall& call = plan_.calls[values.call];
  bool largest = call.function == "MAX";
  uint32_t argument = call.arguments[0];
  for (uint32_t i = 0; i < rows.count; ++i) {
    uint32_t row = rows.selection[i];
    if (!takes(call, rows.columns, row)) continue;
    name_group(rows.columns, plan_.keys, row);
    element_.clear();
    append_order_bytes(rows.columns[argument], call.argument_types[0], row, element_);
    SLUICE_TRY([[maybe_unused]] int64_t count,
               values.table->add(group_, rows.hashes[i], element_, takes_back(rows.kinds, row) ? -1 : 1));
    SLUICE_TRY(bool found, largest ? values.table->last(group_, rows.hashes[i], element_)
                                   : values.table->first(group_, rows.hashes[i], element_));
    store_extreme(values, rows.slots[i], found ? &element_ : nullptr);
  }
  return Done{};
}

void Accumulation::store_extreme(const OrderedValues& values, uint8_t* slot, const std::string* element) {
  uint8_t* at = slot + values.field.offset;
  uint8_t& null_byte = slot[values.field_index / 8];
  auto null_mask = static_cast<uint8_t>(1U << (values.field_index % 8));
  null_byte = static_cast<uint8_t>(element == nullptr ? null_byte | null_mask : null_byte & ~null_mask);

  const Type& type = values.field.type;
  if (type.physical() != Physical::String) {
    std::memset(at, 0, type.width());
    if (element != nullptr) read_order_bytes(*element, type, at);
    return;
  }
  StringView old;
  std::memcpy(static_cast<void*>(&old), at, sizeof(old));
  if (!old.is_inline()) table_->heap()->release(table_->heap(), old.data_, old.size());
  StringView value = element == nullptr ? StringView() : StringView(*element);
  if (!value.is_inline()) {
    char* copy = table_->heap()->allocate(table_->heap(), value.size());
    std::memcpy(copy, value.data_, value.size());
    value.data_ = copy;
  }
  std::memcpy(at, &value, sizeof(value));
}

void Accumulation::results(uint8_t* const* slots, uint32_t count, const uint32_t* positions, MutableColumn* out) const {
  const AggKernels& kernels = all_->current();
  kernels.result(kernels.self, kernels_, slots, count, positions, out);
}

void Accumulation::unpack_keys(uint8_t* const* slots, uint32_t count, const uint32_t* positions,
                               MutableColumn* out) const {
  const KeyKernels& kernels = keys_->current();
  kernels.unpack(kernels.self, kernels_, slots, count, positions, out);
}

// The canonical bytes of the keys, behind the slice's end where there are slices.
void Accumulation::name_group(const ColumnView* columns, const std::vector<uint32_t>& keys, uint32_t row) {
  group_.clear();
  if (slices_ != nullptr) group_.append(reinterpret_cast<const char*>(&slice_end_), sizeof(slice_end_));
  for (size_t i = 0; i < keys.size(); ++i) append_canonical(columns[keys[i]], plan_.key_types[i], row, group_);
}

Status Accumulation::forget_values(const ColumnView* keys, const uint32_t* rows, uint32_t count) {
  if (ordered_.empty() || count == 0) return Done{};
  group_hashes_.resize(count);
  const KeyKernels& kernels = bare_keys_->current();
  kernels.hash(kernels.self, keys, rows, count, group_hashes_.data());
  for (uint32_t i = 0; i < count; ++i) {
    name_group(keys, bare_columns_, rows[i]);
    for (OrderedValues& values : ordered_) SLUICE_DO(values.table->erase_group(group_, group_hashes_[i]));
  }
  return Done{};
}

void Accumulation::reset(uint8_t* slot) {
  StateHeap* heap = table_->heap();
  for (size_t i = plan_.first_accumulator(); i < plan_.layout.fields.size(); ++i) {
    const StateRowLayout::Field& field = plan_.layout.fields[i];
    size_t width = field.is_blob ? sizeof(StringView) : field.type.width();
    if (field.is_blob || field.type.physical() == Physical::String) {
      StringView old;
      std::memcpy(static_cast<void*>(&old), slot + field.offset, sizeof(old));
      if (!old.is_inline()) heap->release(heap, old.data_, old.size());
    }
    std::memset(slot + field.offset, 0, width);
    slot[i / 8] = static_cast<uint8_t>(slot[i / 8] & ~(1U << (i % 8)));
  }
}

}  // namespace sluice::runtime
