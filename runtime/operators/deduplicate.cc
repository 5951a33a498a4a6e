#include "runtime/operators/deduplicate.h"

#include <algorithm>

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
  context_ = &context;
  SLUICE_DO(rows_.open(context, options_));
  SLUICE_DO(bundle_.open(context, options_.keys));
  set_bundle(rows_max_, context.op->rowtime >= 0);
  return Done{};
}

Status KeepRowBundled::add_rows(const Batch& batch, const BatchView& view, uint32_t begin, uint32_t count) {
  bundle_.add(batch, view, rows_from(begin), count);
  return Done{};
}

Step KeepRowBundled::emit_bundle(Output& out) {
  if (leaving_.empty()) {
    choose_rows();
    leaving_ = bundle_.order();
  }
  for (;;) {
    if (queue_.drain(out) == Progress::Pending) return Progress::Pending;
    if (next_key_ == leaving_.size()) break;
    size_t count = std::min<size_t>(kBatchRowsMax, leaving_.size() - next_key_);
    SLUICE_DO(work_off({&leaving_[next_key_], count}));
    next_key_ += count;
  }
  bundle_.clear();
  leaving_.clear();
  next_key_ = 0;
  return Progress::Done;
}

void KeepRowBundled::choose_rows() {
  chosen_.assign(bundle_.keys(), Place{});
  bool by_time = options_.rule == RowPerKey::Rule::LatestTime || options_.rule == RowPerKey::Rule::EarliestTime;
  for (uint32_t p = 0; p < bundle_.pieces().size(); ++p) {
    const RowBundle::Piece& piece = bundle_.pieces()[p];
    BatchView view(piece.batch);
    for (uint32_t i = 0; i < piece.rows.size(); ++i) {
      Place place = {p, piece.rows[i], 0};
      Place& chosen = chosen_[piece.keys[i]];
      if (by_time) {
        const ColumnView& times = view.columns()[options_.rowtime];
        bool is_known = is_valid(times.validity, place.row);
        place.time = is_known ? static_cast<const int64_t*>(times.values)[place.row] : 0;
        bool latest = options_.rule == RowPerKey::Rule::LatestTime;
        bool replaces = latest ? chosen.time <= place.time : place.time < chosen.time;
        if (chosen.piece != UINT32_MAX && !replaces) continue;
      }
      chosen = place;
    }
  }
}

Status KeepRowBundled::work_off(std::span<const uint32_t> keys) {
  std::vector<const Batch*> sources;
  std::vector<uint32_t> source_of(bundle_.pieces().size(), UINT32_MAX);
  std::vector<PickedRow> picks;
  for (uint32_t key : keys) {
    const Place& place = chosen_[key];
    const Batch& batch = bundle_.pieces()[place.piece].batch;
    uint32_t& source = source_of[place.piece];
    if (source == UINT32_MAX) {
      source = static_cast<uint32_t>(sources.size());
      sources.push_back(&batch);
    }
    picks.push_back({place.row, source, batch.kind(place.row)});
  }
  Batch rows = pick_rows(sources, context_->inputs[0], picks, *context_->buffers, *context_->kernels);
  return rows_.work_off(rows, {rows_from(0), rows.rows}, queue_);
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
