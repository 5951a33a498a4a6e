#include "runtime/operators/window_aggregate.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "runtime/operators/selection.h"
#include "runtime/task/metrics.h"

namespace sluice::runtime {
namespace {

// Whether the zone's offset changes within a year of ours.
bool has_daylight_saving(const TimeZone& zone) {
  constexpr int64_t kJanuary = 1704067200000;  // 2024-01-01T00:00Z
  constexpr int64_t kMonth = int64_t{30} * 86400000;
  for (int month = 1; month < 12; ++month) {
    if (zone.offset_at(kJanuary + month * kMonth) != zone.offset_at(kJanuary)) return true;
  }
  return false;
}

}  // namespace

Status WindowAggregate::check() const {
  if (op_.window.kind != jobgraph::Window::Kind::Tumble) {
    return fail(ErrorCode::NotSupportedYet, "windows other than TUMBLE are not supported yet");
  }
  if (op_.phase != jobgraph::AggregatePhase::Single) {
    return fail(ErrorCode::NotSupportedYet, "window aggregates in two phases are not supported yet");
  }
  if (op_.window.size_ms <= 0) return fail(ErrorCode::InvalidJobGraph, "a window has a positive size");
  const RowSchema& input = context_->inputs[0];
  if (!op_.window.processing_time && input[op_.window.time].type.physical() != Physical::Int64) {
    return fail(ErrorCode::NotSupportedYet, "windows over {} are not supported yet",
                input[op_.window.time].type.to_string());
  }
  if (context_->op->output.size() != op_.keys.size() + op_.calls.size() + op_.properties.size()) {
    return fail(ErrorCode::InvalidJobGraph, "a window aggregate writes its keys, results and properties");
  }
  return Done{};
}

Status WindowAggregate::open(OperatorContext& context) {
  context_ = &context;
  SLUICE_DO(check());
  SLUICE_TRY(AggregatePlan plan, plan_aggregates({context.inputs[0], op_.keys, op_.calls, op_.input_retracts, false}));
  if (!op_.shift_time_zone.empty()) {
    zone_ = TimeZone::find(op_.shift_time_zone);
    if (zone_ == nullptr) return fail(ErrorCode::InvalidJobGraph, "unknown time zone `{}`", op_.shift_time_zone);
  }
  int64_t shift = op_.window.offset_ms;
  if (zone_ != nullptr && !has_daylight_saving(*zone_)) shift -= zone_->offset_at(0);
  is_aligned_ = shift % op_.window.size_ms == 0;
  SLUICE_DO(windows_.open_slices(context, std::move(plan)));
  if (op_.window.processing_time) {
    for (int64_t end : windows_.slice_ends()) context.register_timer(close_time(end));
    return Done{};
  }
  return restore_watermark();
}

Status WindowAggregate::restore_watermark() {
  SLUICE_TRY(watermark_, context_->state->list_state("watermark"));
  TimestampMs least = kWatermarkMax;
  for (const std::string& entry : watermark_->restored()) {
    TimestampMs one = 0;
    auto [end, error] = std::from_chars(entry.data(), entry.data() + entry.size(), one);
    if (error != std::errc()) {
      return fail(ErrorCode::CorruptCheckpoint, "the watermark `{}` of a window aggregate is none", entry);
    }
    least = std::min(least, one);
  }
  if (!watermark_->restored().empty()) progress_ = least;
  return Done{};
}

void WindowAggregate::on_snapshot(CheckpointId) {
  if (watermark_ != nullptr) watermark_->set({std::to_string(progress_)});
}

TimestampMs WindowAggregate::close_time(int64_t end) const {
  constexpr int64_t kHour = 3600000;
  int64_t instant = to_instant(end - 1);
  if (zone_ == nullptr) return instant;
  int64_t hour_later = to_instant(end - 1 + kHour);
  if (hour_later - instant > kHour) return hour_later - kHour;
  return hour_later == instant ? instant - instant % kHour : instant;
}

TimestampMs WindowAggregate::next_look(TimestampMs now) const {
  if (now == kWatermarkMax) return now;
  bool is_local = zone_ != nullptr && has_daylight_saving(*zone_);
  int64_t time = is_local ? to_local(now) : now;
  int64_t rest = time % op_.window.size_ms;
  int64_t end = time - (rest < 0 ? rest + op_.window.size_ms : rest) + op_.window.size_ms;
  TimestampMs next = is_local ? close_time(end) : end - 1;
  return next > now ? next : next + op_.window.size_ms;
}

void WindowAggregate::Phase::add(Waiting waiting) {
  first_end = std::min(first_end, waiting.end);
  rows.push_back(std::move(waiting));
}

std::vector<WindowAggregate::Waiting> WindowAggregate::Phase::take() {
  first_end = INT64_MAX;
  return std::exchange(rows, {});
}

bool WindowAggregate::hands_on(Phase& phase, TimestampMs watermark) const {
  if (watermark < phase.next_look) return false;
  phase.next_look = next_look(watermark);
  return !phase.rows.empty() && is_closed(phase.first_end, watermark);
}

// Rows whose window went out meanwhile are late.
void WindowAggregate::hand_on_to_global() {
  for (Waiting& some : local_.take()) {
    if (!is_closed(some.end, progress_)) {
      global_.add(std::move(some));
    } else if (context_->metrics != nullptr) {
      context_->metrics->late_records_dropped.add(some.rows.size());
    }
  }
}

Status WindowAggregate::hand_on_to_state(TimestampMs fired) {
  for (const Waiting& some : global_.take()) {
    if (is_closed(some.end, fired)) continue;
    view_.assign(some.batch);
    hashes_.resize(some.batch.rows);
    windows_.hash(view_.columns(), nullptr, some.batch.rows, hashes_.data());
    SLUICE_DO(add_to_window(some.batch, some.end, some.rows));
  }
  return Done{};
}

int64_t WindowAggregate::window_end(int64_t local_ms) const {
  int64_t rest = (local_ms - op_.window.offset_ms) % op_.window.size_ms;
  if (rest < 0) rest += op_.window.size_ms;
  return local_ms - rest + op_.window.size_ms;
}

Step WindowAggregate::on_batch(uint32_t, Batch batch, Output&) {
  view_.assign(batch);
  hashes_.resize(batch.rows);
  windows_.hash(view_.columns(), nullptr, batch.rows, hashes_.data());
  SLUICE_DO(assign_windows(batch));
  for (const auto& [end, rows] : rows_by_window_) {
    if (!op_.window.processing_time && waits(end)) {
      local_.add({batch, end, rows});
    } else {
      SLUICE_DO(add_to_window(batch, end, rows));
    }
  }
  return Progress::Done;
}

Status WindowAggregate::assign_windows(const Batch& batch) {
  rows_by_window_.clear();
  if (op_.window.processing_time) {
    int64_t end = window_end(to_local(context_->env.clock->wall_ms()));
    auto& rows = rows_by_window_[end];
    rows.assign(rows_from(0), rows_from(batch.rows));
    context_->register_timer(close_time(end));
    return Done{};
  }
  const ColumnView& times = view_.columns()[op_.window.time];
  uint64_t late = 0;
  int64_t last_end = INT64_MIN;
  std::vector<uint32_t>* last_rows = nullptr;  // Neighbours mostly share their window.
  for (uint32_t row = 0; row < batch.rows; ++row) {
    if (!is_valid(times.validity, row)) {
      return fail(ErrorCode::NullInNotNullColumn, "the time attribute of a window is NULL in {}", context_->op->name);
    }
    int64_t end = window_end(to_local(static_cast<const int64_t*>(times.values)[row]));
    if (end != last_end || last_rows == nullptr) {
      if (!waits(end) && is_closed(end, progress_)) {
        ++late;
        continue;
      }
      last_end = end;
      last_rows = &rows_by_window_[end];
    }
    last_rows->push_back(row);
  }
  if (late > 0 && context_->metrics != nullptr) context_->metrics->late_records_dropped.add(late);
  return Done{};
}

Status WindowAggregate::add_to_window(const Batch& batch, int64_t end, const std::vector<uint32_t>& rows) {
  SLUICE_DO(windows_.select(end));
  ValueTable& window = windows_.table();
  auto count = static_cast<uint32_t>(rows.size());
  std::vector<uint64_t> hashes(count);
  std::vector<uint8_t*> slots(count);
  std::vector<uint8_t> inserted(count);
  for (uint32_t i = 0; i < count; ++i) hashes[i] = hashes_[rows[i]];
  SLUICE_DO(window.find_or_insert({view_.columns(), rows.data(), count, hashes.data()}, slots.data(), inserted.data()));
  window.touch(slots.data(), count);
  std::vector<uint8_t*> fresh;
  for (uint32_t i = 0; i < count; ++i) {
    if (inserted[i] != 0) fresh.push_back(slots[i]);
  }
  windows_.init(fresh.data(), static_cast<uint32_t>(fresh.size()));
  return windows_.add({view_.columns(), batch.kinds_data(), rows.data(), count, slots.data(), hashes.data()});
}

Step WindowAggregate::on_watermark(TimestampMs watermark, Output& out) {
  // After a restart the source's watermark begins behind the restored one.
  if (op_.window.processing_time || watermark <= progress_) return Progress::Done;
  if (hands_on(local_, watermark)) hand_on_to_global();
  TimestampMs fired = std::exchange(progress_, watermark);
  if (hands_on(global_, watermark)) SLUICE_DO(hand_on_to_state(fired));
  return send_closed(out);
}

Step WindowAggregate::on_timer(TimestampMs time, Output& out) {
  if (!op_.window.processing_time) return Progress::Done;
  progress_ = std::max(progress_, time);
  return send_closed(out);
}

Step WindowAggregate::on_barrier(CheckpointId, Output&) {
  hand_on_to_global();
  SLUICE_DO(hand_on_to_state(progress_));
  return Progress::Done;
}

Step WindowAggregate::send_closed(Output& out) {
  for (int64_t end : windows_.slice_ends()) {
    if (!is_closed(end, progress_)) break;
    SLUICE_DO(windows_.select(end));
    SLUICE_TRY(Progress progress, send_window(end, out));
    if (progress == Progress::Pending) return progress;
    windows_.drop_slice(end);
  }
  return Progress::Done;
}

Step WindowAggregate::send_window(int64_t end, Output& out) {
  if (!out.has_room()) return Progress::Pending;
  if (!going_out_) {
    going_out_.emplace();
    SLUICE_DO(windows_.table().for_each([this](uint8_t* slot) { going_out_->push_back(slot); }));
  }
  while (next_group_ < going_out_->size()) {
    if (!out.has_room()) return Progress::Pending;
    size_t count = std::min<size_t>(kBatchRowsMax, going_out_->size() - next_group_);
    SLUICE_TRY(Batch batch, results_of(end, {going_out_->data() + next_group_, count}));
    if (batch.rows > 0) out.emit(std::move(batch));
    next_group_ += count;
  }
  going_out_.reset();
  next_group_ = 0;
  return Progress::Done;
}

Result<Batch> WindowAggregate::results_of(int64_t end, std::span<uint8_t* const> groups) {
  auto count = static_cast<uint32_t>(groups.size());
  RowSchema schema = context_->op->output;
  auto key_count = static_cast<uint32_t>(op_.keys.size());
  auto result_end = key_count + static_cast<uint32_t>(op_.calls.size());
  if (op_.input_retracts) schema.insert(schema.begin() + result_end, {"rows", Type::bigint().not_null()});
  BatchBuilder builder(*context_->buffers, schema, count);
  builder.bind(*context_->kernels);
  MutableColumn* columns = builder.columns();
  windows_.unpack_keys(groups.data(), count, rows_from(0), columns);
  windows_.results(groups.data(), count, rows_from(0), columns + key_count);
  write_properties(end, count, columns + result_end + (op_.input_retracts ? 1 : 0));

  std::vector<uint32_t> rows;
  auto* row_counts = op_.input_retracts ? static_cast<const int64_t*>(columns[result_end].values) : nullptr;
  for (uint32_t i = 0; i < count; ++i) {
    if (row_counts == nullptr || row_counts[i] != 0) rows.push_back(i);
  }
  Batch batch = builder.finish(count, context_->arena);
  BatchView view(batch);
  SLUICE_DO(windows_.forget_values(view.columns(), rows_from(0), count));
  if (op_.input_retracts) batch.columns.erase(batch.columns.begin() + result_end);
  if (rows.size() == count) return batch;
  return gather(batch, context_->op->output, rows, *context_->buffers, *context_->arena);
}

void WindowAggregate::write_properties(int64_t end, uint32_t count, MutableColumn* out) const {
  const RowSchema& schema = context_->op->output;
  size_t first = schema.size() - op_.properties.size();
  for (size_t p = 0; p < op_.properties.size(); ++p) {
    int64_t value = 0;
    switch (op_.properties[p]) {
      case jobgraph::WindowAggregate::Property::Start:
        value = end - op_.window.size_ms;
        break;
      case jobgraph::WindowAggregate::Property::End:
        value = end;
        break;
      case jobgraph::WindowAggregate::Property::Time:
        // The new time attribute: an instant again where the old one was.
        value = schema[first + p].type.is(TypeRoot::TimestampLtz) ? to_instant(end - 1) : end - 1;
        break;
    }
    std::fill_n(static_cast<int64_t*>(out[p].values), count, value);
    for (uint32_t row = 0; row < count && out[p].validity != nullptr; ++row) set_valid(out[p].validity, row, true);
  }
}

}  // namespace sluice::runtime
