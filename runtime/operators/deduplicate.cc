#include "runtime/operators/deduplicate.h"

#include <cstring>

#include "runtime/operators/selection.h"
#include "runtime/operators/state_layout.h"

namespace sluice::runtime {
namespace {

std::vector<Type> types_of(const RowSchema& schema, const std::vector<uint32_t>& columns) {
  std::vector<Type> types;
  for (uint32_t column : columns) types.push_back(schema[column].type);
  return types;
}

}  // namespace

Step KeepRow::on_batch(uint32_t, Batch batch, Output& out) {
  SLUICE_DO(rows_.work_off(batch, {rows_from(0), batch.rows}, queue_));
  return queue_.drain(out);
}

Status KeepRowBundled::open(OperatorContext& context) {
  SLUICE_DO(rows_.open(context, options_));
  std::vector<Type> fields = types_of(context.inputs[0], options_.keys);
  fields.push_back(Type::bigint().not_null());
  StateRowLayout layout = layout_of(fields);
  number_offset_ = layout.fields.back().offset;
  SLUICE_TRY(keys_, context.code->key({context.inputs[0], options_.keys, layout}));
  bundle_ = std::make_unique<BundleTable>(layout, keys_);
  set_bundle(rows_max_, context.op->rowtime >= 0);
  return Done{};
}

Status KeepRowBundled::add_rows(const Batch& batch, const BatchView& view, uint32_t begin, uint32_t count) {
  std::vector<uint64_t> hashes(count);
  std::vector<uint8_t*> slots(count);
  const KeyKernels& kernels = keys_->current();
  kernels.hash(kernels.self, view.columns(), rows_from(begin), count, hashes.data());
  uint64_t known = bundle_->size();
  bundle_->find_or_insert({view.columns(), rows_from(begin), count, hashes.data()}, slots.data());
  for (; known < bundle_->size(); ++known) {
    std::memcpy(bundle_->slot(static_cast<uint32_t>(known)) + number_offset_, &known, sizeof(known));
  }
  last_.resize(bundle_->size());
  Piece piece{batch, begin, {}};
  for (uint32_t i = 0; i < count; ++i) {
    uint64_t number = 0;
    std::memcpy(&number, slots[i] + number_offset_, sizeof(number));
    last_[number] = bundled_rows_ + i;
    piece.keys.push_back(static_cast<uint32_t>(number));
  }
  bundled_rows_ += count;
  pieces_.push_back(std::move(piece));
  return Done{};
}

Step KeepRowBundled::emit_bundle(Output& out) {
  for (;;) {
    if (queue_.drain(out) == Progress::Pending) return Progress::Pending;
    if (next_piece_ == pieces_.size()) break;
    const Piece& piece = pieces_[next_piece_++];
    SLUICE_DO(work_off(piece, next_row_));
    next_row_ += piece.keys.size();
  }
  bundle_->clear();
  last_.clear();
  pieces_.clear();
  bundled_rows_ = 0;
  next_piece_ = 0;
  next_row_ = 0;
  return Progress::Done;
}

Status KeepRowBundled::work_off(const Piece& piece, uint64_t first_row) {
  std::vector<uint32_t> rows;
  for (uint32_t i = 0; i < piece.keys.size(); ++i) {
    if (last_[piece.keys[i]] == first_row + i) rows.push_back(piece.begin + i);
  }
  if (rows.empty()) return Done{};
  return rows_.work_off(piece.batch, rows, queue_);
}

Status FirstRow::open(OperatorContext& context) {
  context_ = &context;
  std::vector<Type> fields = types_of(context.inputs[0], op_.keys);
  auto key_fields = static_cast<uint32_t>(fields.size());
  SLUICE_TRY(keys_, context.code->key({context.inputs[0], op_.keys, layout_of(fields)}));
  SLUICE_TRY(table_, context.state->value_table(
                         table_spec(*context.op, {"rows", std::move(fields), key_fields, op_.ttl_ms}, keys_)));
  return Done{};
}

Step FirstRow::on_batch(uint32_t, Batch batch, Output& out) {
  view_.assign(batch);
  std::vector<uint64_t> hashes(batch.rows);
  std::vector<uint8_t*> slots(batch.rows);
  std::vector<uint8_t> inserted(batch.rows);
  const KeyKernels& kernels = keys_->current();
  kernels.hash(kernels.self, view_.columns(), nullptr, batch.rows, hashes.data());
  SLUICE_DO(
      table_->find_or_insert({view_.columns(), nullptr, batch.rows, hashes.data()}, slots.data(), inserted.data()));
  std::vector<uint32_t> selection;
  for (uint32_t row = 0; row < batch.rows; ++row) {
    if (inserted[row] != 0) selection.push_back(row);
  }
  if (selection.size() == batch.rows) {
    queue_.push(std::move(batch));
  } else if (!selection.empty()) {
    queue_.push(gather(batch, context_->inputs[0], selection, *context_->buffers, *context_->arena));
  }
  return queue_.drain(out);
}

}  // namespace sluice::runtime
