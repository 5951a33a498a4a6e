#include "catalog/types/coercion.h"

#include <algorithm>

namespace sluice {
namespace {

constexpr int32_t kPrecisionMax = 38;

// Digits before the point and in all, cut to what a DECIMAL can hold: the scale gives way, but not below 6.
Type adjust(int32_t precision, int32_t scale, bool nullable) {
  if (precision > kPrecisionMax) {
    int32_t digits = precision - scale;
    scale = std::max(kPrecisionMax - digits, std::min(scale, 6));
    precision = kPrecisionMax;
  }
  return Type(TypeRoot::Decimal, nullable, precision, scale);
}

int rank_of(TypeRoot root) {
  switch (root) {
    case TypeRoot::TinyInt:
      return 1;
    case TypeRoot::SmallInt:
      return 2;
    case TypeRoot::Int:
      return 3;
    case TypeRoot::BigInt:
      return 4;
    case TypeRoot::Decimal:
      return 5;
    case TypeRoot::Float:
      return 6;
    case TypeRoot::Double:
      return 7;
    default:
      return 0;
  }
}

bool is_same_family_string(const Type& from, const Type& to) {
  return (from.is_character() && to.is_character()) || (from.is_binary_string() && to.is_binary_string());
}

bool all_children(const Type& from, const Type& to, bool (*rule)(const Type&, const Type&)) {
  if (from.root() != to.root() || from.child_count() != to.child_count()) return false;
  for (size_t i = 0; i < from.child_count(); ++i) {
    if (!rule(from.child(i), to.child(i))) return false;
  }
  return from.child_count() > 0;
}

std::optional<Type> common_numeric(const Type& a, const Type& b, bool nullable) {
  if (a.is_approximate() || b.is_approximate()) {
    bool is_float = a.root() == b.root() && a.is(TypeRoot::Float);
    // An exact number beside a FLOAT: the approximate type of the two is kept.
    if (a.is_exact() && b.is(TypeRoot::Float)) is_float = !a.is(TypeRoot::Decimal);
    if (b.is_exact() && a.is(TypeRoot::Float)) is_float = !b.is(TypeRoot::Decimal);
    return Type(is_float ? TypeRoot::Float : TypeRoot::Double, nullable);
  }
  if (!a.is(TypeRoot::Decimal) && !b.is(TypeRoot::Decimal)) {
    return Type(rank_of(a.root()) >= rank_of(b.root()) ? a.root() : b.root(), nullable);
  }
  Type x = *as_decimal(a), y = *as_decimal(b);
  int32_t scale = std::max(x.scale(), y.scale());
  int32_t digits = std::max(x.precision() - x.scale(), y.precision() - y.scale());
  scale = std::min(scale, kPrecisionMax - digits);  // Digits before the point are kept.
  return Type(TypeRoot::Decimal, nullable, digits + scale, scale);
}

std::optional<Type> common_string(const Type& a, const Type& b, bool nullable) {
  int32_t length = std::max(a.length(), b.length());
  if (a.is_character()) {
    bool fixed = a.is(TypeRoot::Char) && b.is(TypeRoot::Char) && a.length() == b.length();
    return Type(fixed ? TypeRoot::Char : TypeRoot::VarChar, nullable, length);
  }
  bool fixed = a.is(TypeRoot::Binary) && b.is(TypeRoot::Binary) && a.length() == b.length();
  return Type(fixed ? TypeRoot::Binary : TypeRoot::VarBinary, nullable, length);
}

std::optional<Type> common_temporal(const Type& a, const Type& b, bool nullable) {
  int32_t precision = std::max(a.is(TypeRoot::Date) ? 0 : a.precision(), b.is(TypeRoot::Date) ? 0 : b.precision());
  if (a.root() == b.root()) return Type(a.root(), nullable, precision);
  if (a.is(TypeRoot::Time) || b.is(TypeRoot::Time)) return {};
  if (a.is(TypeRoot::TimestampLtz) || b.is(TypeRoot::TimestampLtz)) {
    return Type(TypeRoot::TimestampLtz, nullable, precision);
  }
  return Type(TypeRoot::Timestamp, nullable, precision);
}

std::optional<Type> common_nested(const Type& a, const Type& b, bool nullable) {
  if (a.root() != b.root() || a.child_count() != b.child_count()) return {};
  std::vector<Type> children;
  for (size_t i = 0; i < a.child_count(); ++i) {
    Type pair[] = {a.child(i), b.child(i)};
    auto child = common_type(pair);
    if (!child) return {};
    children.push_back(std::move(*child));
  }
  if (a.is(TypeRoot::Array)) return Type::array(children[0]).with_nullability(nullable);
  if (a.is(TypeRoot::Multiset)) return Type::multiset(children[0]).with_nullability(nullable);
  if (a.is(TypeRoot::Map)) return Type::map(children[0], children[1]).with_nullability(nullable);
  std::vector<RowField> fields;
  for (size_t i = 0; i < children.size(); ++i) fields.push_back({a.field_name(i), children[i]});
  return Type::row(std::move(fields)).with_nullability(nullable);
}

std::optional<Type> common_pair(const Type& a, const Type& b) {
  bool nullable = a.nullable() || b.nullable();
  if (a.is_invalid() || b.is_invalid()) return Type::invalid();
  if (a.is(TypeRoot::Null)) return b.as_nullable();
  if (b.is(TypeRoot::Null)) return a.as_nullable();
  if (a.equals_ignoring_nullability(b) && a.child_count() == 0) return a.with_nullability(nullable);
  if (a.is_numeric() && b.is_numeric()) return common_numeric(a, b, nullable);
  if (is_same_family_string(a, b)) return common_string(a, b, nullable);
  if (a.is_temporal() && b.is_temporal()) return common_temporal(a, b, nullable);
  if (a.child_count() > 0) return common_nested(a, b, nullable);
  return {};
}

}  // namespace

std::optional<Type> as_decimal(const Type& type) {
  static constexpr int32_t kDigits[] = {3, 5, 10, 19};
  if (type.is(TypeRoot::Decimal)) return type;
  if (!type.is_integer()) return {};
  int32_t digits = kDigits[rank_of(type.root()) - 1];
  return Type(TypeRoot::Decimal, type.nullable(), digits, 0);
}

Type decimal_result(DecimalOperation operation, const Type& left, const Type& right) {
  int32_t p1 = left.precision(), s1 = left.scale(), p2 = right.precision(), s2 = right.scale();
  bool nullable = left.nullable() || right.nullable();
  int32_t scale = std::max(s1, s2);
  switch (operation) {
    case DecimalOperation::Add:
      return adjust(std::max(p1 - s1, p2 - s2) + scale + 1, scale, nullable);
    case DecimalOperation::Multiply:
      return adjust(p1 + p2 + 1, s1 + s2, nullable);
    case DecimalOperation::Divide:
      scale = std::max(6, s1 + p2 + 1);
      return adjust(p1 - s1 + s2 + scale, scale, nullable);
    case DecimalOperation::Modulo:
      if (s1 == 0 && s2 == 0) return right.with_nullability(nullable);
      return adjust(std::min(p1 - s1, p2 - s2) + scale, scale, nullable);
  }
  return Type::invalid();
}

std::optional<Type> arithmetic_result(DecimalOperation operation, const Type& left, const Type& right) {
  bool nullable = left.nullable() || right.nullable();
  if (left.is(TypeRoot::Null) || right.is(TypeRoot::Null)) {
    const Type& other = left.is(TypeRoot::Null) ? right : left;
    return other.is_numeric() ? std::optional(other.as_nullable()) : std::nullopt;
  }
  if (!left.is_numeric() || !right.is_numeric()) return {};
  if (left.is_approximate() || right.is_approximate()) {
    if (operation == DecimalOperation::Modulo) return {};
    bool has_decimal = left.is(TypeRoot::Decimal) || right.is(TypeRoot::Decimal);
    if (has_decimal) return Type(TypeRoot::Double, nullable);
    // Of FLOAT and DOUBLE the first operand decides, as in Flink.
    return Type(left.is_approximate() ? left.root() : right.root(), nullable);
  }
  if (!left.is(TypeRoot::Decimal) && !right.is(TypeRoot::Decimal)) {
    // The remainder is below its divisor and has its type.
    if (operation == DecimalOperation::Modulo) return right.with_nullability(nullable);
    return Type(rank_of(left.root()) >= rank_of(right.root()) ? left.root() : right.root(), nullable);
  }
  return decimal_result(operation, *as_decimal(left), *as_decimal(right)).with_nullability(nullable);
}

std::optional<Type> common_type(std::span<const Type> types) {
  if (types.empty()) return {};
  std::optional<Type> common = types[0];
  for (size_t i = 1; i < types.size() && common; ++i) common = common_pair(*common, types[i]);
  return common;
}

std::optional<Type> comparison_type(const Type& left, const Type& right) {
  Type pair[] = {left, right};
  bool nullable = left.nullable() || right.nullable();
  if (auto common = common_type(pair)) return common;
  // Text beside a BOOLEAN makes both texts, beside another scalar it is read as that scalar.
  if (left.is_character() && right.is(TypeRoot::Boolean)) return Type::string().with_nullability(nullable);
  if (right.is_character() && left.is(TypeRoot::Boolean)) return Type::string().with_nullability(nullable);
  if ((left.is_character() && right.is(TypeRoot::Decimal)) || (right.is_character() && left.is(TypeRoot::Decimal))) {
    return Type::float64().with_nullability(nullable);
  }
  if (left.is_character() && (right.is_temporal() || right.is_numeric())) {
    return right.with_nullability(nullable);
  }
  if (right.is_character() && (left.is_temporal() || left.is_numeric())) {
    return left.with_nullability(nullable);
  }
  return {};
}

bool is_implicitly_castable(const Type& from, const Type& to) {
  if (from.is(TypeRoot::Null) || from.is_invalid() || to.is_invalid()) return true;
  if (from.is_numeric() && to.is_numeric()) {
    if (from.is(TypeRoot::Decimal) && to.is(TypeRoot::Decimal)) {
      return from.scale() <= to.scale() && from.precision() - from.scale() <= to.precision() - to.scale();
    }
    return rank_of(from.root()) <= rank_of(to.root());
  }
  if (is_same_family_string(from, to)) return from.length() <= to.length() || to.length() == Type::kLengthMax;
  if (from.is(TypeRoot::Date) && to.is_timestamp()) return true;
  if (from.is_timestamp() && to.is_timestamp()) return true;
  if (from.child_count() > 0) return all_children(from, to, is_implicitly_castable);
  return from.root() == to.root();
}

bool is_assignable(const Type& from, const Type& to) {
  if (is_implicitly_castable(from, to)) return true;
  if (from.is_numeric() && to.is_numeric()) return true;
  if (is_same_family_string(from, to)) return true;
  if (from.is_temporal() && to.is_temporal()) return is_castable(from, to);
  if (from.child_count() > 0) return all_children(from, to, is_assignable);
  return false;
}

bool is_castable(const Type& from, const Type& to) {
  if (from.is(TypeRoot::Null) || from.is_invalid() || to.is_invalid()) return true;
  if (to.is_character()) return !from.is(TypeRoot::Descriptor) && !from.is(TypeRoot::Variant);
  if (from.is_character()) {
    return to.is_binary_string() || to.is(TypeRoot::Boolean) || to.is_numeric() || to.is_temporal();
  }
  if (from.is_binary_string()) return to.is_binary_string();
  if (from.is(TypeRoot::Variant)) return to.is(TypeRoot::Variant) || to.is_numeric() || to.is(TypeRoot::Boolean);
  if (from.is(TypeRoot::Boolean)) return to.is(TypeRoot::Boolean) || to.is_numeric();
  if (from.is_numeric()) {
    if (to.is_numeric() || to.is(TypeRoot::Boolean)) return true;
    return from.is_integer() && to.is_interval();
  }
  if (from.is(TypeRoot::Date)) return to.is(TypeRoot::Date) || to.is_timestamp();
  if (from.is(TypeRoot::Time)) return to.is(TypeRoot::Time) || to.is_timestamp();
  if (from.is_timestamp()) return to.is_temporal();
  if (from.child_count() > 0) return all_children(from, to, is_castable);
  return from.root() == to.root();
}

}  // namespace sluice
