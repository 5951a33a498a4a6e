#pragma once
// Flink's logical types with nullability.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/types/type_root.h"

namespace sluice {

class Type;
struct RowField;

// A value type, cheap to copy: children are shared and immutable.
class Type {
 public:
  static constexpr int32_t kLengthMax = 2147483647;

  Type() = default;
  explicit Type(TypeRoot root, bool nullable = true, int32_t precision = 0, int32_t scale = 0)
      : root_(root), nullable_(nullable), precision_(precision), scale_(scale) {}

  static Type invalid() { return Type(TypeRoot::Invalid); }
  static Type null() { return Type(TypeRoot::Null); }
  static Type boolean() { return Type(TypeRoot::Boolean); }
  static Type tinyint() { return Type(TypeRoot::TinyInt); }
  static Type smallint() { return Type(TypeRoot::SmallInt); }
  static Type integer() { return Type(TypeRoot::Int); }
  static Type bigint() { return Type(TypeRoot::BigInt); }
  static Type float32() { return Type(TypeRoot::Float); }
  static Type float64() { return Type(TypeRoot::Double); }
  static Type decimal(int32_t precision, int32_t scale) { return Type(TypeRoot::Decimal, true, precision, scale); }
  static Type character(int32_t length) { return Type(TypeRoot::Char, true, length); }
  static Type varchar(int32_t length) { return Type(TypeRoot::VarChar, true, length); }
  static Type string() { return varchar(kLengthMax); }
  static Type binary(int32_t length) { return Type(TypeRoot::Binary, true, length); }
  static Type varbinary(int32_t length) { return Type(TypeRoot::VarBinary, true, length); }
  static Type bytes() { return varbinary(kLengthMax); }
  static Type date() { return Type(TypeRoot::Date); }
  static Type time(int32_t precision) { return Type(TypeRoot::Time, true, precision); }
  static Type timestamp(int32_t precision) { return Type(TypeRoot::Timestamp, true, precision); }
  static Type timestamp_ltz(int32_t precision) { return Type(TypeRoot::TimestampLtz, true, precision); }
  static Type interval_year_month() { return Type(TypeRoot::IntervalYearMonth, true, 2); }
  static Type interval_day_time() { return Type(TypeRoot::IntervalDayTime, true, 3); }
  static Type array(Type element);
  static Type map(Type key, Type value);
  static Type multiset(Type element);
  static Type row(std::vector<RowField> fields);

  TypeRoot root() const { return root_; }
  bool is(TypeRoot root) const { return root_ == root; }
  bool nullable() const { return nullable_; }
  int32_t precision() const { return precision_; }  // DECIMAL, TIME, TIMESTAMP*: digits.
  int32_t length() const { return precision_; }     // CHAR, VARCHAR, BINARY, VARBINARY.
  int32_t scale() const { return scale_; }
  size_t child_count() const;
  const Type& child(size_t i) const;
  const std::string& field_name(size_t i) const;  // ROW only.
  const std::vector<RowField>& fields() const;    // ROW: its fields; collections: their children without names.

  Type with_nullability(bool nullable) const {
    Type copy = *this;
    copy.nullable_ = nullable;
    return copy;
  }
  Type as_nullable() const { return with_nullability(true); }
  Type not_null() const { return with_nullability(false); }

  Physical physical() const;
  // Bytes of one value in a column's buffer; 0 for Struct and None.
  size_t width() const;

  bool is_invalid() const { return root_ == TypeRoot::Invalid; }
  bool is_character() const { return root_ == TypeRoot::Char || root_ == TypeRoot::VarChar; }
  bool is_binary_string() const { return root_ == TypeRoot::Binary || root_ == TypeRoot::VarBinary; }
  bool is_integer() const { return root_ >= TypeRoot::TinyInt && root_ <= TypeRoot::BigInt; }
  bool is_approximate() const { return root_ == TypeRoot::Float || root_ == TypeRoot::Double; }
  bool is_exact() const { return is_integer() || root_ == TypeRoot::Decimal; }
  bool is_numeric() const { return is_exact() || is_approximate(); }
  bool is_timestamp() const { return root_ == TypeRoot::Timestamp || root_ == TypeRoot::TimestampLtz; }
  bool is_interval() const { return root_ == TypeRoot::IntervalYearMonth || root_ == TypeRoot::IntervalDayTime; }
  bool is_temporal() const { return is_timestamp() || root_ == TypeRoot::Date || root_ == TypeRoot::Time; }

  // Flink's serialisable summary: `DECIMAL(10, 2) NOT NULL`, `ROW<`id` BIGINT, `name` STRING>`, STRING for
  // VARCHAR(max).
  std::string to_string() const;

  bool operator==(const Type& other) const;                   // Nullability and field names included.
  bool equals_ignoring_nullability(const Type& other) const;  // At the top level and inside.

 private:
  TypeRoot root_ = TypeRoot::Invalid;
  bool nullable_ = true;
  int32_t precision_ = 0;
  int32_t scale_ = 0;
  std::shared_ptr<const std::vector<RowField>> children_;
};

struct RowField {
  std::string name;
  Type type;
  bool operator==(const RowField&) const = default;
};

// The columns of a stream, a table or an operator's output.
using RowSchema = std::vector<RowField>;

inline size_t Type::child_count() const { return children_ ? children_->size() : 0; }

}  // namespace sluice
