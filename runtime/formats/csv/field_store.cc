#include "runtime/formats/csv/field_store.h"

#include <strings.h>

#include "base/base64.h"
#include "catalog/types/time_math.h"
#include "runtime/formats/temporal_text.h"

namespace sluice::runtime::csv {
namespace {

// java.sql.Date.valueOf: `y-m-d` of four, one or two, one or two digits. A day that the month does not have is one of
// the next month. Its calendar leaps from 1582-10-04 to 1582-10-15.
bool read_sql_date(std::string_view text, int32_t& days) {
  int32_t parts[3] = {};
  int part = 0;
  size_t digits[3] = {};
  for (char c : text) {
    if (c == '-') {
      if (++part > 2) return false;
    } else if (c >= '0' && c <= '9') {
      parts[part] = parts[part] * 10 + (c - '0');
      if (++digits[part] > 4) return false;
    } else {
      return false;
    }
  }
  bool is_date = part == 2 && digits[0] == 4 && digits[1] >= 1 && digits[1] <= 2 && digits[2] >= 1 && digits[2] <= 2;
  if (!is_date || parts[1] < 1 || parts[1] > 12 || parts[2] < 1 || parts[2] > 31) return false;
  int64_t value = days_of({parts[0], parts[1], 1}) + parts[2] - 1;
  bool is_left_out = value >= days_of({1582, 10, 5}) && value < days_of({1582, 10, 15});
  days = static_cast<int32_t>(is_left_out ? value + 10 : value);
  return true;
}

// LocalTime.parse: seconds may be left out, 24:00 is none.
bool read_local_time(std::string_view text, int32_t& ms) {
  std::string padded(text);
  if (text.size() == 5) padded += ":00";
  return !text.starts_with("24") && read_format_time(padded, ms);
}

template <class T>
Stored store_floating(std::string_view text, MutableColumn& column, uint32_t row) {
  T value = 0;
  if (!read_java_floating(text, value)) return Stored::Wrong;
  mark_valid(column, row);
  store_value(column, row, value);
  return Stored::Value;
}

Stored store_decimal(std::string_view text, const Type& type, MutableColumn& column, uint32_t row) {
  switch (store_decimal_text(text, type, column, row)) {
    case DecimalRead::Stored:
      return Stored::Value;
    case DecimalRead::Overflow:
      return Stored::Null;
    case DecimalRead::NoNumber:
      return Stored::Wrong;
  }
  return Stored::Wrong;
}

Stored store_days_or_ms(bool good, int32_t value, MutableColumn& column, uint32_t row) {
  if (!good) return Stored::Wrong;
  mark_valid(column, row);
  store_value(column, row, value);
  return Stored::Value;
}

Stored store_timestamp_text(std::string_view text, const Type& type, MutableColumn& column, uint32_t row) {
  if (type.is(TypeRoot::TimestampLtz)) {
    if (!text.ends_with('Z')) return Stored::Wrong;
    text.remove_suffix(1);
  }
  TimestampNs value;
  if (!read_format_timestamp(text, TimestampText::Sql, value)) return Stored::Wrong;
  mark_valid(column, row);
  bool fits = store_timestamp(value, type, static_cast<char*>(column.values) + row * type.width());
  return fits ? Stored::Value : Stored::Wrong;
}

uint32_t grow(MutableColumn& column, KernelContext& context) {
  if (column.rows == column.capacity) context.grow(&context, &column, column.rows + 1);
  return column.rows++;
}

}  // namespace

// The literal of NULL is looked for in scalars; inside arrays and rows in their parts.
Stored FieldStore::store(std::string_view text, const Type& type, MutableColumn& column, uint32_t row,
                         KernelContext& context) {
  if (type.is(TypeRoot::Array)) return store_array(text, type, column, row, context);
  if (type.is(TypeRoot::Row)) return store_row(text, type, column, row, context);
  return store_scalar(text, type, column, row, context);
}

Stored FieldStore::store_scalar(std::string_view text, const Type& type, MutableColumn& column, uint32_t row,
                                KernelContext& context) {
  if (dialect_.has_null_literal && text == dialect_.null_literal) return Stored::Null;
  int32_t number = 0;
  switch (type.root()) {
    case TypeRoot::Char:
    case TypeRoot::VarChar:
      store_text(text, column, row, context);
      return Stored::Value;
    case TypeRoot::Boolean: {
      text = trim_text(text);
      mark_valid(column, row);
      store_value(column, row, static_cast<uint8_t>(text.size() == 4 && strncasecmp(text.data(), "true", 4) == 0));
      return Stored::Value;
    }
    case TypeRoot::TinyInt:
    case TypeRoot::SmallInt:
    case TypeRoot::Int:
    case TypeRoot::BigInt: {
      IntegerRange range = range_of(type);
      int64_t value = 0;
      text = ascii_digits(trim_text(text), digits_);
      if (text.empty() || !read_whole_number(text, range.least, range.greatest, value)) return Stored::Wrong;
      store_integer(type, column, row, value);
      return Stored::Value;
    }
    case TypeRoot::Float:
      return store_floating<float>(text, column, row);
    case TypeRoot::Double:
      return store_floating<double>(text, column, row);
    case TypeRoot::Decimal:
      return store_decimal(text, type, column, row);
    case TypeRoot::Date:
      return store_days_or_ms(read_sql_date(text, number), number, column, row);
    case TypeRoot::Time:
      return store_days_or_ms(read_local_time(text, number), type.precision() == 0 ? number / 1000 * 1000 : number,
                              column, row);
    case TypeRoot::Timestamp:
    case TypeRoot::TimestampLtz:
      return store_timestamp_text(text, type, column, row);
    case TypeRoot::Binary:
    case TypeRoot::VarBinary: {
      auto bytes = from_base64(text);
      if (!bytes) return Stored::Wrong;
      store_text(*bytes, column, row, context);
      return Stored::Value;
    }
    default:
      return Stored::Wrong;
  }
}

const std::vector<std::string_view>& FieldStore::parts_of(std::string_view text) {
  parts_.clear();
  if (text.empty()) return parts_;
  for (size_t at; (at = text.find(dialect_.element_delimiter)) != std::string_view::npos;) {
    parts_.push_back(text.substr(0, at));
    text.remove_prefix(at + 1);
  }
  parts_.push_back(text);
  return parts_;
}

bool FieldStore::store_part(std::string_view text, const Type& type, MutableColumn& column, uint32_t row,
                            KernelContext& context) {
  Stored stored = store_scalar(text, type, column, row, context);
  if (stored == Stored::Value) return true;
  return (stored == Stored::Null || wrong_is_null_) && store_null(type, column, row);
}

Stored FieldStore::store_array(std::string_view text, const Type& type, MutableColumn& column, uint32_t row,
                               KernelContext& context) {
  MutableColumn& elements = column.children[0];
  uint32_t first = elements.rows;
  for (std::string_view part : parts_of(text)) {
    if (!store_part(part, type.child(0), elements, grow(elements, context), context)) return Stored::Wrong;
  }
  mark_valid(column, row);
  store_value(column, row, ListView{first, elements.rows - first});
  return Stored::Value;
}

Stored FieldStore::store_row(std::string_view text, const Type& type, MutableColumn& column, uint32_t row,
                             KernelContext& context) {
  const std::vector<std::string_view>& parts = parts_of(text);
  if (parts.empty()) return Stored::Null;
  if (parts.size() < type.child_count() && !wrong_is_null_) return Stored::Wrong;
  for (uint32_t i = 0; i < type.child_count(); ++i) {
    bool good = i < parts.size() ? store_part(parts[i], type.child(i), column.children[i], row, context)
                                 : store_null(type.child(i), column.children[i], row);
    if (!good) return Stored::Wrong;
  }
  mark_valid(column, row);
  return Stored::Value;
}

Stored FieldStore::store_field_of_row(std::string_view text, const Type& type, uint32_t field, MutableColumn& column,
                                      uint32_t row, KernelContext& context) {
  const std::vector<std::string_view>& parts = parts_of(text);
  if (parts.empty()) return Stored::Null;
  if (parts.size() < type.child_count() && !wrong_is_null_) return Stored::Wrong;
  if (field >= parts.size()) return Stored::Null;
  return store_scalar(parts[field], type.child(field), column, row, context);
}

}  // namespace sluice::runtime::csv
