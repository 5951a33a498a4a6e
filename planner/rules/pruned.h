#pragma once
// A plan that has fewer columns than before, and what becomes of references to them. Internal to prune_columns.
#include <algorithm>
#include <set>
#include <vector>

#include "base/check.h"
#include "planner/rules/expressions.h"
#include "planner/rules/rule.h"

namespace sluice::planner {

inline constexpr uint32_t kGone = UINT32_MAX;
using Columns = std::set<uint32_t>;

// `positions[i]` is where column i of the old plan is now, or kGone.
struct Pruned {
  Plan plan;
  std::vector<uint32_t> positions;
};

// Keeps the `wanted` of `count` things in their order.
inline std::vector<uint32_t> positions_of(const Columns& wanted, size_t count) {
  std::vector<uint32_t> positions(count, kGone);
  uint32_t next = 0;
  for (uint32_t column : wanted) positions.at(column) = next++;
  return positions;
}

template <class T>
std::vector<T> pick(const std::vector<T>& all, const Columns& wanted) {
  std::vector<T> out;
  for (uint32_t i : wanted) out.push_back(all.at(i));
  return out;
}

inline std::vector<uint32_t> moved(std::vector<uint32_t> columns, const std::vector<uint32_t>& positions) {
  for (uint32_t& column : columns) column = positions.at(column);
  return columns;
}

inline std::vector<SortKey> moved(std::vector<SortKey> keys, const std::vector<uint32_t>& positions) {
  for (SortKey& key : keys) key.column = positions.at(key.column);
  return keys;
}

// A plan of exactly the columns `list`, in this order.
inline Plan exactly(const Pruned& pruned, const std::vector<uint32_t>& list, const Plan& before) {
  bool is_identity = pruned.plan->schema.size() == list.size();
  Project project{pruned.plan, {}, {}};
  for (uint32_t i = 0; i < list.size(); ++i) {
    uint32_t position = pruned.positions.at(list[i]);
    is_identity = is_identity && position == i;
    project.exprs.push_back(column(position, pruned.plan->schema.at(position).type));
    project.names.push_back(before->schema[list[i]].name);
  }
  return is_identity ? pruned.plan : make(std::move(project));
}

// The column that costs least, for rows that are only counted.
inline uint32_t cheapest(const RowSchema& schema) {
  SLUICE_CHECK(!schema.empty());
  auto cost = [](const RowField& field) { return field.type.width() == 0 ? 1000 : field.type.width(); };
  auto least = std::ranges::min_element(schema, {}, cost);
  return static_cast<uint32_t>(least - schema.begin());
}

inline Columns at_least_one(Columns wanted, const RowSchema& schema) {
  if (wanted.empty() && !schema.empty()) wanted.insert(cheapest(schema));
  return wanted;
}

}  // namespace sluice::planner
