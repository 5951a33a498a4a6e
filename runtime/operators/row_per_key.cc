#include "runtime/operators/row_per_key.h"

#include <algorithm>
#include <cstring>

#include "runtime/operators/state_layout.h"
#include "runtime/task/row_failure.h"

namespace sluice::runtime {
namespace {

bool takes_back(const int8_t* kinds, uint32_t row) { return kinds != nullptr && (kinds[row] & 1) != 0; }

}  // namespace

Status RowPerKey::open(OperatorContext& context, Options options) {
  options_ = std::move(options);
  context_ = &context;
  schema_ = context.inputs[0];

  std::vector<Type> fields;
  for (uint32_t key : options_.keys) fields.push_back(schema_[key].type);
  auto key_fields = static_cast<uint32_t>(fields.size());
  std::vector<uint32_t> columns;
  for (uint32_t c = 0; c < schema_.size(); ++c) {
    fields.push_back(schema_[c].type);
    columns.push_back(c);
  }
  StateRowLayout layout = layout_of(fields);
  if (options_.rule == Rule::LatestTime || options_.rule == Rule::EarliestTime) {
    auto time = static_cast<uint32_t>(options_.rowtime);
    if (schema_[time].type.physical() != Physical::Int64) {
      return fail(ErrorCode::NotSupportedYet, "the order of {} is not supported yet", schema_[time].type.to_string());
    }
    time_offset_ = layout.fields[key_fields + time].offset;
  }
  SLUICE_TRY(keys_, context.code->key({schema_, options_.keys, layout}));
  SLUICE_TRY(rows_, context.code->rows({schema_, columns, key_fields, layout}));
  if (!options_.condition.empty()) {
    SLUICE_TRY(condition_, context.code->pipeline({schema_, options_.condition, {}}));
  }
  SLUICE_TRY(table_, context.state->value_table(
                         table_spec(*context.op, {"rows", std::move(fields), key_fields, options_.ttl_ms}, keys_)));
  return Done{};
}

Status RowPerKey::work_off(const Batch& batch, std::span<const uint32_t> rows, EmissionQueue& queue) {
  view_.assign(batch);
  SLUICE_DO(evaluate_condition(batch));
  SLUICE_DO(find_keys(rows));
  actions_.assign(rows.size(), Action::None);
  uses_stored_ = false;
  BatchBuilder stored(*context_->buffers, schema_, static_cast<uint32_t>(rows.size()));
  rounds_.assign(numbers_, touched_.size());
  for (uint32_t r = 0; r < rounds_.count(); ++r) work_off_round(batch, rows, rounds_.round(r), stored);
  for (uint32_t key = 0; key < touched_.size(); ++key) {
    if (present_[key] == 0) table_->erase(touched_.slots()[key]);
  }
  write_changes(batch, rows, stored, queue);
  return Done{};
}

Status RowPerKey::evaluate_condition(const Batch& batch) {
  if (condition_ == nullptr) return Done{};
  selection_.resize(batch.rows);
  const PipelineKernel& kernel = condition_->current();
  uint32_t count = kernel.run(kernel.self, context_->kernels, view_.columns(), batch.rows, selection_.data(), nullptr);
  if (context_->kernels->error) {
    RowError error = std::exchange(context_->kernels->error, {});
    return row_failure(*context_->op, error, {schema_, options_.condition, {}}, view_.columns());
  }
  passes_.assign(batch.rows, 0);
  for (uint32_t i = 0; i < count; ++i) passes_[selection_[i]] = 1;
  return Done{};
}

Status RowPerKey::find_keys(std::span<const uint32_t> rows) {
  auto count = static_cast<uint32_t>(rows.size());
  hashes_.resize(count);
  slots_.resize(count);
  inserted_.resize(count);
  numbers_.resize(count);
  const KeyKernels& kernels = keys_->current();
  kernels.hash(kernels.self, view_.columns(), rows.data(), count, hashes_.data());
  SLUICE_DO(
      table_->find_or_insert({view_.columns(), rows.data(), count, hashes_.data()}, slots_.data(), inserted_.data()));
  table_->touch(slots_.data(), count);
  touched_.reset(count);
  present_.clear();
  for (uint32_t i = 0; i < count; ++i) {
    numbers_[i] = touched_.number_of(slots_[i]);
    if (numbers_[i] == present_.size()) present_.push_back(inserted_[i] == 0);
  }
  return Done{};
}

int64_t RowPerKey::stored_time(const uint8_t* slot) const {
  int64_t time = 0;
  std::memcpy(&time, slot + time_offset_, sizeof(time));
  return time;
}

RowPerKey::Action RowPerKey::decide(const Batch& batch, uint32_t i, uint32_t row) const {
  bool is_there = present_[numbers_[i]] != 0;
  switch (options_.rule) {
    case Rule::LatestTime:
    case Rule::EarliestTime: {
      if (!is_there) return Action::Insert;
      const ColumnView& times = view_.columns()[options_.rowtime];
      int64_t time = is_valid(times.validity, row) ? static_cast<const int64_t*>(times.values)[row] : 0;
      int64_t stored = stored_time(slots_[i]);
      bool replaces = options_.rule == Rule::LatestTime ? stored <= time : time < stored;
      return replaces ? Action::Update : Action::None;
    }
    case Rule::LatestArrival:
      return is_there ? Action::Update : Action::Insert;
    case Rule::Changelog:
      break;
  }
  if (takes_back(batch.kinds_data(), row) || (condition_ != nullptr && passes_[row] == 0)) {
    return is_there ? Action::Delete : Action::None;
  }
  return is_there ? Action::Update : Action::Insert;
}

void RowPerKey::work_off_round(const Batch& batch, std::span<const uint32_t> rows, std::span<const uint32_t> round,
                               BatchBuilder& stored) {
  for (uint32_t i : round) actions_[i] = decide(batch, i, rows[i]);
  bool compares = options_.rule == Rule::LatestArrival || options_.rule == Rule::Changelog;
  bool repeats = options_.ttl_ms > 0 || (options_.omits_insert && !options_.sends_update_before);
  if (compares && !repeats) drop_equal(rows, round);

  // What was stored goes aside before it is overwritten.
  auto choose = [&](auto&& wanted) {
    chosen_.clear();
    chosen_rows_.clear();
    chosen_slots_.clear();
    for (uint32_t i : round) {
      if (!wanted(actions_[i])) continue;
      chosen_.push_back(i);
      chosen_rows_.push_back(rows[i]);
      chosen_slots_.push_back(slots_[i]);
    }
    return static_cast<uint32_t>(chosen_.size());
  };
  const RowKernels& kernels = rows_->current();
  uint32_t count = choose([&](Action action) {
    return action == Action::Delete || (action == Action::Update && options_.sends_update_before);
  });
  if (count > 0) {
    if (!uses_stored_) stored.bind(*context_->kernels);
    uses_stored_ = true;
    kernels.copy_out(kernels.self, context_->kernels, chosen_slots_.data(), count, chosen_.data(), stored.columns());
  }
  count = choose([](Action action) { return action == Action::Insert || action == Action::Update; });
  kernels.copy_in(kernels.self, view_.columns(), chosen_rows_.data(), count, chosen_slots_.data(), table_->heap());
  for (uint32_t i : round) {
    if (actions_[i] != Action::None) present_[numbers_[i]] = actions_[i] != Action::Delete;
  }
}

void RowPerKey::drop_equal(std::span<const uint32_t> rows, std::span<const uint32_t> round) {
  chosen_.clear();
  chosen_rows_.clear();
  chosen_slots_.clear();
  for (uint32_t i : round) {
    if (actions_[i] != Action::Update) continue;
    chosen_.push_back(i);
    chosen_rows_.push_back(rows[i]);
    chosen_slots_.push_back(slots_[i]);
  }
  auto count = static_cast<uint32_t>(chosen_.size());
  equal_.resize(count);
  const RowKernels& kernels = rows_->current();
  kernels.equal(kernels.self, view_.columns(), chosen_rows_.data(), count, chosen_slots_.data(), equal_.data());
  for (uint32_t k = 0; k < count; ++k) {
    if (equal_[k] != 0) actions_[chosen_[k]] = Action::None;
  }
}

void RowPerKey::write_changes(const Batch& batch, std::span<const uint32_t> rows, BatchBuilder& stored,
                              EmissionQueue& queue) {
  Batch stored_rows;
  if (uses_stored_) stored_rows = stored.finish(static_cast<uint32_t>(rows.size()), context_->arena);
  const Batch* sources[] = {&batch, &stored_rows};
  bool omits_insert = options_.omits_insert && !options_.sends_update_before;
  picks_.clear();
  auto write = [&] {
    if (picks_.empty()) return;
    if (uses_stored_) {
      queue.push(pick_rows(sources, schema_, picks_, *context_->buffers, *context_->kernels));
    } else {
      write_input_rows(batch, picks_, queue);
    }
    picks_.clear();
  };
  auto append = [&](uint32_t row, uint32_t source, RowKind kind) {
    picks_.push_back({row, source, kind});
    if (picks_.size() == kBatchRowsMax) write();
  };
  for (uint32_t i = 0; i < rows.size(); ++i) {
    switch (actions_[i]) {
      case Action::None:
        break;
      case Action::Insert:
        append(rows[i], 0, omits_insert ? RowKind::UpdateAfter : RowKind::Insert);
        break;
      case Action::Update:
        if (options_.sends_update_before) append(i, 1, RowKind::UpdateBefore);
        append(rows[i], 0, RowKind::UpdateAfter);
        break;
      case Action::Delete:
        append(i, 1, RowKind::Delete);
        break;
    }
  }
  write();
}

// Without old rows the output is rows of the input, often all of them: their columns are shared then.
void RowPerKey::write_input_rows(const Batch& batch, std::span<const PickedRow> picks, EmissionQueue& queue) {
  std::vector<RowKind> kinds(picks.size());
  for (size_t i = 0; i < picks.size(); ++i) kinds[i] = picks[i].kind;
  Batch out;
  if (picks.size() == batch.rows) {
    out = batch;
  } else {
    std::vector<uint32_t> selection(picks.size());
    for (size_t i = 0; i < picks.size(); ++i) selection[i] = picks[i].row;
    out = gather(batch, schema_, selection, *context_->buffers, *context_->arena);
  }
  out.kinds = make_kinds(kinds, *context_->buffers);
  queue.push(std::move(out));
}

}  // namespace sluice::runtime
