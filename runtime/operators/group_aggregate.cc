#include "runtime/operators/group_aggregate.h"

#include <algorithm>
#include <numeric>

#include "runtime/operators/net_change.h"
#include "runtime/operators/row_picker.h"

namespace sluice::runtime {
namespace {

bool takes_back(const int8_t* kinds, uint32_t row) { return kinds != nullptr && (kinds[row] & 1) != 0; }

}  // namespace

Status GroupAggregate::open(OperatorContext& context) {
  context_ = &context;
  SLUICE_TRY(AggregatePlan plan, plan_aggregates({context.inputs[0], op_.keys, op_.calls, op_.input_retracts, false}));
  SLUICE_DO(groups_.open(context, std::move(plan), op_.ttl_ms));
  SLUICE_TRY(NetChange::Format format, net_change_format(*context.op, op_));
  key_schema_ = std::move(format.keys);
  result_schema_ = std::move(format.results);
  staged_schema_ = result_schema_;
  if (op_.input_retracts) staged_schema_.push_back({"rows", Type::bigint().not_null()});
  return Done{};
}

Step GroupAggregate::on_batch(uint32_t, Batch batch, Output& out) {
  SLUICE_DO(find_groups(batch));
  BatchBuilder staged(*context_->buffers, staged_schema_, batch.rows + touched_.size());
  staged.bind(*context_->kernels);
  stage_old_results(batch.rows, staged);
  changes_.assign(batch.rows, Change{});
  rounds_.assign(numbers_, touched_.size());
  for (uint32_t r = 0; r < rounds_.count(); ++r) {
    SLUICE_DO(work_off(rounds_.round(r), batch.kinds_data(), staged));
  }
  for (uint32_t group = 0; group < touched_.size(); ++group) {
    if (present_[group] == 0) groups_.table().erase(touched_.slots()[group]);
  }
  write_changes(batch, staged.finish(batch.rows + touched_.size(), context_->arena));
  return queue_.drain(out);
}

Status GroupAggregate::find_groups(const Batch& batch) {
  uint32_t rows = batch.rows;
  view_.assign(batch);
  hashes_.resize(rows);
  slots_.resize(rows);
  inserted_.resize(rows);
  numbers_.resize(rows);
  groups_.hash(view_.columns(), nullptr, rows, hashes_.data());
  SLUICE_DO(groups_.table().find_or_insert({view_.columns(), nullptr, rows, hashes_.data()}, slots_.data(),
                                           inserted_.data()));
  groups_.table().touch(slots_.data(), rows);

  touched_.reset(rows);
  present_.clear();
  for (uint32_t row = 0; row < rows; ++row) {
    numbers_[row] = touched_.number_of(slots_[row]);
    if (numbers_[row] == present_.size()) present_.push_back(inserted_[row] == 0);
  }
  return Done{};
}

// Old results stand behind those of the batch's rows.
void GroupAggregate::stage_old_results(uint32_t rows, BatchBuilder& staged) {
  latest_.resize(touched_.size());
  is_fresh_.assign(touched_.size(), 0);
  olds_.clear();
  round_slots_.clear();
  std::vector<uint8_t*> fresh;
  for (uint32_t group = 0; group < touched_.size(); ++group) {
    uint8_t* slot = touched_.slots()[group];
    latest_[group] = rows + group;
    if (present_[group] != 0) {
      olds_.push_back(rows + group);
      round_slots_.push_back(slot);
    } else {
      fresh.push_back(slot);
      is_fresh_[group] = 1;
    }
  }
  groups_.init(fresh.data(), static_cast<uint32_t>(fresh.size()));
  groups_.results(round_slots_.data(), static_cast<uint32_t>(round_slots_.size()), olds_.data(), staged.columns());
}

Status GroupAggregate::work_off(std::span<const uint32_t> round, const int8_t* kinds, BatchBuilder& staged) {
  round_rows_.clear();
  round_slots_.clear();
  round_hashes_.clear();
  olds_.clear();
  for (uint32_t row : round) {
    uint32_t group = numbers_[row];
    if (present_[group] == 0) {
      if (takes_back(kinds, row)) continue;
      if (is_fresh_[group] == 0) groups_.init(&slots_[row], 1);
    }
    is_fresh_[group] = 0;
    round_rows_.push_back(row);
    round_slots_.push_back(slots_[row]);
    round_hashes_.push_back(hashes_[row]);
    olds_.push_back(present_[group] != 0 ? latest_[group] : row);
  }
  auto count = static_cast<uint32_t>(round_rows_.size());
  if (count == 0) return Done{};
  SLUICE_DO(
      groups_.add({view_.columns(), kinds, round_rows_.data(), count, round_slots_.data(), round_hashes_.data()}));
  groups_.results(round_slots_.data(), count, round_rows_.data(), staged.columns());

  std::vector<ColumnView> columns;
  for (size_t c = 0; c < staged_schema_.size(); ++c) {
    const MutableColumn& column = staged.columns()[c];
    columns.push_back({column.values, column.validity, nullptr, 0, 0});
  }
  same_.assign(count, 1);
  compare_rows(columns.data(), result_schema_, olds_, round_rows_, same_.data());
  auto* row_counts = op_.input_retracts ? static_cast<const int64_t*>(columns.back().values) : nullptr;
  for (uint32_t i = 0; i < count; ++i) {
    uint32_t row = round_rows_[i];
    SLUICE_DO(note_change(row, same_[i] != 0, row_counts == nullptr ? 1 : row_counts[row]));
  }
  return Done{};
}

Status GroupAggregate::note_change(uint32_t row, bool same, int64_t row_count) {
  uint32_t group = numbers_[row];
  Change& change = changes_[row];
  if (row_count == 0) {
    if (present_[group] != 0) change = {latest_[group], RowKind::Delete, Change::kNone, RowKind::Insert};
    present_[group] = 0;
    groups_.reset(slots_[row]);
    std::vector<ColumnView> keys;
    for (uint32_t key : op_.keys) keys.push_back(view_.columns()[key]);
    return groups_.forget_values(keys.data(), &row, 1);
  }
  if (present_[group] == 0) {
    change.after = row;
  } else if (!same || op_.ttl_ms > 0) {
    if (op_.sends_update_before) change.before = latest_[group];
    change.after = row;
    change.after_kind = RowKind::UpdateAfter;
  }
  present_[group] = 1;
  latest_[group] = row;
  return Done{};
}

void GroupAggregate::write_changes(const Batch& batch, const Batch& staged) {
  Batch keys = project(batch, op_.keys);
  std::vector<uint32_t> result_columns(result_schema_.size());
  std::iota(result_columns.begin(), result_columns.end(), 0);
  Batch results = project(staged, result_columns);

  std::vector<uint32_t> key_rows, result_rows;
  std::vector<RowKind> kinds;
  auto write = [&] {
    if (kinds.empty()) return;
    Batch out = join_columns(gather(keys, key_schema_, key_rows, *context_->buffers, *context_->arena),
                             gather(results, result_schema_, result_rows, *context_->buffers, *context_->arena));
    out.kinds = make_kinds(kinds, *context_->buffers);
    queue_.push(std::move(out));
    key_rows.clear();
    result_rows.clear();
    kinds.clear();
  };
  auto append = [&](uint32_t row, uint32_t position, RowKind kind) {
    if (position == Change::kNone) return;
    key_rows.push_back(row);
    result_rows.push_back(position);
    kinds.push_back(kind);
    if (kinds.size() == kBatchRowsMax) write();
  };
  for (uint32_t row = 0; row < batch.rows; ++row) {
    append(row, changes_[row].before, changes_[row].before_kind);
    append(row, changes_[row].after, changes_[row].after_kind);
  }
  write();
}

}  // namespace sluice::runtime
