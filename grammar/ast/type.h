#pragma once
// Types as they are written: no defaults filled in, no limits checked. The binder turns them into catalog types.
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "base/large_variant.h"
#include "grammar/ast/name.h"

namespace sluice::ast {

struct Type;
using TypePtr = std::unique_ptr<Type>;

// Spellings of one type are one value: INT is Integer, DEC and NUMERIC are Decimal, CHAR VARYING is Varchar,
// TIMESTAMP(3) WITH LOCAL TIME ZONE is TimestampLtz. STRING and BYTES are types of their own here, because a view's
// text must print as it was written.
enum class TypeName {
  Boolean,
  Tinyint,
  Smallint,
  Integer,
  Bigint,
  Float,
  Double,
  Decimal,
  Char,
  Varchar,
  String,
  Binary,
  Varbinary,
  Bytes,
  Date,
  Time,
  Timestamp,
  TimestampLtz,
  TimestampWithTimeZone,
  Variant,
  Bitmap,
  Null,
};
std::string_view word_of(TypeName name);  // As it is printed: INTEGER, TIMESTAMP_LTZ, ...

struct SimpleType {
  TypeName name{};
  std::vector<uint32_t> parameters;  // Length, or precision and scale; empty when not written.

  static void fields(auto& self, auto&& v) { v("name", self.name), v("parameters", self.parameters); }
};

enum class TimeUnit {
  Year,
  Quarter,
  Month,
  Week,
  Day,
  Hour,
  Minute,
  Second,
  Millisecond,
  Microsecond,
  Nanosecond,
};
std::string_view word_of(TimeUnit unit);

// DAY(2) TO SECOND(3): what an interval literal or type ranges over.
struct IntervalRange {
  TimeUnit first{};
  std::optional<TimeUnit> last;
  std::optional<uint32_t> precision;           // Of the first unit.
  std::optional<uint32_t> fraction_precision;  // Of the seconds.
  SourceSpan span;

  static void fields(auto& self, auto&& v) {
    v("first", self.first), v("last", self.last), v("precision", self.precision);
    v("fraction_precision", self.fraction_precision);
  }
};

struct IntervalType {
  IntervalRange range;

  static void fields(auto& self, auto&& v) { v("range", self.range); }
};

// ARRAY<T>, MULTISET<T> and MAP<K, V>. `T ARRAY` and `T MULTISET` are the same types, but in a CAST their elements are
// NOT NULL.
struct ArrayType {
  TypePtr element;
  bool is_postfix = false;

  static void fields(auto& self, auto&& v) { v("element", self.element), v("is_postfix", self.is_postfix); }
};
struct MultisetType {
  TypePtr element;
  bool is_postfix = false;

  static void fields(auto& self, auto&& v) { v("element", self.element), v("is_postfix", self.is_postfix); }
};
struct MapType {
  TypePtr key;
  TypePtr value;

  static void fields(auto& self, auto&& v) { v("key", self.key), v("value", self.value); }
};

struct FieldType {
  Identifier name;
  TypePtr type;
  std::optional<Text> comment;
  SourceSpan span;

  static void fields(auto& self, auto&& v) { v("name", self.name), v("type", self.type), v("comment", self.comment); }
};
struct RowType {
  std::vector<FieldType> fields_of_row;
  bool parenthesised = false;  // ROW(a INT) instead of ROW<a INT>: the same type.

  static void fields(auto& self, auto&& v) {
    v("fields_of_row", self.fields_of_row), v("parenthesised", self.parenthesised);
  }
};
struct StructuredType {
  Text class_name;
  std::vector<FieldType> fields_of_row;

  static void fields(auto& self, auto&& v) { v("class_name", self.class_name), v("fields_of_row", self.fields_of_row); }
};
struct RawType {
  Text class_name;
  Text snapshot;

  static void fields(auto& self, auto&& v) { v("class_name", self.class_name), v("snapshot", self.snapshot); }
};
// A name that the grammar does not know. There are no user-defined types, so the binder reports it, with its nearest.
struct NamedType {
  Name name;

  static void fields(auto& self, auto&& v) { v("name", self.name); }
};

struct TypeKind : std::variant<SimpleType, IntervalType, ArrayType, MultisetType, MapType, RowType, StructuredType,
                               RawType, NamedType> {
  SLUICE_MOVES_ELSEWHERE(TypeKind)
};
struct Type {
  TypeKind kind;
  std::optional<bool> nullable;  // NULL or NOT NULL where it is written.
  SourceSpan span;

  static void fields(auto& self, auto&& v) { v("kind", self.kind), v("nullable", self.nullable); }
};

}  // namespace sluice::ast
