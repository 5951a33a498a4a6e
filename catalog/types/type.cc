#include "catalog/types/type.h"

#include <fmt/format.h>

#include "base/check.h"

namespace sluice {
namespace {

std::shared_ptr<const std::vector<RowField>> share(std::vector<RowField> fields) {
  return std::make_shared<const std::vector<RowField>>(std::move(fields));
}

std::string quote(const std::string& name) {
  std::string out = "`";
  for (char c : name) out += c == '`' ? "``" : std::string(1, c);
  return out + "`";
}

std::string fields_text(const Type& type) {
  std::string out;
  for (const RowField& field : type.fields()) {
    if (!out.empty()) out += ", ";
    out += (type.is(TypeRoot::Row) ? quote(field.name) + " " : "") + field.type.to_string();
  }
  return out;
}

std::string name_of(const Type& type) {
  int32_t p = type.precision();
  switch (type.root()) {
    case TypeRoot::Invalid:
      return "INVALID";
    case TypeRoot::Null:
      return "NULL";
    case TypeRoot::Boolean:
      return "BOOLEAN";
    case TypeRoot::TinyInt:
      return "TINYINT";
    case TypeRoot::SmallInt:
      return "SMALLINT";
    case TypeRoot::Int:
      return "INT";
    case TypeRoot::BigInt:
      return "BIGINT";
    case TypeRoot::Float:
      return "FLOAT";
    case TypeRoot::Double:
      return "DOUBLE";
    case TypeRoot::Decimal:
      return fmt::format("DECIMAL({}, {})", p, type.scale());
    case TypeRoot::Char:
      return fmt::format("CHAR({})", p);
    case TypeRoot::VarChar:
      return p == Type::kLengthMax ? "STRING" : fmt::format("VARCHAR({})", p);
    case TypeRoot::Binary:
      return fmt::format("BINARY({})", p);
    case TypeRoot::VarBinary:
      return p == Type::kLengthMax ? "BYTES" : fmt::format("VARBINARY({})", p);
    case TypeRoot::Date:
      return "DATE";
    case TypeRoot::Time:
      return fmt::format("TIME({})", p);
    case TypeRoot::Timestamp:
      return fmt::format("TIMESTAMP({})", p);
    case TypeRoot::TimestampLtz:
      return fmt::format("TIMESTAMP_LTZ({})", p);
    case TypeRoot::IntervalYearMonth:
      return fmt::format("INTERVAL YEAR({}) TO MONTH", p);
    case TypeRoot::IntervalDayTime:
      return fmt::format("INTERVAL DAY(2) TO SECOND({})", p);
    case TypeRoot::Array:
      return fmt::format("ARRAY<{}>", fields_text(type));
    case TypeRoot::Map:
      return fmt::format("MAP<{}>", fields_text(type));
    case TypeRoot::Multiset:
      return fmt::format("MULTISET<{}>", fields_text(type));
    case TypeRoot::Row:
      return fmt::format("ROW<{}>", fields_text(type));
    case TypeRoot::Raw:
      return "RAW";
    case TypeRoot::Variant:
      return "VARIANT";
    case TypeRoot::Bitmap:
      return "BITMAP";
    case TypeRoot::Descriptor:
      return "DESCRIPTOR";
  }
  SLUICE_UNREACHABLE("every root has a name");
}

}  // namespace

Type Type::array(Type element) {
  Type type(TypeRoot::Array);
  type.children_ = share({{"element", std::move(element)}});
  return type;
}

Type Type::map(Type key, Type value) {
  Type type(TypeRoot::Map);
  type.children_ = share({{"key", std::move(key)}, {"value", std::move(value)}});
  return type;
}

Type Type::multiset(Type element) {
  Type type(TypeRoot::Multiset);
  type.children_ = share({{"element", std::move(element)}});
  return type;
}

Type Type::row(std::vector<RowField> fields) {
  Type type(TypeRoot::Row);
  type.children_ = share(std::move(fields));
  return type;
}

const std::vector<RowField>& Type::fields() const {
  static const std::vector<RowField> kNone;
  return children_ ? *children_ : kNone;
}

const Type& Type::child(size_t i) const {
  SLUICE_CHECK(i < child_count());
  return (*children_)[i].type;
}

const std::string& Type::field_name(size_t i) const {
  SLUICE_CHECK(i < child_count());
  return (*children_)[i].name;
}

Physical Type::physical() const {
  switch (root_) {
    case TypeRoot::Invalid:
    case TypeRoot::Descriptor:
      return Physical::None;
    case TypeRoot::Null:  // Never anything but NULL; stands as a BOOLEAN column without a valid row.
    case TypeRoot::Boolean:
      return Physical::Bool;
    case TypeRoot::TinyInt:
      return Physical::Int8;
    case TypeRoot::SmallInt:
      return Physical::Int16;
    case TypeRoot::Int:
    case TypeRoot::Date:
    case TypeRoot::Time:
    case TypeRoot::IntervalYearMonth:
      return Physical::Int32;
    case TypeRoot::BigInt:
    case TypeRoot::IntervalDayTime:
      return Physical::Int64;
    case TypeRoot::Float:
      return Physical::Float32;
    case TypeRoot::Double:
      return Physical::Float64;
    case TypeRoot::Decimal:
      return precision_ <= 18 ? Physical::Int64 : Physical::Int128;
    case TypeRoot::Timestamp:
    case TypeRoot::TimestampLtz:
      return precision_ <= 6 ? Physical::Int64 : Physical::TimestampNs;
    case TypeRoot::Char:
    case TypeRoot::VarChar:
    case TypeRoot::Binary:
    case TypeRoot::VarBinary:
    case TypeRoot::Raw:
    case TypeRoot::Variant:
    case TypeRoot::Bitmap:
      return Physical::String;
    case TypeRoot::Array:
      return Physical::List;
    case TypeRoot::Map:
    case TypeRoot::Multiset:
      return Physical::Map;
    case TypeRoot::Row:
      return Physical::Struct;
  }
  SLUICE_UNREACHABLE("every root has a physical form");
}

size_t Type::width() const {
  switch (physical()) {
    case Physical::None:
    case Physical::Struct:
      return 0;
    case Physical::Bool:
    case Physical::Int8:
      return 1;
    case Physical::Int16:
      return 2;
    case Physical::Int32:
    case Physical::Float32:
      return 4;
    case Physical::Int64:
    case Physical::Float64:
    case Physical::List:
    case Physical::Map:
      return 8;
    case Physical::Int128:
    case Physical::String:
    case Physical::TimestampNs:
      return 16;
  }
  SLUICE_UNREACHABLE("every physical form has a width");
}

std::string Type::to_string() const { return name_of(*this) + (nullable_ || is_invalid() ? "" : " NOT NULL"); }

bool Type::operator==(const Type& other) const {
  return root_ == other.root_ && nullable_ == other.nullable_ && precision_ == other.precision_ &&
         scale_ == other.scale_ && (children_ == other.children_ || fields() == other.fields());
}

bool Type::equals_ignoring_nullability(const Type& other) const {
  if (root_ != other.root_ || precision_ != other.precision_ || scale_ != other.scale_) return false;
  if (child_count() != other.child_count()) return false;
  for (size_t i = 0; i < child_count(); ++i) {
    if (is(TypeRoot::Row) && field_name(i) != other.field_name(i)) return false;
    if (!child(i).equals_ignoring_nullability(other.child(i))) return false;
  }
  return true;
}

}  // namespace sluice
