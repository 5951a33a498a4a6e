// RowReader: values of ROW, ARRAY, MAP and MULTISET columns.
#include <unordered_map>

#include "runtime/formats/json/row_reader.h"

namespace sluice::runtime::json {

// The keys of one map, whose rows stand behind each other from `first` on.
class MapKeys {
 public:
  MapKeys(const MutableColumn& column, uint32_t first) : column_(column), first_(first) {}

  // The row of an equal key, else the row behind the last.
  uint32_t find(std::string_view name) {
    if (column_.rows - first_ <= kSearchedMax) {
      uint32_t at = first_;
      while (at < column_.rows && key_at(at) != name) ++at;
      return at;
    }
    for (uint32_t at = first_ + static_cast<uint32_t>(rows_.size()); at < column_.rows; ++at) {
      rows_.emplace(key_at(at), at);
    }
    auto found = rows_.find(std::string(name));
    return found == rows_.end() ? column_.rows : found->second;
  }

 private:
  static constexpr uint32_t kSearchedMax = 16;
  std::string_view key_at(uint32_t row) const { return static_cast<const StringView*>(column_.values)[row].view(); }

  const MutableColumn& column_;
  const uint32_t first_;
  std::unordered_map<std::string, uint32_t> rows_;
};

RowReader::Got RowReader::read_other(const Type& type, uint32_t depth) {
  Token token;
  bool is_null = false;
  if (!take_token(token, is_null, depth)) return fail_broken(), Got::Failed;
  return is_null ? Got::Null : wrong(token.text, type);
}

RowReader::Got RowReader::read_row_value(ValuePlan& plan, MutableColumn* columns, uint32_t row, uint32_t depth) {
  if (*cursor.at != '{') return read_other(plan.type, depth);
  if (depth >= kDepthMax) return fail_broken(), Got::Failed;
  ++cursor.at;
  bool is_projected = plan.kind == ValuePlan::Kind::ProjectedRow;
  MutableColumn* fields = is_projected ? columns : columns[plan.column].children;
  if (!read_members(*plan.object, fields, row, depth + 1)) return Got::Failed;
  if (!is_projected) mark_valid(columns[plan.column], row);
  return Got::Value;
}

// Room for one more element; its row.
uint32_t RowReader::grow(MutableColumn& column) {
  if (column.rows == column.capacity) context_->grow(context_, &column, column.rows + 1);
  return column.rows++;
}

RowReader::Got RowReader::read_array(ValuePlan& plan, MutableColumn& column, uint32_t row, uint32_t depth) {
  if (*cursor.at != '[') return read_other(plan.type, depth);
  if (depth >= kDepthMax) return fail_broken(), Got::Failed;
  ++cursor.at;
  MutableColumn& elements = column.children[0];
  uint32_t first = elements.rows;
  if (!cursor.take(']')) {
    do {
      uint32_t at = grow(elements);
      if (!read_member(plan.children[0], &elements, at, depth + 1)) return Got::Failed;
    } while (cursor.take(','));
    if (!cursor.take(']')) return fail_broken(), Got::Failed;
  }
  mark_valid(column, row);
  store_value(column, row, ListView{first, elements.rows - first});
  return Got::Value;
}

// The tree reader finds no members in an array.
RowReader::Got RowReader::read_map(ValuePlan& plan, MutableColumn& column, uint32_t row, uint32_t depth) {
  bool is_array = *cursor.at == '[' && rules_.scalars.is_tree;
  if (*cursor.at != '{' && !is_array) return read_other(plan.type, depth);
  if (depth >= kDepthMax) return fail_broken(), Got::Failed;
  uint32_t first = column.children[0].rows;
  if (is_array) {
    if (!step_over(depth)) return fail_broken(), Got::Failed;
  } else if (++cursor.at; !cursor.take('}')) {
    MapKeys keys(column.children[0], first);
    do {
      if (!read_entry(plan, column, keys, depth + 1)) return Got::Failed;
    } while (cursor.take(','));
    if (!cursor.take('}')) return fail_broken(), Got::Failed;
  }
  mark_valid(column, row);
  store_value(column, row, ListView{first, column.children[0].rows - first});
  return Got::Value;
}

// The last of equal keys wins.
bool RowReader::read_entry(ValuePlan& plan, MutableColumn& column, MapKeys& keys, uint32_t depth) {
  StringToken token;
  std::string_view name;
  if (!cursor.take('"') || !cursor.take_string(token) || !string_text(token, name) || !cursor.take(':')) {
    return fail_broken();
  }
  uint32_t at = keys.find(name);
  if (at == column.children[0].rows) {
    grow(column.children[0]);
    grow(column.children[1]);
    store_text(name, column.children[0], at, *context_);
  }
  return read_member(plan.children[1], column.children, at, depth);
}

}  // namespace sluice::runtime::json
