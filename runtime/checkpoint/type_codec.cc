#include "runtime/checkpoint/type_codec.h"

#include <array>
#include <utility>

#include "base/check.h"

namespace sluice::runtime {
namespace {

// For ever: add, never renumber.
constexpr std::array<std::pair<TypeRoot, uint8_t>, 22> kNumbers = {{
    {TypeRoot::Boolean, 1},
    {TypeRoot::TinyInt, 2},
    {TypeRoot::SmallInt, 3},
    {TypeRoot::Int, 4},
    {TypeRoot::BigInt, 5},
    {TypeRoot::Float, 6},
    {TypeRoot::Double, 7},
    {TypeRoot::Decimal, 8},
    {TypeRoot::Char, 9},
    {TypeRoot::VarChar, 10},
    {TypeRoot::Binary, 11},
    {TypeRoot::VarBinary, 12},
    {TypeRoot::Date, 13},
    {TypeRoot::Time, 14},
    {TypeRoot::Timestamp, 15},
    {TypeRoot::TimestampLtz, 16},
    {TypeRoot::Array, 17},
    {TypeRoot::Map, 18},
    {TypeRoot::Multiset, 19},
    {TypeRoot::Row, 20},
    {TypeRoot::IntervalYearMonth, 21},
    {TypeRoot::IntervalDayTime, 22},
}};
// Opaque strings.
constexpr std::array<std::pair<TypeRoot, uint8_t>, 3> kOpaqueNumbers = {
    {{TypeRoot::Raw, 30}, {TypeRoot::Variant, 31}, {TypeRoot::Bitmap, 32}}};

constexpr int kDepthMax = 64;
constexpr size_t kTypeBytesMin = 14;

uint8_t number_of(TypeRoot root) {
  for (auto [known, number] : kNumbers) {
    if (known == root) return number;
  }
  for (auto [known, number] : kOpaqueNumbers) {
    if (known == root) return number;
  }
  SLUICE_UNREACHABLE("state holds values, and every type that has values has a number");
}

TypeRoot root_of(uint8_t number) {
  for (auto [root, known] : kNumbers) {
    if (known == number) return root;
  }
  for (auto [root, known] : kOpaqueNumbers) {
    if (known == number) return root;
  }
  return TypeRoot::Invalid;
}

size_t children_of(TypeRoot root) {
  switch (root) {
    case TypeRoot::Array:
    case TypeRoot::Multiset:
      return 1;
    case TypeRoot::Map:
      return 2;
    default:
      return 0;
  }
}

Type read_at(ByteReader& in, int depth) {
  TypeRoot root = root_of(in.number<uint8_t>());
  bool nullable = in.number<uint8_t>() != 0;
  auto precision = in.number<int32_t>();
  auto scale = in.number<int32_t>();
  uint32_t count = in.count(kTypeBytesMin);
  bool fits = root == TypeRoot::Row || count == children_of(root);
  if (root == TypeRoot::Invalid || !fits || depth > kDepthMax) {
    in.reject();
    return Type::invalid();
  }
  std::vector<RowField> children;
  for (uint32_t i = 0; i < count && in.is_good(); ++i) {
    std::string name = in.text();
    children.push_back({std::move(name), read_at(in, depth + 1)});
  }
  if (!in.is_good()) return Type::invalid();
  if (root == TypeRoot::Row) return Type::row(std::move(children)).with_nullability(nullable);
  if (root == TypeRoot::Array) return Type::array(children[0].type).with_nullability(nullable);
  if (root == TypeRoot::Multiset) return Type::multiset(children[0].type).with_nullability(nullable);
  if (root == TypeRoot::Map) return Type::map(children[0].type, children[1].type).with_nullability(nullable);
  return Type(root, nullable, precision, scale);
}

}  // namespace

void write_type(ByteWriter& out, const Type& type) {
  out.number(number_of(type.root()));
  out.number(static_cast<uint8_t>(type.nullable()));
  out.number(type.precision());
  out.number(type.scale());
  // A multiset's count is no child of its own here: its type is always INT NOT NULL.
  size_t count = type.is(TypeRoot::Row) ? type.child_count() : children_of(type.root());
  out.number(static_cast<uint32_t>(count));
  for (size_t i = 0; i < count; ++i) {
    out.text(type.is(TypeRoot::Row) ? type.field_name(i) : std::string());
    write_type(out, type.child(i));
  }
}

Type read_type(ByteReader& in) { return read_at(in, 0); }

}  // namespace sluice::runtime
