#include "gateway/proto/row_codec.h"

#include <algorithm>

namespace sluice::gateway {
namespace {

using google::protobuf::RepeatedPtrField;

// Position = number in the proto.
constexpr TypeRoot kTypeRoots[] = {
    TypeRoot::Invalid,
    TypeRoot::Null,
    TypeRoot::Boolean,
    TypeRoot::TinyInt,
    TypeRoot::SmallInt,
    TypeRoot::Int,
    TypeRoot::BigInt,
    TypeRoot::Float,
    TypeRoot::Double,
    TypeRoot::Decimal,
    TypeRoot::Char,
    TypeRoot::VarChar,
    TypeRoot::Binary,
    TypeRoot::VarBinary,
    TypeRoot::Date,
    TypeRoot::Time,
    TypeRoot::Timestamp,
    TypeRoot::TimestampLtz,
    TypeRoot::IntervalYearMonth,
    TypeRoot::IntervalDayTime,
    TypeRoot::Array,
    TypeRoot::Map,
    TypeRoot::Multiset,
    TypeRoot::Row,
    TypeRoot::Raw,
    TypeRoot::Variant,
    TypeRoot::Bitmap,
};
static_assert(std::size(kTypeRoots) == v1::TypeRoot_ARRAYSIZE);

Failure malformed(const char* what) { return fail(ErrorCode::MalformedRecord, "the gateway sent {}", what); }

void encode_type(const Type& type, v1::DataType& out) {
  out.set_root(static_cast<v1::TypeRoot>(std::ranges::find(kTypeRoots, type.root()) - std::begin(kTypeRoots)));
  out.set_not_null(!type.nullable());
  out.set_precision(type.precision());
  out.set_scale(type.scale());
  out.set_text(type.to_string());
  if (type.child_count() > 0) encode_columns(type.fields(), *out.mutable_children());
}

Result<Type> decode_type(const v1::DataType& in) {
  if (in.root() <= 0 || static_cast<size_t>(in.root()) >= std::size(kTypeRoots)) return malformed("an unknown type");
  TypeRoot root = kTypeRoots[in.root()];
  SLUICE_TRY(RowSchema children, decode_columns(in.children()));
  size_t wanted = root == TypeRoot::Map ? 2 : root == TypeRoot::Array || root == TypeRoot::Multiset ? 1 : 0;
  if (root != TypeRoot::Row && children.size() != wanted) return malformed("a type with wrong children");
  Type type(root, true, in.precision(), in.scale());
  if (root == TypeRoot::Array) type = Type::array(children[0].type);
  if (root == TypeRoot::Multiset) type = Type::multiset(children[0].type);
  if (root == TypeRoot::Map) type = Type::map(children[0].type, children[1].type);
  if (root == TypeRoot::Row) type = Type::row(std::move(children));
  return type.with_nullability(!in.not_null());
}

struct ValueEncoder {
  v1::Value& out;
  void operator()(std::monostate) const {}
  void operator()(bool value) const { out.set_boolean(value); }
  void operator()(int64_t value) const { out.set_integer(value); }
  void operator()(Int128 value) const {
    out.mutable_wide()->set_low(static_cast<uint64_t>(value));
    out.mutable_wide()->set_high(static_cast<uint64_t>(value >> 64));
  }
  void operator()(float value) const { out.set_float32(value); }
  void operator()(double value) const { out.set_float64(value); }
  void operator()(const std::string& value) const { out.set_text(value); }
  void operator()(const TimestampNs& value) const {
    out.mutable_timestamp()->set_milliseconds(value.milliseconds);
    out.mutable_timestamp()->set_nanoseconds(static_cast<uint32_t>(value.nanoseconds));
  }
  void operator()(const std::shared_ptr<const ValueList>& value) const {
    encode_values(*value, *out.mutable_list()->mutable_values());
  }
  void operator()(const std::shared_ptr<const ValueMap>& value) const {
    v1::MapValue& map = *out.mutable_map();
    for (const auto& [key, entry] : *value) {
      std::visit(ValueEncoder{*map.add_keys()}, key.data);
      std::visit(ValueEncoder{*map.add_values()}, entry.data);
    }
  }
};

Result<Value> decode_value(const v1::Value& in, const Type& type);

Result<Value> decode_list(const v1::Value& in, const Type& type) {
  ValueList values;
  const RepeatedPtrField<v1::Value>& elements = in.list().values();
  bool is_row = type.is(TypeRoot::Row);
  if (is_row && static_cast<size_t>(elements.size()) != type.child_count()) return malformed("a row of wrong width");
  for (int i = 0; i < elements.size(); ++i) {
    SLUICE_TRY(Value value, decode_value(elements[i], type.child(is_row ? static_cast<size_t>(i) : 0)));
    values.push_back(std::move(value));
  }
  return Value::list(std::move(values));
}

Result<Value> decode_map(const v1::MapValue& in, const Type& type) {
  if (in.keys_size() != in.values_size()) return malformed("a map with keys without values");
  Type counts = Type::integer().not_null();
  const Type& of_values = type.is(TypeRoot::Map) ? type.child(1) : counts;
  ValueMap entries;
  for (int i = 0; i < in.keys_size(); ++i) {
    SLUICE_TRY(Value key, decode_value(in.keys(i), type.child(0)));
    SLUICE_TRY(Value value, decode_value(in.values(i), of_values));
    entries.emplace_back(std::move(key), std::move(value));
  }
  return Value::map(std::move(entries));
}

v1::Value::KindCase form_of(const Type& type) {
  switch (type.physical()) {
    case Physical::None:
      return v1::Value::KIND_NOT_SET;
    case Physical::Bool:
      return v1::Value::kBoolean;
    case Physical::Int8:
    case Physical::Int16:
    case Physical::Int32:
    case Physical::Int64:
      return v1::Value::kInteger;
    case Physical::Int128:
      return v1::Value::kWide;
    case Physical::Float32:
      return v1::Value::kFloat32;
    case Physical::Float64:
      return v1::Value::kFloat64;
    case Physical::String:
      return v1::Value::kText;
    case Physical::TimestampNs:
      return v1::Value::kTimestamp;
    case Physical::List:
    case Physical::Struct:
      return v1::Value::kList;
    case Physical::Map:
      return v1::Value::kMap;
  }
  return v1::Value::KIND_NOT_SET;
}

Result<Value> decode_value(const v1::Value& in, const Type& type) {
  if (in.kind_case() == v1::Value::KIND_NOT_SET) return Value::null();
  if (in.kind_case() != form_of(type)) return malformed("a value of another type than its column");
  switch (in.kind_case()) {
    case v1::Value::kBoolean:
      return Value{in.boolean()};
    case v1::Value::kInteger:
      return Value{static_cast<int64_t>(in.integer())};
    case v1::Value::kWide:
      return Value{static_cast<Int128>(static_cast<unsigned __int128>(in.wide().high()) << 64 | in.wide().low())};
    case v1::Value::kFloat32:
      return Value{in.float32()};
    case v1::Value::kFloat64:
      return Value{in.float64()};
    case v1::Value::kText:
      return Value{in.text()};
    case v1::Value::kTimestamp:
      return Value{TimestampNs{in.timestamp().milliseconds(), static_cast<int32_t>(in.timestamp().nanoseconds())}};
    case v1::Value::kList:
      return decode_list(in, type);
    case v1::Value::kMap:
      return decode_map(in.map(), type);
    case v1::Value::KIND_NOT_SET:
      break;
  }
  return Value::null();
}

}  // namespace

void encode_columns(const RowSchema& columns, RepeatedPtrField<v1::Column>& out) {
  for (const RowField& field : columns) {
    v1::Column& column = *out.Add();
    column.set_name(field.name);
    encode_type(field.type, *column.mutable_type());
  }
}

Result<RowSchema> decode_columns(const RepeatedPtrField<v1::Column>& columns) {
  RowSchema out;
  for (const v1::Column& column : columns) {
    SLUICE_TRY(Type type, decode_type(column.type()));
    out.push_back({column.name(), std::move(type)});
  }
  return out;
}

void encode_values(const ValueList& values, RepeatedPtrField<v1::Value>& out) {
  out.Reserve(static_cast<int>(values.size()));
  for (const Value& value : values) std::visit(ValueEncoder{*out.Add()}, value.data);
}

Result<ValueList> decode_values(const RepeatedPtrField<v1::Value>& values, const RowSchema& columns) {
  if (static_cast<size_t>(values.size()) != columns.size()) return malformed("a row of wrong width");
  ValueList out;
  out.reserve(columns.size());
  for (int i = 0; i < values.size(); ++i) {
    SLUICE_TRY(Value value, decode_value(values[i], columns[static_cast<size_t>(i)].type));
    out.push_back(std::move(value));
  }
  return out;
}

v1::RowKind encode_kind(RowKind kind) { return static_cast<v1::RowKind>(kind); }

Result<RowKind> decode_kind(v1::RowKind kind) {
  if (!v1::RowKind_IsValid(kind)) return malformed("an unknown kind of change");
  return static_cast<RowKind>(kind);
}

}  // namespace sluice::gateway
