#include "tools/conformance/format_rows.h"

#include <algorithm>

#include "catalog/types/value_text.h"
#include "tools/conformance/json_value.h"
#include "tools/conformance/program_script.h"

namespace sluice::conformance {
namespace {

using simdjson::dom::element;

// The type with nine digits in every timestamp and no NOT NULL.
Type widened(const Type& type) {
  switch (type.root()) {
    case TypeRoot::Timestamp:
      return Type::timestamp(9);
    case TypeRoot::TimestampLtz:
      return Type::timestamp_ltz(9);
    case TypeRoot::Array:
      return Type::array(widened(type.child(0)));
    case TypeRoot::Map:
      return Type::map(widened(type.child(0)), widened(type.child(1)));
    case TypeRoot::Multiset:
      return Type::multiset(widened(type.child(0)));
    case TypeRoot::Row: {
      std::vector<RowField> fields = type.fields();
      for (RowField& field : fields) field.type = widened(field.type);
      return Type::row(std::move(fields));
    }
    default:
      return type.as_nullable();
  }
}

RowSchema widened(const RowSchema& columns) {
  RowSchema out = columns;
  for (RowField& column : out) column.type = widened(column.type);
  return out;
}

Value with_sorted_maps(const Value& value, const Type& type) {
  if (value.is_null() || type.child_count() == 0) return value;
  if (type.is(TypeRoot::Map) || type.is(TypeRoot::Multiset)) {
    ValueMap entries = *value.get<std::shared_ptr<const ValueMap>>();
    std::ranges::sort(entries, {}, [&](const auto& entry) { return json_text(entry.first, type.child(0)); });
    return Value::map(std::move(entries));
  }
  ValueList values = *value.get<std::shared_ptr<const ValueList>>();
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] = with_sorted_maps(values[i], type.child(type.is(TypeRoot::Row) ? i : 0));
  }
  return Value::list(std::move(values));
}

bool has_misplaced_null(const Value& value, const Type& type) {
  if (value.is_null()) return !type.nullable();
  if (type.is(TypeRoot::Map) || type.is(TypeRoot::Multiset)) {
    const ValueMap& entries = *value.get<std::shared_ptr<const ValueMap>>();
    return std::ranges::any_of(entries, [&](const auto& entry) {
      bool is_map = type.is(TypeRoot::Map);
      return has_misplaced_null(entry.first, type.child(0)) ||
             (is_map ? has_misplaced_null(entry.second, type.child(1)) : entry.second.is_null());
    });
  }
  if (type.child_count() == 0) return false;
  const ValueList& values = *value.get<std::shared_ptr<const ValueList>>();
  for (size_t i = 0; i < values.size(); ++i) {
    if (has_misplaced_null(values[i], type.child(type.is(TypeRoot::Row) ? i : 0))) return true;
  }
  return false;
}

bool has_misplaced_null(const ValueList& row, const RowSchema& columns) {
  for (size_t i = 0; i < row.size(); ++i) {
    if (has_misplaced_null(row[i], columns[i].type)) return true;
  }
  return false;
}

Result<runtime::TableChange> change_of(element row, const RowSchema& columns) {
  runtime::TableChange change;
  std::string kind = string_at(row, "kind");
  for (RowKind candidate : {RowKind::Insert, RowKind::UpdateBefore, RowKind::UpdateAfter, RowKind::Delete}) {
    if (kind == sluice::text_of(candidate)) change.kind = candidate;
  }
  size_t i = 0;
  for (element value : row["f"].get_array()) {
    if (i == columns.size()) return fail(ErrorCode::MalformedRecord, "more values than columns");
    SLUICE_TRY(Value read, value_of_json(value, columns[i].type));
    change.row.push_back(std::move(read));
    ++i;
  }
  return change;
}

}  // namespace

std::string text_of(const std::vector<runtime::TableChange>& rows, const RowSchema& columns) {
  std::string out;
  for (const runtime::TableChange& change : rows) {
    out += out.empty() ? "" : "\n";
    out += std::string(sluice::text_of(change.kind)) + "[";
    for (size_t i = 0; i < change.row.size(); ++i) {
      out += (i > 0 ? ", " : "") + json_text(with_sorted_maps(change.row[i], columns[i].type), columns[i].type);
    }
    out += "]";
  }
  return out;
}

Result<ExpectedRows> expected_rows(element record, const RowSchema& columns) {
  simdjson::dom::array rows;
  ExpectedRows out;
  if (record["rows"].get(rows) != simdjson::SUCCESS) return out;
  RowSchema wide = widened(columns);
  std::vector<runtime::TableChange> whole, cut;
  for (element row : rows) {
    SLUICE_TRY(runtime::TableChange change, change_of(row, wide));
    out.has_misplaced_null |= has_misplaced_null(change.row, columns);
    whole.push_back(std::move(change));
    SLUICE_TRY(runtime::TableChange narrow, change_of(row, columns));
    cut.push_back(std::move(narrow));
  }
  out.text = text_of(whole, wide);
  out.cut_text = text_of(cut, columns);
  return out;
}

Result<InputRow> input_row(element record, const RowSchema& columns) {
  element row;
  if (record["row"].get(row) != simdjson::SUCCESS) return fail(ErrorCode::MalformedRecord, "there is none");
  InputRow out;
  SLUICE_TRY(out.change, change_of(row, columns));
  SLUICE_TRY(runtime::TableChange whole, change_of(row, widened(columns)));
  out.is_cut = text_of({whole}, widened(columns)) != text_of({out.change}, columns);
  out.has_misplaced_null = has_misplaced_null(out.change.row, columns);
  return out;
}

}  // namespace sluice::conformance
