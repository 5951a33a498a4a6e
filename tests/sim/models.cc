#include "tests/sim/models.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace sluice::sim {
namespace {

using Key = std::optional<int64_t>;

std::string text(int64_t value) { return std::to_string(value); }
std::string text(const std::optional<int64_t>& value) { return value ? std::to_string(*value) : "NULL"; }
std::string text(const std::optional<std::string>& value) { return value ? *value : "NULL"; }

template <class... Cells>
std::string row(const Cells&... cells) {
  std::string line;
  ((line += (line.empty() ? "" : "|") + text(cells)), ...);
  return line;
}

template <class Visit>
void for_each(const Inputs& inputs, const std::string& topic, Visit&& visit) {
  for (const std::vector<Event>& partition : inputs.at(topic)) {
    for (const Event& event : partition) visit(event);
  }
}

// The values that a group has now, each with how often.
struct Group {
  int64_t rows = 0;
  std::map<int64_t, int64_t> values;

  void take(const Event& event) {
    int64_t sign = sign_of(event.kind);
    rows += sign;
    if (event.v && (values[*event.v] += sign) == 0) values.erase(*event.v);
  }
  int64_t count() const {
    int64_t n = 0;
    for (const auto& [value, times] : values) n += times;
    return n;
  }
  int64_t total() const {
    int64_t sum = 0;
    for (const auto& [value, times] : values) sum += value * times;
    return sum;
  }
  Key sum() const { return values.empty() ? Key() : Key(total()); }
  Key min() const { return values.empty() ? Key() : Key(values.begin()->first); }
  Key max() const { return values.empty() ? Key() : Key(values.rbegin()->first); }
  Key average() const { return values.empty() ? Key() : Key(total() / count()); }
};

std::map<Key, Group> groups_of(const Inputs& inputs, const std::string& topic) {
  std::map<Key, Group> groups;
  for_each(inputs, topic, [&](const Event& event) { groups[event.k].take(event); });
  std::erase_if(groups, [](const auto& group) { return group.second.rows == 0; });
  return groups;
}

std::string statistics_row(const Key& k, const Group& group) {
  return row(k, group.rows, group.count(), group.sum(), group.min(), group.max(), group.average());
}

// One event per key, chosen by `replaces(old, fresh)`.
template <class Replaces>
Tables one_per_key(const Inputs& inputs, Replaces&& replaces) {
  std::map<Key, Event> chosen;
  for_each(inputs, "src", [&](const Event& event) {
    auto [place, is_first] = chosen.emplace(event.k, event);
    if (!is_first && replaces(place->second, event)) place->second = event;
  });
  Table table;
  for (const auto& [k, event] : chosen) ++table[row(k, event.id, event.v, event.s)];
  return {{"out", table}};
}

std::map<int64_t, Event> newest_of(const Inputs& inputs) {
  std::map<int64_t, Event> newest;
  for_each(inputs, "src", [&](const Event& event) { newest[*event.k] = event; });
  std::erase_if(newest, [](const auto& entry) { return entry.second.kind == RowKind::Delete; });
  return newest;
}

int64_t floor_to(int64_t value, int64_t size) { return value / size * size; }

std::vector<int64_t> numbers_of(const std::string& line) {
  std::vector<int64_t> numbers;
  for (size_t at = 0; at <= line.size();) {
    size_t end = std::min(line.find('|', at), line.size());
    std::string cell = line.substr(at, end - at);
    numbers.push_back(cell == "NULL" ? INT64_MIN : std::stoll(cell));
    at = end + 1;
  }
  return numbers;
}

}  // namespace

Tables filtered_rows(const Inputs& inputs) {
  Table table;
  for_each(inputs, "src", [&](const Event& event) {
    if (!(event.v && *event.v > 10) && event.k) return;
    std::optional<int64_t> twice = event.v;
    if (twice) *twice = *twice * 2 + 1;
    ++table[row(event.id, event.k, twice, event.s)];
  });
  return {{"out", table}};
}

Tables statistics_per_key(const Inputs& inputs) {
  Table table;
  for (const auto& [k, group] : groups_of(inputs, "src")) ++table[statistics_row(k, group)];
  return {{"out", table}};
}

Tables distinct_values_per_key(const Inputs& inputs) {
  Table table;
  for (const auto& [k, group] : groups_of(inputs, "src")) {
    int64_t sum = 0;
    for (const auto& [value, times] : group.values) sum += value;
    ++table[row(k, static_cast<int64_t>(group.values.size()), group.values.empty() ? Key() : Key(sum), group.rows)];
  }
  return {{"out", table}};
}

Tables histogram_of_counts(const Inputs& inputs) {
  struct Bar {
    int64_t keys = 0;
    int64_t sum = 0;
    Key largest;
  };
  std::map<int64_t, Bar> bars;
  for (const auto& [k, group] : groups_of(inputs, "src")) {
    Bar& bar = bars[group.rows];
    ++bar.keys;
    bar.sum += group.total();
    if (k && (!bar.largest || *k > *bar.largest)) bar.largest = k;
  }
  Table table;
  for (const auto& [rows, bar] : bars) ++table[row(rows, bar.keys, bar.sum, bar.largest)];
  return {{"out", table}};
}

Tables distinct_pairs(const Inputs& inputs) {
  Table table;
  for_each(inputs, "src", [&](const Event& event) { table[row(event.k, event.s)] = 1; });
  return {{"out", table}};
}

Tables last_row_by_time(const Inputs& inputs) {
  return one_per_key(inputs, [](const Event& old, const Event& fresh) { return fresh.ts >= old.ts; });
}
Tables first_row_by_time(const Inputs& inputs) {
  return one_per_key(inputs, [](const Event& old, const Event& fresh) { return fresh.ts < old.ts; });
}
Tables last_row_by_arrival(const Inputs& inputs) {
  return one_per_key(inputs, [](const Event&, const Event&) { return true; });
}
Tables first_row_by_arrival(const Inputs& inputs) {
  return one_per_key(inputs, [](const Event&, const Event&) { return false; });
}

Tables newest_row_per_key(const Inputs& inputs) {
  Table table;
  for (const auto& [k, event] : newest_of(inputs)) ++table[row(k, event.id, event.v, event.s)];
  return {{"out", table}};
}

Tables statistics_of_newest_rows(const Inputs& inputs) {
  std::map<std::optional<std::string>, Group> groups;
  for (auto& [k, event] : newest_of(inputs)) {
    event.kind = RowKind::Insert;
    groups[event.s].take(event);
  }
  Table table;
  for (const auto& [s, group] : groups) ++table[row(s, group.rows, group.sum(), group.min(), group.max())];
  return {{"out", table}};
}

Tables union_per_key(const Inputs& inputs) {
  std::map<Key, Group> groups = groups_of(inputs, "src");
  for_each(inputs, "other", [&](const Event& event) {
    if (event.v) groups[event.k].take(event);
  });
  Table table;
  for (const auto& [k, group] : groups) ++table[statistics_row(k, group)];
  return {{"out", table}};
}

Tables two_sinks(const Inputs& inputs) {
  return {{"out", statistics_per_key(inputs).at("out")}, {"rows_out", filtered_rows(inputs).at("out")}};
}

Tables rows_by_bucket(const Inputs& inputs) {
  Table table;
  for_each(inputs, "src", [&](const Event& event) { ++table[row(event.id, event.v, event.s, *event.k % 3)]; });
  return {{"out", table}};
}

Tables filtered_values_per_key(const Inputs& inputs) {
  std::map<Key, std::pair<int64_t, int64_t>> sums;
  for_each(inputs, "src", [&](const Event& event) {
    auto& [rows, sum] = sums[event.k];
    ++rows;
    if (*event.v > 0) sum += *event.v;
  });
  Table table;
  for (const auto& [k, pair] : sums) ++table[row(k, pair.first, pair.second)];
  return {{"out", table}};
}

// Of each window of a key: the rows that cannot be late are in its one result. Late rows may be in it, or be dropped,
// or be all that is in it.
std::vector<std::string> check_windows(const Inputs& inputs, const Tables& visible) {
  struct Bounds {
    int64_t surely = 0;
    int64_t perhaps = 0;
    int64_t seen = 0;
    int64_t largest = 0;
    int64_t results = 0;
    int64_t sum = 0;  // Of ids, when nothing is late.
    int64_t seen_sum = 0;
  };
  std::map<std::string, Bounds> windows;
  for_each(inputs, "src", [&](const Event& event) {
    Bounds& bounds = windows[row(event.k, floor_to(event.ts, kWindowMs))];
    ++(event.is_late ? bounds.perhaps : bounds.surely);
    bounds.sum += event.id;
  });
  std::vector<std::string> problems;
  for (const auto& [line, times] : visible.at("out")) {
    std::vector<int64_t> cells = numbers_of(line);  // k, start, end, n, sum of ids
    Bounds& bounds = windows[row(cells[0] == INT64_MIN ? Key() : Key(cells[0]), cells[1])];
    if (cells[2] != cells[1] + kWindowMs) problems.push_back("window with wrong bounds: " + line);
    bounds.seen += cells[3] * times;
    bounds.seen_sum += cells[4] * times;
    bounds.results += times;
    bounds.largest = std::max(bounds.largest, cells[3]);
  }
  for (const auto& [name, bounds] : windows) {
    bool is_exact = bounds.perhaps == 0;
    bool fits = bounds.seen >= bounds.surely && bounds.seen <= bounds.surely + bounds.perhaps &&
                bounds.largest >= bounds.surely && bounds.results <= 1;
    if (is_exact) fits &= bounds.seen_sum == bounds.sum;
    if (fits) continue;
    problems.push_back(fmt::format("window {}: {} rows in {} results, of which one has {}; {} are in time and {} late",
                                   name, bounds.seen, bounds.results, bounds.largest, bounds.surely, bounds.perhaps));
    if (problems.size() > 6) break;
  }
  return problems;
}

std::vector<std::string> check_clock_windows(const Inputs& inputs, const Tables& visible) {
  std::map<Key, std::pair<int64_t, int64_t>> expected, seen;
  for_each(inputs, "src", [&](const Event& event) {
    auto& [rows, ids] = expected[event.k];
    ++rows;
    ids += event.id;
  });
  for (const auto& [line, times] : visible.at("out")) {
    std::vector<int64_t> cells = numbers_of(line);  // k, n, sum of ids
    auto& [rows, ids] = seen[cells[0] == INT64_MIN ? Key() : Key(cells[0])];
    rows += cells[1] * times;
    ids += cells[2] * times;
  }
  std::vector<std::string> problems;
  for (const auto& [k, sums] : expected) {
    if (seen[k] == sums) continue;
    problems.push_back(fmt::format("key {}: {} rows in all windows, expected {}", text(k), seen[k].first, sums.first));
    if (problems.size() > 6) break;
  }
  return problems;
}

}  // namespace sluice::sim
