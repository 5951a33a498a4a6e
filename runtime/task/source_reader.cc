#include "runtime/task/source_reader.h"

#include <algorithm>

#include "base/key_hash.h"
#include "runtime/task/split_entry.h"

namespace sluice::runtime {
namespace {

constexpr uint64_t kDiscoveryToken = UINT64_MAX;
constexpr int64_t kLagIntervalNs = 200'000'000;

// Of splits that turn up later: subtasks see them at different times, so only the name can decide.
uint32_t subtask_of_split(const std::string& id, uint32_t parallelism) {
  uint64_t hash = hash_bytes(kKeyHashSeed, id.data(), static_cast<uint32_t>(id.size()));
  return static_cast<uint32_t>(hash % parallelism);
}

Batch rows_between(const Batch& batch, const RowSchema& schema, uint32_t begin, uint32_t end,
                   OperatorContext& context) {
  std::vector<uint32_t> selection;
  for (uint32_t row = begin; row < end; ++row) selection.push_back(row);
  return gather(batch, schema, selection, *context.buffers, *context.arena);
}

}  // namespace

Status SourceReader::open(OperatorContext& context) {
  context_ = &context;
  SLUICE_TRY(positions_, context.state->list_state(kPositionsList));
  SLUICE_TRY(enumerated_, context.state->list_state(kEnumeratedList));
  if (spec_.watermark) {
    SLUICE_DO(column_.open(context, spec_.watermark->expression, context.op->output));
    next_tick_ms_ = now_ms() + spec_.watermark->interval_ms;
  }
  SLUICE_DO(assign_splits());
  if (options_.connector->discovery_interval_ms() > 0) arm_discovery();
  if (alignment_.is_on()) align();
  return Done{};
}

// Restored splits in turn, in the order of their names; else the enumerated ones in turn.
Status SourceReader::assign_splits() {
  std::vector<SplitEntry> restored;
  for (const std::string& bytes : positions_->restored()) {
    SLUICE_TRY(SplitEntry entry, decode_split_entry(bytes));
    known_ids_.insert(entry.split.id);
    restored.push_back(std::move(entry));
  }
  std::sort(restored.begin(), restored.end(),
            [](const SplitEntry& a, const SplitEntry& b) { return a.split.id < b.split.id; });
  for (size_t i = context_->subtask; i < restored.size(); i += context_->parallelism) {
    SLUICE_DO(add_split(restored[i].split, restored[i].is_ended));
  }
  if (!restored.empty() || !enumerated_->restored().empty()) {
    return options_.connector->discovery_interval_ms() > 0 ? add_discovered(*options_.splits) : Status(Done{});
  }
  const std::vector<Split>& all = *options_.splits;
  for (size_t i = 0; i < all.size(); ++i) {
    known_ids_.insert(all[i].id);
    if (i % context_->parallelism == context_->subtask) SLUICE_DO(add_split(all[i], false));
  }
  return Done{};
}

Status SourceReader::add_split(Split split, bool is_ended) {
  size_t index = splits_.size();
  watermarks_.add();
  Reading& reading = splits_.emplace_back();
  reading.split = std::move(split);
  if (is_ended) {
    watermarks_.end(index);
    return Done{};
  }
  SLUICE_TRY(reading.reader, options_.connector->open(reading.split, context_->make_completion(index)));
  return Done{};
}

Status SourceReader::add_discovered(const std::vector<Split>& found) {
  for (const Split& split : found) {
    if (!known_ids_.insert(split.id).second) continue;
    if (subtask_of_split(split.id, context_->parallelism) != context_->subtask) continue;
    SLUICE_DO(add_split(split, false));
  }
  return Done{};
}

Result<SourceOperator::Outcome> SourceReader::poll() {
  if (cut_) {
    write_cut();
    return Outcome::More;
  }
  size_t index = next_ready();
  if (index == splits_.size()) {
    if (has_ended()) {
      alignment_.update(kWatermarkMax);
      if (is_idle_) out_->control(Element::active());
      out_->control(Element::watermark(kWatermarkMax));
      return Outcome::End;
    }
    update_idleness();
    arm_tick();
    measure_lags();
    return Outcome::Idle;
  }
  SLUICE_TRY(Poll poll, splits_[index].reader->poll(options_.rows_max));
  count_malformed(splits_[index]);
  SLUICE_DO(take(index, std::move(poll)));
  if (context_->env.clock->monotonic_ns() >= next_lags_ns_) measure_lags();
  return Outcome::More;
}

bool SourceReader::has_ended() const {
  if (options_.connector->discovery_interval_ms() > 0) return false;
  return std::all_of(splits_.begin(), splits_.end(), [](const Reading& split) { return split.reader == nullptr; });
}

// Splits take turns, poll by poll.
size_t SourceReader::next_ready() {
  for (size_t i = 0; i < splits_.size(); ++i) {
    size_t index = (next_ + i) % splits_.size();
    if (splits_[index].reader == nullptr || splits_[index].waiting) continue;
    if (!alignment_.may_read(watermarks_.watermark(index))) continue;
    next_ = index + 1;
    return index;
  }
  return splits_.size();
}

void SourceReader::count_malformed(Reading& reading) {
  DecodeCounts now = reading.reader->malformed();
  for (size_t i = 0; i < now.size(); ++i) {
    uint64_t more = now[i] - std::exchange(reading.malformed[i], now[i]);
    if (more == 0) continue;
    context_->metrics->malformed_records.add(more);
    context_->metrics->malformed_by_fault[i].add(more);
  }
}

void SourceReader::measure_lags() {
  if (context_->metrics == nullptr) return;  // Of tests that drive an operator alone.
  next_lags_ns_ = context_->env.clock->monotonic_ns() + kLagIntervalNs;
  std::vector<SplitLag> lags;
  for (const Reading& reading : splits_) {
    auto lag = reading.reader == nullptr ? std::optional<int64_t>() : reading.reader->lag();
    if (lag) lags.push_back({reading.split.id, *lag});
  }
  context_->metrics->lags.set(std::move(lags));
}

Status SourceReader::take(size_t index, Poll poll) {
  Reading& reading = splits_[index];
  switch (poll.state) {
    case Poll::State::Idle:
      reading.waiting = true;
      reading.waiting_since_ms = now_ms();
      break;
    case Poll::State::End:
      reading.split.position = reading.reader->position();
      reading.reader.reset();
      watermarks_.end(index);
      break;
    case Poll::State::Rows:
      break;
  }
  if (poll.progress && spec_.watermark) SLUICE_DO(observe(index, *poll.progress));
  if (poll.rows.rows > 0) SLUICE_DO(take_rows(index, std::move(poll.rows)));
  if (alignment_.is_on()) alignment_.update(watermarks_.all_idle() ? kWatermarkMax : watermarks_.combined());
  if (spec_.watermark && !cut_) {
    if (is_per_event()) emit_watermark();
    tick_if_due(now_ms());
  }
  return Done{};
}

Status SourceReader::take_rows(size_t index, Batch rows) {
  if (watermarks_.is_idle(index)) {
    watermarks_.set_idle(index, false);
    update_idleness();
  }
  if (is_per_event()) {
    SLUICE_TRY(const std::vector<TimestampMs>* watermarks, column_.compute(rows));
    cut_ = Cut{std::move(rows), index, *watermarks, 0};
    write_cut();
    return Done{};
  }
  if (spec_.watermark) SLUICE_DO(observe(index, rows));
  out_->emit(std::move(rows));
  return Done{};
}

Status SourceReader::observe(size_t index, const Batch& batch) {
  SLUICE_TRY(const std::vector<TimestampMs>* watermarks, column_.compute(batch));
  auto end = watermarks->begin() + batch.rows;
  watermarks_.advance(index, *std::max_element(watermarks->begin(), end));
  return Done{};
}

// Writes up to and including each row that moves the combined watermark, then the watermark. False: no room.
bool SourceReader::write_cut() {
  while (cut_) {
    if (!out_->has_room()) return false;
    uint32_t begin = cut_->next;
    uint32_t row = begin;
    while (row < cut_->batch.rows) {
      watermarks_.advance(cut_->split, cut_->watermarks[row++]);
      if (watermarks_.combined() > emitted_) break;
    }
    bool is_whole = begin == 0 && row == cut_->batch.rows;
    bool is_last = row == cut_->batch.rows;
    Batch part =
        is_whole ? std::move(cut_->batch) : rows_between(cut_->batch, context_->op->output, begin, row, *context_);
    cut_->next = row;
    if (is_last) cut_.reset();
    out_->emit(std::move(part));
    emit_watermark();
  }
  return true;
}

Step SourceReader::on_barrier(CheckpointId, Output&) { return write_cut() ? Progress::Done : Progress::Pending; }

// Only a barrier leaves something pending.
Step SourceReader::resume(Output& out) { return on_barrier(0, out); }

void SourceReader::on_snapshot(CheckpointId) {
  std::vector<std::string> entries;
  for (Reading& reading : splits_) {
    if (reading.reader) reading.split.position = reading.reader->position();
    entries.push_back(encode(SplitEntry{reading.split, reading.reader == nullptr}));
  }
  positions_->set(std::move(entries));
  enumerated_->set({"yes"});
}

Step SourceReader::on_completion(uint64_t token, Output&) {
  if (token != kDiscoveryToken) {
    splits_[token].waiting = false;
    return Progress::Done;
  }
  std::optional<Result<std::vector<Split>>> found;
  {
    std::lock_guard lock(discovery_->mutex);
    found.swap(discovery_->found);
  }
  if (found && *found) SLUICE_DO(add_discovered(**found));
  if (found && !*found) return std::move(*found).as_failure();
  arm_discovery();
  return Progress::Done;
}

Step SourceReader::on_timer(TimestampMs time, Output&) {
  int64_t now = std::max(time, now_ms());
  if (next_discovery_ms_ != 0 && now >= next_discovery_ms_) start_discovery();
  is_tick_armed_ = false;
  if (alignment_.is_on() && now >= next_alignment_ms_) align();
  if (spec_.watermark) {
    tick_if_due(now);
    arm_tick();
  }
  return Progress::Done;
}

void SourceReader::tick_if_due(int64_t now) {
  if (now < next_tick_ms_) return arm_tick();
  next_tick_ms_ = now + spec_.watermark->interval_ms;
  update_idleness();
  emit_watermark();
}

// Rows that on-event emission still holds come before the watermarks behind them.
void SourceReader::emit_watermark() {
  TimestampMs combined = watermarks_.combined();
  if (combined <= emitted_ || is_idle_) return;
  emitted_ = combined;
  out_->control(Element::watermark(combined));
}

void SourceReader::update_idleness() {
  if (!spec_.watermark) return;
  int64_t timeout = spec_.watermark->idle_timeout_ms;
  int64_t now = timeout > 0 ? now_ms() : 0;
  for (size_t i = 0; i < splits_.size() && timeout > 0; ++i) {
    const Reading& reading = splits_[i];
    if (reading.reader && reading.waiting && now - reading.waiting_since_ms >= timeout) watermarks_.set_idle(i, true);
  }
  bool idle = watermarks_.all_idle() && !has_ended();
  if (idle == is_idle_) return;
  if (idle) emit_watermark();
  is_idle_ = idle;
  out_->control(idle ? Element::idle() : Element::active());
}

// Only while a tick could have something to say, so that a source without rows does not wake its task for ever.
void SourceReader::arm_tick() {
  if (!spec_.watermark || is_tick_armed_) return;
  bool has_news = !is_idle_ && watermarks_.combined() > emitted_;
  if (spec_.watermark->idle_timeout_ms > 0) {
    for (size_t i = 0; i < splits_.size(); ++i) has_news |= splits_[i].waiting && !watermarks_.is_idle(i);
  }
  if (!has_news) return;
  is_tick_armed_ = true;
  context_->register_timer(next_tick_ms_);
}

// Splits that wait for others are not idle; they are looked at again by the clock.
void SourceReader::align() {
  alignment_.update(watermarks_.all_idle() ? kWatermarkMax : watermarks_.combined());
  next_alignment_ms_ = now_ms() + alignment_.interval_ms();
  context_->register_timer(next_alignment_ms_);
}

void SourceReader::arm_discovery() {
  next_discovery_ms_ = now_ms() + options_.connector->discovery_interval_ms();
  context_->register_timer(next_discovery_ms_);
}

void SourceReader::start_discovery() {
  next_discovery_ms_ = 0;
  discovery_ = std::make_shared<Discovery>();
  context_->env.executor->submit(
      Executor::Pool::Io, [connector = options_.connector, discovery = discovery_, parallelism = context_->parallelism,
                           done = context_->make_completion(kDiscoveryToken)] {
        Result<std::vector<Split>> found = connector->discover(parallelism);
        {
          std::lock_guard lock(discovery->mutex);
          discovery->found.emplace(std::move(found));
        }
        done();
      });
}

}  // namespace sluice::runtime
