#include "runtime/abi/canonical_bytes.h"

#include <cmath>
#include <cstring>
#include <limits>

#include "base/check.h"
#include "base/scalar_abi.h"

namespace sluice::runtime {
namespace {

const Type& count_type() {
  static const Type type = Type::integer().not_null();
  return type;
}

// A MULTISET is stored as a map from element to count.
const Type& child_type(const Type& type, uint32_t child) {
  return type.is(TypeRoot::Multiset) && child == 1 ? count_type() : type.child(child);
}

void append_u32(uint32_t value, std::string& out) { out.append(reinterpret_cast<const char*>(&value), 4); }

uint32_t read_u32(const char*& at) {
  uint32_t value = 0;
  std::memcpy(&value, at, 4);
  at += 4;
  return value;
}

template <class T>
void append_float(const void* values, uint32_t row, std::string& out) {
  T value = static_cast<const T*>(values)[row];
  if (std::isnan(value)) value = std::numeric_limits<T>::quiet_NaN();
  out.append(reinterpret_cast<const char*>(&value), sizeof(T));
}

// Makes room behind the rows a list's child column has, and returns the first of them.
uint32_t append_rows(KernelContext& context, MutableColumn& list, uint32_t length) {
  uint32_t first = list.children[0].rows;
  for (uint32_t c = 0; c < list.child_count; ++c) {
    MutableColumn& child = list.children[c];
    if (first + length > child.capacity) context.grow(&context, &child, first + length);
    child.rows = first + length;
  }
  return first;
}

}  // namespace

void append_canonical_value(const ColumnView& column, const Type& type, uint32_t row, std::string& out) {
  switch (type.physical()) {
    case Physical::String: {
      const StringView& text = static_cast<const StringView*>(column.values)[row];
      append_u32(text.size(), out);
      out.append(text.view());
      return;
    }
    case Physical::Float32:
      return append_float<float>(column.values, row, out);
    case Physical::Float64:
      return append_float<double>(column.values, row, out);
    case Physical::Struct:
      for (uint32_t c = 0; c < column.child_count; ++c) {
        append_canonical(column.children[c], type.child(c), row, out);
      }
      return;
    case Physical::List:
    case Physical::Map: {
      ListView list = static_cast<const ListView*>(column.values)[row];
      append_u32(list.length, out);
      for (uint32_t i = 0; i < list.length; ++i) {
        for (uint32_t c = 0; c < column.child_count; ++c) {
          append_canonical(column.children[c], child_type(type, c), list.offset + i, out);
        }
      }
      return;
    }
    default: {
      size_t width = type.width();
      out.append(static_cast<const char*>(column.values) + row * width, width);
    }
  }
}

void append_canonical(const ColumnView& column, const Type& type, uint32_t row, std::string& out) {
  bool valid = is_valid(column.validity, row);
  out.push_back(valid ? 0 : 1);
  if (valid) append_canonical_value(column, type, row, out);
}

void write_null(const Type& type, MutableColumn& column, uint32_t row) {
  if (column.validity != nullptr) set_valid(column.validity, row, false);
  if (column.values != nullptr) std::memset(static_cast<char*>(column.values) + row * type.width(), 0, type.width());
  if (type.physical() != Physical::Struct) return;
  for (uint32_t c = 0; c < column.child_count; ++c) write_null(type.child(c), column.children[c], row);
}

const char* read_canonical_value(const char* at, const Type& type, KernelContext& context, MutableColumn& column,
                                 uint32_t row) {
  if (column.validity != nullptr) set_valid(column.validity, row, true);
  switch (type.physical()) {
    case Physical::String: {
      uint32_t size = read_u32(at);
      const char* data = at;
      if (size > StringView::kInlineMax) {
        char* copy = context.arena->allocate(size);
        std::memcpy(copy, at, size);
        data = copy;
      }
      static_cast<StringView*>(column.values)[row] = StringView(data, size);
      return at + size;
    }
    case Physical::Struct:
      for (uint32_t c = 0; c < column.child_count; ++c) {
        at = read_canonical(at, type.child(c), context, column.children[c], row);
      }
      return at;
    case Physical::List:
    case Physical::Map: {
      uint32_t length = read_u32(at);
      uint32_t first = append_rows(context, column, length);
      static_cast<ListView*>(column.values)[row] = {first, length};
      for (uint32_t i = 0; i < length; ++i) {
        for (uint32_t c = 0; c < column.child_count; ++c) {
          at = read_canonical(at, child_type(type, c), context, column.children[c], first + i);
        }
      }
      return at;
    }
    default: {
      size_t width = type.width();
      std::memcpy(static_cast<char*>(column.values) + row * width, at, width);
      return at + width;
    }
  }
}

const char* read_canonical(const char* at, const Type& type, KernelContext& context, MutableColumn& column,
                           uint32_t row) {
  if (*at++ == 0) return read_canonical_value(at, type, context, column, row);
  write_null(type, column, row);
  return at;
}

const char* skip_canonical(const char* at, const Type& type) {
  if (*at++ != 0) return at;
  switch (type.physical()) {
    case Physical::String: {
      uint32_t size = read_u32(at);
      return at + size;
    }
    case Physical::Struct:
      for (uint32_t c = 0; c < type.child_count(); ++c) at = skip_canonical(at, type.child(c));
      return at;
    case Physical::List:
    case Physical::Map: {
      uint32_t length = read_u32(at);
      uint32_t children = type.physical() == Physical::Map ? 2 : 1;
      for (uint32_t i = 0; i < length; ++i) {
        for (uint32_t c = 0; c < children; ++c) at = skip_canonical(at, child_type(type, c));
      }
      return at;
    }
    default:
      return at + type.width();
  }
}

}  // namespace sluice::runtime
