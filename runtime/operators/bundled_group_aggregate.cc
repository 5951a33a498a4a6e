#include "runtime/operators/bundled_group_aggregate.h"

#include <algorithm>

#include "runtime/operators/selection.h"

namespace sluice::runtime {

Status BundledGroupAggregate::open(OperatorContext& context) {
  context_ = &context;
  SLUICE_TRY(AggregatePlan plan, plan_aggregates({context.inputs[0], op_.keys, op_.calls, op_.input_retracts, false}));
  SLUICE_DO(groups_.open(context, std::move(plan), op_.ttl_ms));
  SLUICE_TRY(format_, net_change_format(*context.op, op_));
  set_bundle(op_.mini_batch->rows_max, context.op->rowtime >= 0);
  return Done{};
}

Status BundledGroupAggregate::add_rows(const Batch& batch, const BatchView& view, uint32_t begin, uint32_t count) {
  Piece piece;
  piece.batch = batch;
  piece.begin = begin;
  piece.count = count;
  piece.hashes.resize(count);
  groups_.hash(view.columns(), rows_from(begin), count, piece.hashes.data());
  pieces_.push_back(std::move(piece));
  rows_ += count;
  return Done{};
}

Step BundledGroupAggregate::emit_bundle(Output& out) {
  if (!pieces_.empty()) SLUICE_DO(work_off());
  return queue_.drain(out);
}

// In one call from the first lookup to the last result, because slots are stable that long.
Status BundledGroupAggregate::work_off() {
  touched_.reset(rows_);
  std::vector<uint8_t> present;
  for (Piece& piece : pieces_) SLUICE_DO(find_groups(piece, present));

  std::vector<NetChange> changes;
  for (uint32_t begin = 0; begin < touched_.size(); begin += kBatchRowsMax) {
    uint32_t end = std::min(begin + kBatchRowsMax, touched_.size());
    changes.emplace_back(*context_, format_);
    changes.back().before(groups_, {touched_.slots().begin() + begin, touched_.slots().begin() + end},
                          {present.begin() + begin, present.begin() + end});
  }
  for (Piece& piece : pieces_) SLUICE_DO(add_piece(piece, present));
  for (NetChange& change : changes) SLUICE_DO(change.after(groups_, queue_));
  pieces_.clear();
  rows_ = 0;
  return Done{};
}

Status BundledGroupAggregate::find_groups(Piece& piece, std::vector<uint8_t>& present) {
  BatchView view(piece.batch);
  std::vector<uint8_t> inserted(piece.count);
  piece.slots.resize(piece.count);
  piece.numbers.resize(piece.count);
  SLUICE_DO(groups_.table().find_or_insert({view.columns(), rows_from(piece.begin), piece.count, piece.hashes.data()},
                                           piece.slots.data(), inserted.data()));
  groups_.table().touch(piece.slots.data(), piece.count);
  for (uint32_t i = 0; i < piece.count; ++i) {
    piece.numbers[i] = touched_.number_of(piece.slots[i]);
    if (piece.numbers[i] == present.size()) present.push_back(inserted[i] == 0);
  }
  return Done{};
}

// `exists` by group: it is in the table, or something was added to it in this bundle.
Status BundledGroupAggregate::add_piece(Piece& piece, std::vector<uint8_t>& exists) {
  const int8_t* kinds = piece.batch.kinds_data();
  std::vector<uint32_t> rows;
  std::vector<uint8_t*> slots;
  std::vector<uint64_t> hashes;
  for (uint32_t i = 0; i < piece.count; ++i) {
    uint32_t row = piece.begin + i;
    uint8_t& is_there = exists[piece.numbers[i]];
    bool takes_back = kinds != nullptr && (kinds[row] & 1) != 0;
    if (takes_back && is_there == 0) continue;
    is_there = 1;
    rows.push_back(row);
    slots.push_back(piece.slots[i]);
    hashes.push_back(piece.hashes[i]);
  }
  BatchView view(piece.batch);
  return groups_.add(
      {view.columns(), kinds, rows.data(), static_cast<uint32_t>(rows.size()), slots.data(), hashes.data()});
}

}  // namespace sluice::runtime
