#include "catalog/types/column_value.h"

#include <cstring>

#include "base/check.h"

namespace sluice {
namespace {

template <class T>
T load(const ColumnView& column, uint32_t row) {
  T value;
  std::memcpy(&value, static_cast<const char*>(column.values) + row * sizeof(T), sizeof(T));
  return value;
}

template <class T>
void store(MutableColumn& column, uint32_t row, T value) {
  std::memcpy(static_cast<char*>(column.values) + row * sizeof(T), &value, sizeof(T));
}

// The type of a MULTISET's second child.
const Type& count_type() {
  static const Type kCount = Type::integer().not_null();
  return kCount;
}

const Type& child_type(const Type& type, size_t i) {
  return type.is(TypeRoot::Multiset) && i == 1 ? count_type() : type.child(i);
}

Value struct_at(const ColumnView& column, const Type& type, uint32_t row) {
  ValueList fields;
  for (size_t i = 0; i < type.child_count(); ++i) fields.push_back(value_at(column.children[i], type.child(i), row));
  return Value::list(std::move(fields));
}

Value list_at(const ColumnView& column, const Type& type, uint32_t row) {
  auto list = load<ListView>(column, row);
  ValueList elements;
  for (uint32_t i = 0; i < list.length; ++i) {
    elements.push_back(value_at(column.children[0], type.child(0), list.offset + i));
  }
  return Value::list(std::move(elements));
}

Value map_at(const ColumnView& column, const Type& type, uint32_t row) {
  auto list = load<ListView>(column, row);
  ValueMap entries;
  for (uint32_t i = 0; i < list.length; ++i) {
    entries.emplace_back(value_at(column.children[0], child_type(type, 0), list.offset + i),
                         value_at(column.children[1], child_type(type, 1), list.offset + i));
  }
  return Value::map(std::move(entries));
}

// Room for `count` more elements in a list's child; the position of the first.
uint32_t reserve(MutableColumn& child, uint32_t count, KernelContext& context) {
  if (child.rows + count > child.capacity) {
    SLUICE_CHECK(context.grow != nullptr);
    context.grow(&context, &child, child.rows + count);
  }
  return child.rows;
}

void put_string(MutableColumn& column, uint32_t row, const std::string& text, KernelContext& context) {
  const char* data = text.data();
  if (text.size() > StringView::kInlineMax) {
    char* copy = context.arena->allocate(text.size());
    std::memcpy(copy, text.data(), text.size());
    data = copy;
  }
  store(column, row, StringView(data, static_cast<uint32_t>(text.size())));
}

void put_list(MutableColumn& column, const Type& type, uint32_t row, const ValueList& elements,
              KernelContext& context) {
  auto length = static_cast<uint32_t>(elements.size());
  MutableColumn& child = column.children[0];
  uint32_t offset = reserve(child, length, context);
  child.rows += length;
  for (uint32_t i = 0; i < length; ++i) put_value(child, type.child(0), offset + i, elements[i], context);
  store(column, row, ListView{offset, length});
}

void put_map(MutableColumn& column, const Type& type, uint32_t row, const ValueMap& entries, KernelContext& context) {
  auto length = static_cast<uint32_t>(entries.size());
  uint32_t offset = reserve(column.children[0], length, context);
  reserve(column.children[1], length, context);
  column.children[0].rows += length;
  column.children[1].rows += length;
  for (uint32_t i = 0; i < length; ++i) {
    put_value(column.children[0], child_type(type, 0), offset + i, entries[i].first, context);
    put_value(column.children[1], child_type(type, 1), offset + i, entries[i].second, context);
  }
  store(column, row, ListView{offset, length});
}

void put_null(MutableColumn& column, const Type& type, uint32_t row, KernelContext& context) {
  SLUICE_CHECK(column.validity != nullptr);
  set_valid(column.validity, row, false);
  if (type.width() > 0) std::memset(static_cast<char*>(column.values) + row * type.width(), 0, type.width());
  if (!type.is(TypeRoot::Row)) return;
  for (size_t i = 0; i < type.child_count(); ++i) {
    MutableColumn& child = column.children[i];
    const Type& field = type.child(i);
    if (child.validity != nullptr || field.is(TypeRoot::Row)) {
      put_null(child, field, row, context);
    } else {
      std::memset(static_cast<char*>(child.values) + row * field.width(), 0, field.width());
    }
  }
}

}  // namespace

Value value_at(const ColumnView& column, const Type& type, uint32_t row) {
  if (!is_valid(column.validity, row)) return Value::null();
  switch (type.physical()) {
    case Physical::None:
      return Value::null();
    case Physical::Bool:
      return {load<uint8_t>(column, row) != 0};
    case Physical::Int8:
      return {int64_t{load<int8_t>(column, row)}};
    case Physical::Int16:
      return {int64_t{load<int16_t>(column, row)}};
    case Physical::Int32:
      return {int64_t{load<int32_t>(column, row)}};
    case Physical::Int64:
      return {load<int64_t>(column, row)};
    case Physical::Int128:
      return {load<Int128>(column, row)};
    case Physical::Float32:
      return {load<float>(column, row)};
    case Physical::Float64:
      return {load<double>(column, row)};
    case Physical::String:
      return {std::string(load<StringView>(column, row).view())};
    case Physical::TimestampNs:
      return {load<TimestampNs>(column, row)};
    case Physical::List:
      return list_at(column, type, row);
    case Physical::Map:
      return map_at(column, type, row);
    case Physical::Struct:
      return struct_at(column, type, row);
  }
  SLUICE_UNREACHABLE("every physical form is read");
}

void put_value(MutableColumn& column, const Type& type, uint32_t row, const Value& value, KernelContext& context) {
  if (value.is_null()) return put_null(column, type, row, context);
  if (column.validity != nullptr) set_valid(column.validity, row, true);
  switch (type.physical()) {
    case Physical::None:
      return;
    case Physical::Bool:
      return store(column, row, static_cast<uint8_t>(value.get<bool>()));
    case Physical::Int8:
      return store(column, row, static_cast<int8_t>(value.get<int64_t>()));
    case Physical::Int16:
      return store(column, row, static_cast<int16_t>(value.get<int64_t>()));
    case Physical::Int32:
      return store(column, row, static_cast<int32_t>(value.get<int64_t>()));
    case Physical::Int64:
      return store(column, row, value.get<int64_t>());
    case Physical::Int128:
      return store(column, row, value.get<Int128>());
    case Physical::Float32:
      return store(column, row, value.get<float>());
    case Physical::Float64:
      return store(column, row, value.get<double>());
    case Physical::String:
      return put_string(column, row, value.get<std::string>(), context);
    case Physical::TimestampNs:
      return store(column, row, value.get<TimestampNs>());
    case Physical::List:
      return put_list(column, type, row, *value.get<std::shared_ptr<const ValueList>>(), context);
    case Physical::Map:
      return put_map(column, type, row, *value.get<std::shared_ptr<const ValueMap>>(), context);
    case Physical::Struct: {
      const ValueList& fields = *value.get<std::shared_ptr<const ValueList>>();
      for (size_t i = 0; i < type.child_count(); ++i) {
        put_value(column.children[i], type.child(i), row, fields[i], context);
      }
      return;
    }
  }
}

}  // namespace sluice
