#include "runtime/operators/sink_materialize.h"

#include <algorithm>
#include <cstring>

#include "runtime/abi/canonical_bytes.h"
#include "runtime/operators/state_layout.h"

namespace sluice::runtime {
namespace {

constexpr size_t kNotFound = SIZE_MAX;

void append_row(const std::string& row, std::string& list) {
  auto size = static_cast<uint32_t>(row.size());
  list.append(reinterpret_cast<const char*>(&size), sizeof(size));
  list.append(row);
}

std::vector<std::string> split_rows(std::string_view list) {
  std::vector<std::string> rows;
  while (!list.empty()) {
    uint32_t size = 0;
    std::memcpy(&size, list.data(), sizeof(size));
    rows.emplace_back(list.substr(sizeof(size), size));
    list.remove_prefix(sizeof(size) + size);
  }
  return rows;
}

}  // namespace

Status SinkMaterialize::open(OperatorContext& context) {
  context_ = &context;
  schema_ = context.inputs[0];
  std::vector<Type> fields;
  for (uint32_t key : op_.sink_keys) fields.push_back(schema_[key].type);
  auto key_fields = static_cast<uint32_t>(fields.size());
  fields.push_back(Type::bytes().not_null());
  StateRowLayout layout = layout_of(fields);
  list_offset_ = layout.fields.back().offset;
  SLUICE_TRY(keys_, context.code->key({schema_, op_.sink_keys, layout}));
  SLUICE_TRY(table_, context.state->value_table(
                         table_spec(*context.op, {"rows", std::move(fields), key_fields, op_.ttl_ms}, keys_)));
  return Done{};
}

Step SinkMaterialize::on_batch(uint32_t, Batch batch, Output& out) {
  view_.assign(batch);
  SLUICE_DO(find_lists(batch));
  changes_.clear();
  restored_.clear();
  for (uint32_t row = 0; row < batch.rows; ++row) {
    read_row(row);
    Rows& list = lists_[numbers_[row]];
    if (sign_of(batch.kind(row)) > 0) {
      add(row, list);
    } else {
      take_back(row, list);
    }
  }
  store_lists();
  write_changes(batch);
  return queue_.drain(out);
}

Status SinkMaterialize::find_lists(const Batch& batch) {
  std::vector<uint64_t> hashes(batch.rows);
  std::vector<uint8_t*> slots(batch.rows);
  std::vector<uint8_t> inserted(batch.rows);
  const KeyKernels& kernels = keys_->current();
  kernels.hash(kernels.self, view_.columns(), nullptr, batch.rows, hashes.data());
  SLUICE_DO(
      table_->find_or_insert({view_.columns(), nullptr, batch.rows, hashes.data()}, slots.data(), inserted.data()));
  table_->touch(slots.data(), batch.rows);
  touched_.reset(batch.rows);
  numbers_.resize(batch.rows);
  for (uint32_t row = 0; row < batch.rows; ++row) numbers_[row] = touched_.number_of(slots[row]);
  lists_.assign(touched_.size(), Rows{});
  for (uint32_t key = 0; key < touched_.size(); ++key) {
    StringView list;
    std::memcpy(static_cast<void*>(&list), touched_.slots()[key] + list_offset_, sizeof(list));
    lists_[key].rows = split_rows(list.view());
  }
  return Done{};
}

void SinkMaterialize::read_row(uint32_t row) {
  row_.clear();
  for (uint32_t c = 0; c < schema_.size(); ++c) append_canonical(view_.columns()[c], schema_[c].type, row, row_);
  identity_ = identity_of(row_);
}

// The bytes of the upsert key, or the whole row.
std::string SinkMaterialize::identity_of(const std::string& row) const {
  if (op_.upsert_keys.empty()) return row;
  std::vector<std::string_view> columns;
  const char* at = row.data();
  for (const RowField& field : schema_) {
    const char* end = skip_canonical(at, field.type);
    columns.emplace_back(at, static_cast<size_t>(end - at));
    at = end;
  }
  std::string identity;
  for (uint32_t key : op_.upsert_keys) identity.append(columns[key]);
  return identity;
}

size_t SinkMaterialize::find(const Rows& list) const {
  for (size_t i = 0; i < list.rows.size(); ++i) {
    if (identity_of(list.rows[i]) == identity_) return i;
  }
  return kNotFound;
}

void SinkMaterialize::add(uint32_t row, Rows& list) {
  emit({row, 0, list.rows.empty() ? RowKind::Insert : RowKind::UpdateAfter});
  size_t at = op_.upsert_keys.empty() ? kNotFound : find(list);
  if (at == kNotFound) {
    list.rows.push_back(row_);
  } else {
    list.rows[at] = row_;
  }
  list.is_changed = true;
}

void SinkMaterialize::take_back(uint32_t row, Rows& list) {
  size_t at = find(list);
  if (at == kNotFound) return;
  list.rows.erase(list.rows.begin() + static_cast<int64_t>(at));
  list.is_changed = true;
  if (list.rows.empty()) {
    emit({row, 0, RowKind::Delete});
  } else if (at == list.rows.size()) {
    emit({static_cast<uint32_t>(restored_.size()), 1, RowKind::UpdateAfter});
    restored_.push_back(list.rows.back());
  }
}

void SinkMaterialize::store_lists() {
  StateHeap* heap = table_->heap();
  for (uint32_t key = 0; key < lists_.size(); ++key) {
    uint8_t* slot = touched_.slots()[key];
    if (lists_[key].rows.empty()) {
      table_->erase(slot);
      continue;
    }
    if (!lists_[key].is_changed) continue;
    std::string bytes;
    for (const std::string& row : lists_[key].rows) append_row(row, bytes);
    StringView old;
    std::memcpy(static_cast<void*>(&old), slot + list_offset_, sizeof(old));
    if (!old.is_inline()) heap->release(heap, old.data_, old.size());
    StringView stored(bytes);
    if (!stored.is_inline()) {
      char* copy = heap->allocate(heap, stored.size());
      std::memcpy(copy, bytes.data(), bytes.size());
      stored.data_ = copy;
    }
    std::memcpy(slot + list_offset_, &stored, sizeof(stored));
  }
}

void SinkMaterialize::write_changes(const Batch& batch) {
  auto count = static_cast<uint32_t>(restored_.size());
  BatchBuilder builder(*context_->buffers, schema_, std::max(count, 1U));
  builder.bind(*context_->kernels);
  for (uint32_t row = 0; row < count; ++row) {
    const char* at = restored_[row].data();
    for (size_t c = 0; c < schema_.size(); ++c) {
      at = read_canonical(at, schema_[c].type, *context_->kernels, builder.columns()[c], row);
    }
  }
  Batch restored = builder.finish(count, context_->arena);
  const Batch* sources[] = {&batch, &restored};
  for (size_t begin = 0; begin < changes_.size(); begin += kBatchRowsMax) {
    size_t rows = std::min<size_t>(kBatchRowsMax, changes_.size() - begin);
    queue_.push(pick_rows(sources, schema_, {&changes_[begin], rows}, *context_->buffers, *context_->kernels));
  }
}

}  // namespace sluice::runtime
