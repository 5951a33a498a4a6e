#pragma once
// A literal of Java source between its text and a value of some type.
#include <optional>
#include <string>
#include <vector>

#include "catalog/types/type.h"
#include "catalog/types/value.h"
#include "catalog/types/value_text.h"

namespace sluice::tests {

// A value before its type is known. `text` is what parse_scalar reads, or a string itself.
struct Java {
  enum class Kind { Null, Scalar, Text, List, Map } kind = Kind::Null;
  std::string text;
  std::vector<Java> items;  // Of a map: keys and values in turns.
};

// Nothing when the literal is none of the type.
inline std::optional<Value> typed(const Java& java, const Type& type) {
  if (java.kind == Java::Kind::Null) return Value::null();
  if (type.is(TypeRoot::Array) || type.is(TypeRoot::Row)) {
    if (java.kind != Java::Kind::List) return {};
    ValueList out;
    for (size_t i = 0; i < java.items.size(); ++i) {
      if (type.is(TypeRoot::Row) && i >= type.child_count()) return {};
      auto item = typed(java.items[i], type.child(type.is(TypeRoot::Row) ? i : 0));
      if (!item) return {};
      out.push_back(std::move(*item));
    }
    return Value::list(std::move(out));
  }
  if (type.physical() == Physical::Map) {
    if (java.kind != Java::Kind::Map) return {};
    ValueMap out;
    for (size_t i = 0; i + 1 < java.items.size(); i += 2) {
      auto key = typed(java.items[i], type.child(0));
      auto value = typed(java.items[i + 1], type.is(TypeRoot::Map) ? type.child(1) : Type::integer());
      if (!key || !value) return {};
      out.emplace_back(std::move(*key), std::move(*value));
    }
    return Value::map(std::move(out));
  }
  if (java.kind == Java::Kind::List || java.kind == Java::Kind::Map) return {};
  if (type.is_character() || type.is_binary_string() || type.physical() == Physical::String) {
    std::string text = java.text;
    auto length = static_cast<size_t>(type.length());
    if (type.is(TypeRoot::Char) && text.size() < length) text.resize(length, ' ');
    return Value{std::move(text)};
  }
  if (java.kind == Java::Kind::Text && type.is(TypeRoot::TimestampLtz)) return {};
  auto parsed = parse_scalar(java.text, type);
  if (!parsed) return {};
  return *parsed;
}

}  // namespace sluice::tests
