#include "runtime/operators/first_row_by_time.h"

#include <algorithm>
#include <cstring>
#include <map>

#include "runtime/operators/occurrence_rounds.h"
#include "runtime/operators/selection.h"
#include "runtime/operators/state_layout.h"
#include "runtime/operators/touched_slots.h"
#include "runtime/task/metrics.h"

namespace sluice::runtime {
namespace {

// The end of the slice of `width` that holds `time`.
int64_t slice_end_of(int64_t time, int64_t width) {
  int64_t rest = time % width;
  return time - (rest < 0 ? rest + width : rest) + width;
}

}  // namespace

Status FirstRowByTime::open(OperatorContext& context) {
  context_ = &context;
  SLUICE_DO(open_tables(context));
  for (int64_t end : waiting_->slice_ends()) {
    SLUICE_DO(
        waiting_->find_slice(end)->for_each([&](uint8_t* slot) { next_due_ = std::min(next_due_, time_of(slot)); }));
  }
  return Done{};
}

Status FirstRowByTime::open_tables(OperatorContext& context) {
  const RowSchema& schema = context.inputs[0];
  auto time = static_cast<uint32_t>(op_.rowtime);
  if (schema[time].type.physical() != Physical::Int64) {
    return fail(ErrorCode::NotSupportedYet, "the order of {} is not supported yet", schema[time].type.to_string());
  }
  std::vector<Type> fields;
  for (uint32_t key : op_.keys) fields.push_back(schema[key].type);
  auto key_fields = static_cast<uint32_t>(fields.size());
  SLUICE_TRY(sent_keys_, context.code->key({schema, op_.keys, layout_of(fields)}));
  SLUICE_TRY(sent_,
             context.state->value_table(table_spec(*context.op, {"rows", fields, key_fields, op_.ttl_ms}, sent_keys_)));

  std::vector<uint32_t> columns;
  for (uint32_t c = 0; c < schema.size(); ++c) {
    fields.push_back(schema[c].type);
    columns.push_back(c);
  }
  StateRowLayout layout = layout_of(fields);
  time_offset_ = layout.fields[key_fields + time].offset;
  SLUICE_TRY(keys_, context.code->key({schema, op_.keys, layout}));
  SLUICE_TRY(rows_, context.code->rows({schema, columns, key_fields, layout}));
  SLUICE_TRY(waiting_, context.state->slice_tables(
                           table_spec(*context.op, {"waiting", std::move(fields), key_fields, 0}, keys_)));
  return Done{};
}

int64_t FirstRowByTime::time_of(const uint8_t* slot) const {
  int64_t time = 0;
  std::memcpy(&time, slot + time_offset_, sizeof(time));
  return time;
}

Step FirstRowByTime::on_batch(uint32_t, Batch batch, Output&) {
  view_.assign(batch);
  hashes_.resize(batch.rows);
  std::vector<uint8_t*> sent(batch.rows);
  const KeyKernels& kernels = sent_keys_->current();
  kernels.hash(kernels.self, view_.columns(), nullptr, batch.rows, hashes_.data());
  SLUICE_DO(sent_->find({view_.columns(), nullptr, batch.rows, hashes_.data()}, sent.data()));

  const ColumnView& times = view_.columns()[op_.rowtime];
  std::map<int64_t, std::vector<uint32_t>> by_slice;
  uint64_t late = 0;
  for (uint32_t row = 0; row < batch.rows; ++row) {
    int64_t time = is_valid(times.validity, row) ? static_cast<const int64_t*>(times.values)[row] : 0;
    if (time < watermark_) {
      ++late;
    } else if (sent[row] == nullptr) {
      by_slice[slice_end_of(time, kSliceMs)].push_back(row);
      next_due_ = std::min(next_due_, time);
    }
  }
  if (late > 0 && context_->metrics != nullptr) context_->metrics->late_records_dropped.add(late);
  for (auto& [end, rows] : by_slice) {
    SLUICE_TRY(ValueTable * slice, waiting_->slice(end));
    SLUICE_DO(wait(*slice, std::move(rows)));
  }
  return Progress::Done;
}

Status FirstRowByTime::wait(ValueTable& slice, std::vector<uint32_t> rows) {
  auto count = static_cast<uint32_t>(rows.size());
  std::vector<uint64_t> hashes(count);
  std::vector<uint8_t*> slots(count);
  std::vector<uint8_t> inserted(count);
  for (uint32_t i = 0; i < count; ++i) hashes[i] = hashes_[rows[i]];
  SLUICE_DO(slice.find_or_insert({view_.columns(), rows.data(), count, hashes.data()}, slots.data(), inserted.data()));
  slice.touch(slots.data(), count);

  TouchedSlots touched;
  touched.reset(count);
  std::vector<uint32_t> numbers(count);
  for (uint32_t i = 0; i < count; ++i) numbers[i] = touched.number_of(slots[i]);
  OccurrenceRounds rounds;
  rounds.assign(numbers, touched.size());
  const ColumnView& times = view_.columns()[op_.rowtime];
  const RowKernels& kernels = rows_->current();
  for (uint32_t r = 0; r < rounds.count(); ++r) {
    std::vector<uint32_t> taken;
    std::vector<uint8_t*> taken_slots;
    for (uint32_t i : rounds.round(r)) {
      int64_t time = is_valid(times.validity, rows[i]) ? static_cast<const int64_t*>(times.values)[rows[i]] : 0;
      if (inserted[i] == 0 && time >= time_of(slots[i])) continue;
      taken.push_back(rows[i]);
      taken_slots.push_back(slots[i]);
    }
    kernels.copy_in(kernels.self, view_.columns(), taken.data(), static_cast<uint32_t>(taken.size()),
                    taken_slots.data(), slice.heap());
  }
  return Done{};
}

Step FirstRowByTime::on_watermark(TimestampMs watermark, Output& out) {
  watermark_ = watermark;
  return send_due(out);
}

Step FirstRowByTime::send_due(Output& out) {
  for (;;) {
    if (queue_.drain(out) == Progress::Pending) return Progress::Pending;
    if (next_due_ > watermark_) return Progress::Done;
    std::vector<int64_t> ends = waiting_->slice_ends();
    if (ends.empty()) {
      next_due_ = kWatermarkMax;
      return Progress::Done;
    }
    SLUICE_DO(send_slice(ends.front()));
  }
}

// The due rows of the earliest slice, in the order of their times; finds out when the next one is due.
Status FirstRowByTime::send_slice(int64_t slice_end) {
  ValueTable* slice = waiting_->find_slice(slice_end);
  std::vector<uint8_t*> due;
  TimestampMs next = kWatermarkMax;
  SLUICE_DO(slice->for_each([&](uint8_t* slot) {
    if (time_of(slot) <= watermark_) {
      due.push_back(slot);
    } else {
      next = std::min(next, time_of(slot));
    }
  }));
  std::stable_sort(due.begin(), due.end(), [&](uint8_t* a, uint8_t* b) { return time_of(a) < time_of(b); });
  const RowKernels& rows = rows_->current();
  const KeyKernels& keys = sent_keys_->current();
  for (size_t begin = 0; begin < due.size(); begin += kBatchRowsMax) {
    auto count = static_cast<uint32_t>(std::min<size_t>(kBatchRowsMax, due.size() - begin));
    BatchBuilder builder(*context_->buffers, context_->inputs[0], count);
    builder.bind(*context_->kernels);
    rows.copy_out(rows.self, context_->kernels, &due[begin], count, rows_from(0), builder.columns());
    Batch batch = builder.finish(count, context_->arena);

    BatchView view(batch);
    std::vector<uint64_t> hashes(count);
    std::vector<uint8_t*> slots(count);
    std::vector<uint8_t> inserted(count);
    keys.hash(keys.self, view.columns(), nullptr, count, hashes.data());
    SLUICE_DO(sent_->find_or_insert({view.columns(), nullptr, count, hashes.data()}, slots.data(), inserted.data()));
    std::vector<uint32_t> first;
    for (uint32_t i = 0; i < count; ++i) {
      if (inserted[i] != 0) first.push_back(i);
    }
    if (first.empty()) continue;
    queue_.push(gather(batch, context_->inputs[0], first, *context_->buffers, *context_->arena));
  }
  if (next == kWatermarkMax) {
    waiting_->drop(slice_end);
    std::vector<int64_t> ends = waiting_->slice_ends();
    next = ends.empty() ? kWatermarkMax : ends.front() - kSliceMs;
  } else {
    for (uint8_t* slot : due) slice->erase(slot);
  }
  next_due_ = next;
  return Done{};
}

}  // namespace sluice::runtime
