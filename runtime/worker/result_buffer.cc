#include "runtime/worker/result_buffer.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace sluice::runtime {
namespace {

// "origin:subtask:rows" as position_of writes it; nothing when it is another buffer's.
std::optional<std::pair<uint32_t, uint64_t>> parse_position(std::string_view text, std::string_view origin) {
  if (!text.starts_with(origin) || text.substr(origin.size(), 1) != ":") return std::nullopt;
  std::pair<uint32_t, uint64_t> out;
  const char* end = text.data() + text.size();
  auto [colon, bad] = std::from_chars(text.data() + origin.size() + 1, end, out.first);
  if (bad != std::errc() || colon == end || *colon != ':') return std::nullopt;
  auto [rest, bad_rows] = std::from_chars(colon + 1, end, out.second);
  if (bad_rows != std::errc() || rest != end) return std::nullopt;
  return out;
}

}  // namespace

ResultBuffer::ResultBuffer(RowSchema columns, std::string origin, std::function<void()> on_news)
    : columns_(std::move(columns)), origin_(std::move(origin)), on_news_(std::move(on_news)) {}

bool ResultBuffer::has_room() const {
  std::lock_guard lock(mutex_);
  bool has = is_below_bounds() || (!awaited_barriers_.empty() && bytes_ < barrier_bytes_max_ &&
                                   produced_ - acknowledged_ < barrier_rows_max_);
  if (!has) is_waited_for_ = true;
  return has;
}

bool ResultBuffer::is_below_bounds() const { return bytes_ < kBytesMax && produced_ - acknowledged_ < kRowsMax; }

void ResultBuffer::let_barrier_pass() {
  std::vector<std::function<void()>> wakes;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [subtask, wake] : wakes_) {
      awaited_barriers_.insert(subtask);
      wakes.push_back(wake);
    }
    barrier_bytes_max_ = bytes_ + kBytesMax;
    barrier_rows_max_ = produced_ - acknowledged_ + kRowsMax;
    is_waited_for_ = false;
  }
  for (const auto& wake : wakes) wake();
}

void ResultBuffer::forget_barrier() {
  std::lock_guard lock(mutex_);
  awaited_barriers_.clear();
}

// Rows are encoded outside the lock: subtasks do it side by side.
void ResultBuffer::consume(uint32_t subtask, Batch batch) {
  EncodedRows rows = encode_rows(batch, columns_);
  if (rows.ends.empty()) return;
  {
    std::lock_guard lock(mutex_);
    if (is_closed_) return;
    bytes_ += rows.bytes.size();
    produced_by_subtask_[subtask] += rows.ends.size();
    uint64_t position = std::exchange(produced_, produced_ + rows.ends.size());
    stored_.push_back({position, subtask, std::move(rows), false, {}});
  }
  on_news_();
}

void ResultBuffer::on_room(uint32_t subtask, std::function<void()> wake) {
  std::lock_guard lock(mutex_);
  wakes_[subtask] = std::move(wake);
}

std::string ResultBuffer::position_of(uint32_t subtask) const {
  std::lock_guard lock(mutex_);
  awaited_barriers_.erase(subtask);
  auto found = produced_by_subtask_.find(subtask);
  return fmt::format("{}:{}:{}", origin_, subtask, found == produced_by_subtask_.end() ? 0 : found->second);
}

// Positions go on; how many rows a subtask has given is counted from what is kept, as if the others had never been.
void ResultBuffer::on_restore(const std::vector<std::string>& positions) {
  {
    std::lock_guard lock(mutex_);
    if (is_closed_ || produced_ == 0) return;
    std::map<uint32_t, uint64_t> kept;
    for (const std::string& text : positions) {
      if (auto position = parse_position(text, origin_)) kept.insert(*position);
    }
    produced_by_subtask_ = kept;
    // One mark is enough for restarts without a row between them, unless the reader has it already.
    bool has_mark = !stored_.empty() && stored_.back().is_restart && stored_.back().position == produced_ &&
                    next_index_ < first_index_ + stored_.size();
    if (has_mark) stored_.pop_back();
    stored_.push_back({produced_, 0, {}, true, std::move(kept)});
  }
  on_news_();
}

void ResultBuffer::close() {
  {
    std::lock_guard lock(mutex_);
    is_closed_ = true;
  }
  on_news_();
}

void ResultBuffer::drop() {
  {
    std::lock_guard lock(mutex_);
    is_closed_ = true;
    first_index_ += stored_.size();
    stored_.clear();
    bytes_ = 0;
    next_index_ = first_index_;
    next_position_ = acknowledged_ = produced_;
  }
  on_news_();
}

Status ResultBuffer::seek(uint64_t position) {
  std::lock_guard lock(mutex_);
  if (position < acknowledged_) {
    return fail(ErrorCode::NetworkError, "row {} of the result is not kept any more", position)
        .hint(fmt::format("The first row that is kept has position {}.", acknowledged_));
  }
  if (position > produced_) {
    return fail(ErrorCode::NetworkError, "the result has {} rows yet, not {}", produced_, position);
  }
  // Marks at the position itself come again: they say what the rows before it are worth.
  auto next = std::ranges::find_if(stored_, [position](const Stored& stored) {
    return stored.is_restart ? stored.position >= position : stored.end() > position;
  });
  next_index_ = first_index_ + static_cast<uint64_t>(next - stored_.begin());
  next_position_ = position;
  is_end_taken_ = false;
  return Done{};
}

RowBlock ResultBuffer::slice(const Stored& stored, uint64_t until) const {
  const std::vector<size_t>& ends = stored.rows.ends;
  auto first = static_cast<size_t>(next_position_ - stored.position);
  size_t begin = first == 0 ? 0 : ends[first - 1];
  size_t last = first + 1;
  size_t last_max = std::min(ends.size(), static_cast<size_t>(until - stored.position));
  while (last < last_max && ends[last] - begin <= kBlockBytesMax) ++last;
  return {next_position_, stored.subtask, static_cast<uint32_t>(last - first),
          stored.rows.bytes.substr(begin, ends[last - 1] - begin)};
}

ResultElement ResultBuffer::take(uint64_t until) {
  std::lock_guard lock(mutex_);
  if (next_index_ - first_index_ == stored_.size()) {
    if (!is_closed_ || std::exchange(is_end_taken_, true)) return {};
    return EndMark{produced_};
  }
  const Stored& stored = stored_[next_index_ - first_index_];
  if (stored.is_restart) {
    ++next_index_;
    return RestartMark{stored.position, stored.kept};
  }
  if (next_position_ >= until) return {};
  RowBlock block = slice(stored, until);
  next_position_ += block.count;
  if (next_position_ == stored.end()) ++next_index_;
  return block;
}

bool ResultBuffer::acknowledge(uint64_t position) {
  std::vector<std::function<void()>> wakes;
  bool is_all = false;
  {
    std::lock_guard lock(mutex_);
    acknowledged_ = std::max(acknowledged_, std::min(position, next_position_));
    // A mark goes with the row behind it: until then the reader may not have seen it.
    while (!stored_.empty() && first_index_ < next_index_) {
      const Stored& first = stored_.front();
      if (first.is_restart ? first.position >= acknowledged_ : first.end() > acknowledged_) break;
      bytes_ -= first.rows.bytes.size();
      stored_.pop_front();
      ++first_index_;
    }
    is_all = is_end_taken_ && acknowledged_ == produced_;
    if (is_below_bounds() && std::exchange(is_waited_for_, false)) {
      for (const auto& [subtask, wake] : wakes_) wakes.push_back(wake);
    }
  }
  for (const auto& wake : wakes) wake();
  return is_all;
}

uint64_t ResultBuffer::produced() const {
  std::lock_guard lock(mutex_);
  return produced_;
}

uint64_t ResultBuffer::acknowledged() const {
  std::lock_guard lock(mutex_);
  return acknowledged_;
}

}  // namespace sluice::runtime
