#include "runtime/operators/bundled_group_aggregate.h"

#include <algorithm>

#include "runtime/operators/selection.h"

namespace sluice::runtime {

Status BundledGroupAggregate::open(OperatorContext& context) {
  context_ = &context;
  SLUICE_TRY(AggregatePlan plan, plan_aggregates({context.inputs[0], op_.keys, op_.calls, op_.input_retracts, false}));
  SLUICE_DO(groups_.open(context, std::move(plan), op_.ttl_ms));
  SLUICE_TRY(format_, net_change_format(*context.op, op_));
  SLUICE_DO(local_.open(context, op_.keys));
  SLUICE_DO(global_.open(context, op_.keys));
  set_bundle(op_.mini_batch->rows_max, context.op->rowtime >= 0);
  return Done{};
}

Status BundledGroupAggregate::add_rows(const Batch& batch, const BatchView& view, uint32_t begin, uint32_t count) {
  local_.add(batch, view, rows_from(begin), count);
  return Done{};
}

Step BundledGroupAggregate::emit_bundle(Output& out) {
  if (op_.in_place_of_two_phases) return emit_two_phases(out);
  if (local_.rows() > 0) SLUICE_DO(work_off(local_));
  return queue_.drain(out);
}

// The local bundle's groups move to the global one, which is worked off whenever it is full, and at last when this is
// more than a full local bundle.
Step BundledGroupAggregate::emit_two_phases(Output& out) {
  uint64_t rows_max = op_.mini_batch->rows_max;
  if (leaving_.empty() && local_.rows() > 0) leaving_ = local_.order();
  while (next_group_ < leaving_.size()) {
    size_t count = std::min<size_t>(leaving_.size() - next_group_, rows_max - elements_);
    move_groups({&leaving_[next_group_], count});
    next_group_ += count;
    elements_ += count;
    if (elements_ < rows_max) break;
    SLUICE_DO(work_off(global_));
    elements_ = 0;
  }
  if (next_group_ == leaving_.size()) {
    local_.clear();
    leaving_.clear();
    next_group_ = 0;
  }
  if (!is_bundle_full() && elements_ > 0) {
    SLUICE_DO(work_off(global_));
    elements_ = 0;
  }
  return queue_.drain(out);
}

// In the given order of groups, which is the one of their numbers in the global bundle.
void BundledGroupAggregate::move_groups(std::span<const uint32_t> groups) {
  constexpr uint32_t kStays = UINT32_MAX;
  std::vector<uint32_t> places(local_.keys(), kStays);
  for (uint32_t place = 0; place < groups.size(); ++place) places[groups[place]] = place;

  // First one row of each group by itself, so that the groups are numbered in order; then the other rows.
  struct First {
    const RowBundle::Piece* piece = nullptr;
    uint32_t row = 0;
  };
  std::vector<First> firsts(groups.size());
  for (const RowBundle::Piece& piece : local_.pieces()) {
    for (uint32_t i = 0; i < piece.rows.size(); ++i) {
      uint32_t place = places[piece.keys[i]];
      if (place != kStays && firsts[place].piece == nullptr) firsts[place] = {&piece, piece.rows[i]};
    }
  }
  BatchView view;
  const RowBundle::Piece* viewed = nullptr;
  std::vector<uint32_t> rows;
  auto add = [&](const RowBundle::Piece& piece) {
    if (rows.empty()) return;
    if (viewed != &piece) view.assign(piece.batch);
    viewed = &piece;
    global_.add(piece.batch, view, rows.data(), static_cast<uint32_t>(rows.size()));
    rows.clear();
  };
  for (size_t place = 0; place < firsts.size(); ++place) {
    rows.push_back(firsts[place].row);
    bool is_last = place + 1 == firsts.size() || firsts[place + 1].piece != firsts[place].piece;
    if (is_last) add(*firsts[place].piece);
  }
  for (const RowBundle::Piece& piece : local_.pieces()) {
    for (uint32_t i = 0; i < piece.rows.size(); ++i) {
      uint32_t place = places[piece.keys[i]];
      bool is_first = place != kStays && firsts[place].piece == &piece && firsts[place].row == piece.rows[i];
      if (place != kStays && !is_first) rows.push_back(piece.rows[i]);
    }
    add(piece);
  }
}

// In one call from the first lookup to the last result, because slots are stable that long.
Status BundledGroupAggregate::work_off(RowBundle& bundle) {
  std::vector<uint8_t*> slots(bundle.keys(), nullptr);
  std::vector<uint8_t> present(bundle.keys());
  std::vector<uint8_t> inserted;
  std::vector<uint8_t*> found;
  for (const RowBundle::Piece& piece : bundle.pieces()) {
    BatchView view(piece.batch);
    auto count = static_cast<uint32_t>(piece.rows.size());
    found.resize(count);
    inserted.resize(count);
    SLUICE_DO(groups_.table().find_or_insert({view.columns(), piece.rows.data(), count, piece.hashes.data()},
                                             found.data(), inserted.data()));
    groups_.table().touch(found.data(), count);
    for (uint32_t i = 0; i < count; ++i) {
      uint8_t*& slot = slots[piece.keys[i]];
      if (slot == nullptr) present[piece.keys[i]] = inserted[i] == 0;
      slot = found[i];
    }
  }
  std::vector<uint32_t> order = bundle.order();
  std::vector<NetChange> changes;
  for (size_t begin = 0; begin < order.size(); begin += kBatchRowsMax) {
    std::vector<uint8_t*> some_slots;
    std::vector<uint8_t> some_present;
    for (size_t i = begin; i < std::min<size_t>(begin + kBatchRowsMax, order.size()); ++i) {
      some_slots.push_back(slots[order[i]]);
      some_present.push_back(present[order[i]]);
    }
    changes.emplace_back(*context_, format_).before(groups_, std::move(some_slots), std::move(some_present));
  }
  SLUICE_DO(add_rows_of(bundle, slots, present));
  for (NetChange& change : changes) SLUICE_DO(change.after(groups_, queue_));
  bundle.clear();
  return Done{};
}

// `exists` by group: it is in the table, or something was added to it in this bundle.
Status BundledGroupAggregate::add_rows_of(const RowBundle& bundle, std::vector<uint8_t*>& slots,
                                          std::vector<uint8_t>& exists) {
  std::vector<uint32_t> rows;
  std::vector<uint8_t*> row_slots;
  std::vector<uint64_t> hashes;
  for (const RowBundle::Piece& piece : bundle.pieces()) {
    const int8_t* kinds = piece.batch.kinds_data();
    rows.clear();
    row_slots.clear();
    hashes.clear();
    for (uint32_t i = 0; i < piece.rows.size(); ++i) {
      uint32_t row = piece.rows[i];
      uint8_t& is_there = exists[piece.keys[i]];
      bool takes_back = kinds != nullptr && (kinds[row] & 1) != 0;
      if (takes_back && is_there == 0 && !op_.in_place_of_two_phases) continue;
      is_there = 1;
      rows.push_back(row);
      row_slots.push_back(slots[piece.keys[i]]);
      hashes.push_back(piece.hashes[i]);
    }
    BatchView view(piece.batch);
    SLUICE_DO(groups_.add(
        {view.columns(), kinds, rows.data(), static_cast<uint32_t>(rows.size()), row_slots.data(), hashes.data()}));
  }
  return Done{};
}

}  // namespace sluice::runtime
