#include "tools/conformance/perturbation.h"

#include <algorithm>
#include <map>

#include "catalog/types/value_text.h"

namespace sluice::conformance {
namespace {

void add_leaves(std::vector<Leaf>& to, const Leaf& at) {
  if (!at.type.is(TypeRoot::Row)) {
    to.push_back(at);
    return;
  }
  for (size_t i = 0; i < at.type.child_count(); ++i) {
    Leaf field = at;
    field.name += "." + at.type.field_name(i);
    field.path.push_back(i);
    field.type = at.type.child(i);
    add_leaves(to, field);
  }
}

// Null when the value is not there because a ROW around it is NULL.
const Value* find(const ValueList& row, const Leaf& leaf) {
  const Value* at = &row[leaf.path[0]];
  for (size_t i = 1; i < leaf.path.size(); ++i) {
    if (at->is_null()) return nullptr;
    at = &(*at->get<std::shared_ptr<const ValueList>>())[leaf.path[i]];
  }
  return at;
}

Value with(const Value& value, const std::vector<size_t>& path, size_t depth, const Value& leaf) {
  if (depth == path.size()) return leaf;
  ValueList fields = *value.get<std::shared_ptr<const ValueList>>();
  fields[path[depth]] = with(fields[path[depth]], path, depth + 1, leaf);
  return Value::list(std::move(fields));
}

void set(ValueList& row, const Leaf& leaf, const Value& value) {
  row[leaf.path[0]] = with(row[leaf.path[0]], leaf.path, 1, value);
}

// Distances that stay within a group, a window or a condition, and such that leave it.
Value shifted(const Value& value, const Type& type, int64_t distance) {
  if (value.is_null()) return value;
  if (auto* flag = std::get_if<bool>(&value.data)) return {!*flag};
  if (auto* text = std::get_if<std::string>(&value.data)) {
    if (!type.is(TypeRoot::VarChar)) return value;
    return {distance % 2 == 0 ? *text + "x" : "x" + *text};
  }
  if (auto* number = std::get_if<float>(&value.data)) return {*number + static_cast<float>(distance)};
  if (auto* number = std::get_if<double>(&value.data)) return {*number + static_cast<double>(distance)};
  if (auto* time = std::get_if<TimestampNs>(&value.data)) {
    TimestampNs moved = *time;
    moved.milliseconds += distance * 1000;
    return {moved};
  }
  auto* number = std::get_if<int64_t>(&value.data);
  if (number == nullptr) return value;
  bool is_time = type.is(TypeRoot::Timestamp) || type.is(TypeRoot::TimestampLtz);
  return {*number + (is_time ? distance * 1000 : distance % 100)};
}

using Mapping = std::map<std::string, Value>;

// What every value that occurs becomes.
Mapping mapping_of(const std::vector<Value>& distinct, const Leaf& leaf, Change change, std::mt19937_64& random) {
  static constexpr int64_t kDistances[] = {1, -1, 2, 7, 10, -10, 60, 3600, 86'400, 1'000'000};
  std::vector<Value> targets = distinct;
  int64_t distance = kDistances[random() % std::size(kDistances)];
  if (change == Change::Permute) std::ranges::shuffle(targets, random);
  Mapping mapping;
  for (size_t i = 0; i < distinct.size(); ++i) {
    const Value& target = change == Change::Shift      ? shifted(distinct[i], leaf.type, distance)
                          : change == Change::Collapse ? distinct[random() % distinct.size()]
                                                       : targets[i];
    mapping.emplace(changelog_text(distinct[i], leaf.type), target);
  }
  return mapping;
}

bool is_insert_only(const std::vector<runtime::TableChange>& rows) {
  return std::ranges::all_of(rows, [](const runtime::TableChange& row) { return row.kind == RowKind::Insert; });
}

}  // namespace

std::vector<Leaf> leaves_of(const RowSchema& columns, const std::vector<uint32_t>& key) {
  std::vector<Leaf> leaves;
  for (size_t i = 0; i < columns.size(); ++i) {
    bool is_unique = std::ranges::find(key, static_cast<uint32_t>(i)) != key.end();
    add_leaves(leaves, {columns[i].name, {i}, columns[i].type, is_unique});
  }
  return leaves;
}

bool perturb(std::vector<runtime::TableChange>& rows, const Leaf& leaf, Change change, std::mt19937_64& random) {
  bool maps_values = change <= Change::Collapse;
  if (leaf.is_unique && change != Change::Permute && change != Change::Shift) return false;
  if (!maps_values && !is_insert_only(rows)) return false;
  if (change == Change::Nulls && !leaf.type.nullable()) return false;

  std::vector<size_t> places;
  std::vector<Value> values, distinct;
  std::map<std::string, bool> seen;
  for (size_t i = 0; i < rows.size(); ++i) {
    const Value* value = find(rows[i].row, leaf);
    if (value == nullptr || (maps_values && value->is_null())) continue;
    places.push_back(i);
    values.push_back(*value);
    if (seen.emplace(changelog_text(*value, leaf.type), true).second) distinct.push_back(*value);
  }
  if (places.empty()) return false;

  std::vector<Value> before = values;
  if (maps_values) {
    Mapping mapping = mapping_of(distinct, leaf, change, random);
    for (Value& value : values) value = mapping.at(changelog_text(value, leaf.type));
  } else if (change == Change::Shuffle) {
    std::ranges::shuffle(values, random);
  } else if (change == Change::OneRow) {
    values[random() % values.size()] = values[random() % values.size()];
  } else {
    for (Value& value : values) {
      if (random() % 2 == 0) value = Value::null();
    }
  }
  if (values == before) return false;
  for (size_t i = 0; i < places.size(); ++i) set(rows[places[i]].row, leaf, values[i]);
  return true;
}

}  // namespace sluice::conformance
