#include "tests/sim/events.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace sluice::sim {
namespace {

constexpr int64_t kFirstMs = SimClock::kEpochMs;
constexpr uint64_t kStepMsMax = 160;  // Between neighbours of a partition.
constexpr int64_t kLateMsMin = 4 * kWatermarkDelayMs;
constexpr uint64_t kLateMsSpread = 20'000;

class Generator {
 public:
  Generator(const TopicSpec& topic, const DataShape& shape, SimRandom& random)
      : topic_(topic), shape_(shape), random_(random), partitions_(shape.partitions), clocks_(shape.partitions) {
    for (Clock& clock : clocks_) clock.next_ms = kFirstMs + static_cast<int64_t>(random_.below(500));
  }

  Partitions make() {
    for (size_t i = 0; i < shape_.rows; ++i) {
      switch (topic_.feed) {
        case Feed::Inserts:
        case Feed::KeyedInserts:
          push(random_event());
          break;
        case Feed::Changelog:
          change_row();
          break;
        case Feed::Upserts:
          change_key();
          break;
      }
    }
    return std::move(partitions_);
  }

 private:
  struct Clock {
    int64_t next_ms = 0;
    int64_t max_ms = 0;
  };

  bool one_in(uint64_t n) { return random_.below(n) == 0; }

  uint64_t random_key() {
    uint64_t key = random_.below(shape_.keys);
    if (!shape_.is_skewed) return key;
    return std::min({key, random_.below(shape_.keys), random_.below(shape_.keys)});
  }

  std::optional<int64_t> random_value() {
    if (topic_.has_nulls && one_in(10)) return std::nullopt;
    return static_cast<int64_t>(random_.below(101)) - 50;
  }

  std::optional<std::string> random_text() {
    static constexpr std::array kTexts = {"a", "bee", "gamma", "a text that is not inline any more", "delta-delta"};
    if (topic_.has_nulls && one_in(10)) return std::nullopt;
    std::string text = kTexts[random_.below(kTexts.size())];
    return one_in(4) ? text + std::to_string(random_.below(1000)) : text;
  }

  Event random_event() {
    Event event;
    event.id = next_id_++;
    if (topic_.feed == Feed::Upserts || !topic_.has_nulls || !one_in(20)) {
      event.k = static_cast<int64_t>(random_key());
    }
    event.v = random_value();
    event.s = random_text();
    return event;
  }

  size_t partition_for(const Event& event) {
    switch (topic_.feed) {
      case Feed::Inserts:
        return random_.below(partitions_.size());
      case Feed::Changelog:
        return static_cast<size_t>(event.id) % partitions_.size();
      case Feed::KeyedInserts:
      case Feed::Upserts:
        break;
    }
    return event.k ? static_cast<size_t>(*event.k) % partitions_.size() : 0;
  }

  // Time is given here: it belongs to the place in the partition. What is taken back keeps its own.
  void push(Event event) {
    size_t partition = partition_for(event);
    if (sign_of(event.kind) > 0) {
      Clock& clock = clocks_[partition];
      clock.next_ms += static_cast<int64_t>(random_.below(kStepMsMax));
      event.ts = clock.next_ms - static_cast<int64_t>(random_.below(kWatermarkDelayMs * 8 / 10));
      if (topic_.has_late_rows && one_in(15)) {
        event.ts -= kLateMsMin + static_cast<int64_t>(random_.below(kLateMsSpread));
      }
      while (!times_.insert(event.ts).second) ++event.ts;
      event.is_late = event.ts <= clock.max_ms - kWatermarkDelayMs;
      clock.max_ms = std::max(clock.max_ms, event.ts);
    }
    if (topic_.feed == Feed::Changelog) rows_[event.id] = event;
    if (topic_.feed == Feed::Upserts) keys_[*event.k] = event;
    partitions_[partition].push_back(std::move(event));
  }

  void change_row() {
    if (rows_.empty() || one_in(3)) return push(random_event());
    auto chosen = std::next(rows_.begin(), static_cast<ptrdiff_t>(random_.below(rows_.size())));
    Event before = chosen->second;
    if (one_in(3)) {
      before.kind = RowKind::Delete;
      push(before);
      rows_.erase(before.id);
      return;
    }
    Event after = random_event();
    before.kind = RowKind::UpdateBefore;
    after.kind = RowKind::UpdateAfter;
    after.id = before.id;
    push(before);
    push(after);
  }

  void change_key() {
    Event event = random_event();
    auto known = keys_.find(*event.k);
    bool is_there = known != keys_.end() && known->second.kind != RowKind::Delete;
    if (is_there && one_in(4)) {
      event = known->second;
      event.kind = RowKind::Delete;
    } else if (is_there) {
      event.kind = RowKind::UpdateAfter;
    }
    push(std::move(event));
  }

  const TopicSpec& topic_;
  const DataShape& shape_;
  SimRandom& random_;
  Partitions partitions_;
  std::vector<Clock> clocks_;
  std::set<int64_t> times_;
  std::map<int64_t, Event> rows_;  // By id: what is there.
  std::map<int64_t, Event> keys_;  // By k: what came last.
  int64_t next_id_ = 1;
};

template <class T>
Value value_of(const std::optional<T>& value) {
  return value ? Value{*value} : Value::null();
}

}  // namespace

runtime::TableChange change_of(const Event& event) {
  return {event.kind, {Value{event.id}, value_of(event.k), value_of(event.v), value_of(event.s), Value{event.ts}}};
}

Partitions make_events(const TopicSpec& topic, const DataShape& shape, SimRandom& random) {
  return Generator(topic, shape, random).make();
}

}  // namespace sluice::sim
