// Upsert keys: which columns identify a row at any moment.
#include <algorithm>
#include <numeric>

#include "planner/plan/join_keys.h"
#include "planner/plan/traits.h"

namespace sluice::planner {

namespace {

constexpr size_t kKeysMax = 128;  // Columns that are projected several times multiply keys.

void add_key(UpsertKeys& keys, std::vector<uint32_t> key) {
  std::ranges::sort(key);
  if (keys.size() < kKeysMax && std::ranges::find(keys, key) == keys.end()) keys.push_back(std::move(key));
}

// Where each column of the input stands in the output; a column may stand in several places.
std::vector<std::vector<uint32_t>> places_of(const Project& project) {
  std::vector<std::vector<uint32_t>> places(project.input->schema.size());
  for (uint32_t i = 0; i < project.exprs.size(); ++i) {
    if (auto* reference = project.exprs[i].as<ColumnRef>()) places[reference->index].push_back(i);
  }
  return places;
}

// Every way to write the key with the columns of the output; none when a part of it is gone.
void project_key(const std::vector<uint32_t>& key, const std::vector<std::vector<uint32_t>>& places, size_t part,
                 std::vector<uint32_t>& prefix, UpsertKeys& out) {
  if (part == key.size()) return add_key(out, prefix);
  for (uint32_t place : places[key[part]]) {
    if (out.size() >= kKeysMax) return;
    prefix.push_back(place);
    project_key(key, places, part + 1, prefix, out);
    prefix.pop_back();
  }
}

// A projection that passes no column on identifies nothing, not even the only row of a global aggregate.
UpsertKeys keys_of(const Project& project) {
  UpsertKeys out;
  if (std::ranges::none_of(project.exprs, [](const Expr& expr) { return expr.as<ColumnRef>() != nullptr; })) return out;
  auto places = places_of(project);
  std::vector<uint32_t> prefix;
  for (const auto& key : upsert_keys_of(project.input)) project_key(key, places, 0, prefix, out);
  return out;
}

UpsertKeys keys_of(const Scan& scan) {
  if (scan.table.primary_key.empty()) return {};
  std::vector<uint32_t> key;
  for (uint32_t column : scan.table.primary_key) {
    auto found = std::ranges::find(scan.paths, FieldPath{column});
    if (found == scan.paths.end()) return {};
    key.push_back(static_cast<uint32_t>(found - scan.paths.begin()));
  }
  std::ranges::sort(key);
  return {std::move(key)};
}

std::vector<uint32_t> first_columns(size_t count) {
  std::vector<uint32_t> key(count);
  std::iota(key.begin(), key.end(), 0U);
  return key;
}

// A window that a table function makes is no key: cumulated windows share their starts.
UpsertKeys keys_of(const WindowAggregate& aggregate) {
  UpsertKeys out;
  if (aggregate.legacy == WindowAggregate::Legacy::No) return out;
  auto bound = static_cast<uint32_t>(aggregate.keys.size() + aggregate.calls.size());
  for (size_t i = 0; i < aggregate.properties.size(); ++i, ++bound) {
    std::vector<uint32_t> key = first_columns(aggregate.keys.size());
    key.push_back(bound);
    add_key(out, std::move(key));
  }
  return out;
}

std::vector<uint32_t> sorted(std::vector<uint32_t> key) {
  std::ranges::sort(key);
  return key;
}

UpsertKeys keys_of(const Rank& rank) {
  if (rank.is_top_1()) return {sorted(rank.keys)};
  UpsertKeys out;
  if (!rank.number.empty()) {
    std::vector<uint32_t> numbered = rank.keys;
    numbered.push_back(static_cast<uint32_t>(rank.input->schema.size()));
    add_key(out, std::move(numbered));
  }
  for (const auto& key : upsert_keys_of(rank.input)) add_key(out, key);
  return out;
}

// Changes of a row stay in order only where its key decides about the partition.
UpsertKeys keys_of(const Over& over) {
  UpsertKeys out;
  for (const auto& key : upsert_keys_of(over.input)) {
    auto in_key = [&](uint32_t column) { return std::ranges::find(key, column) != key.end(); };
    if (std::ranges::all_of(over.keys, in_key)) add_key(out, key);
  }
  return out;
}

bool is_within(const std::vector<uint32_t>& key, const std::vector<uint32_t>& columns) {
  return std::ranges::all_of(key, [&](uint32_t column) { return std::ranges::count(columns, column) > 0; });
}

// Changes of one row stay in order over the exchange only for keys that hold all of what it distributes by.
UpsertKeys keys_behind_exchange(const Plan& input, const std::vector<uint32_t>& distribution) {
  UpsertKeys out = upsert_keys_of(input);
  std::erase_if(out, [&](const auto& key) { return !is_within(distribution, key); });
  return out;
}

bool has_key_within(const UpsertKeys& keys, const std::vector<uint32_t>& columns) {
  return std::ranges::any_of(keys, [&](const auto& key) { return is_within(key, columns); });
}

// A row of both sides together; one side's key alone where the other side has at most one row for it.
UpsertKeys keys_of_pairs(const Join& join, const JoinKeys& on, const UpsertKeys& left, const UpsertKeys& right) {
  auto width = static_cast<uint32_t>(join.left->schema.size());
  UpsertKeys shifted = right;
  for (auto& key : shifted) {
    for (uint32_t& column : key) column += width;
  }
  UpsertKeys out;
  for (const auto& one : left) {
    for (const auto& other : shifted) {
      std::vector<uint32_t> both = one;
      both.insert(both.end(), other.begin(), other.end());
      add_key(out, std::move(both));
    }
  }
  bool lefts_may_miss = join.type == JoinType::Right || join.type == JoinType::Full;
  bool rights_may_miss = join.type == JoinType::Left || join.type == JoinType::Full;
  if (!lefts_may_miss && has_key_within(right, on.right)) {
    for (const auto& key : left) add_key(out, key);
  }
  if (!rights_may_miss && has_key_within(left, on.left)) {
    for (const auto& key : shifted) add_key(out, key);
  }
  return out;
}

UpsertKeys keys_of(const Join& join) {
  if (join.strategy == JoinStrategy::Interval) return {};
  JoinKeys on = join_keys_of(join);
  if (join.strategy == JoinStrategy::Lookup) {
    return has_key_within(upsert_keys_of(join.right), on.right) ? upsert_keys_of(join.left) : UpsertKeys{};
  }
  UpsertKeys left = keys_behind_exchange(join.left, on.left);
  if (join.type == JoinType::Semi || join.type == JoinType::Anti) return left;
  return keys_of_pairs(join, on, left, keys_behind_exchange(join.right, on.right));
}

}  // namespace

UpsertKeys upsert_keys_of(const Plan& plan) {
  return match(
      plan, [](const Scan& scan) { return keys_of(scan); }, [](const Values&) { return UpsertKeys{}; },
      [](const Filter& filter) { return upsert_keys_of(filter.input); },
      [](const Project& project) { return keys_of(project); },
      [](const Aggregate& aggregate) { return UpsertKeys{first_columns(aggregate.keys.size())}; },
      [](const WindowTvf&) { return UpsertKeys{}; },
      [](const WindowAggregate& aggregate) { return keys_of(aggregate); },
      [](const Deduplicate& deduplicate) {
        return deduplicate.window.empty() ? UpsertKeys{sorted(deduplicate.keys)} : UpsertKeys{};
      },
      [](const Rank& rank) { return keys_of(rank); }, [](const Over& over) { return keys_of(over); },
      [](const Match&) { return UpsertKeys{}; }, [](const Union&) { return UpsertKeys{}; },
      [](const Join& join) { return keys_of(join); }, [](const Correlate&) { return UpsertKeys{}; },
      [](const Sort& sort) { return upsert_keys_of(sort.input); }, [](const Expand&) { return UpsertKeys{}; },
      [](const ChangelogCall& call) {
        bool is_keyed = call.added.empty() && call.keys > 0;
        return is_keyed ? UpsertKeys{first_columns(call.keys)} : UpsertKeys{};
      },
      [](const WatermarkAssigner& assigner) { return upsert_keys_of(assigner.input); },
      [](const ChangelogNormalize& normalize) { return UpsertKeys{sorted(normalize.keys)}; },
      [](const Sink& sink) { return upsert_keys_of(sink.input); });
}

}  // namespace sluice::planner
