#include "tools/conformance/json_value.h"

#include <cmath>
#include <limits>

#include "catalog/types/value_text.h"

namespace sluice::conformance {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

Failure bad(element json, const Type& type) {
  return fail(ErrorCode::MalformedRecord, "{} is no {}", simdjson::minify(json), type.to_string());
}

Result<Value> number(element json, const Type& type) {
  double value = 0;
  std::string_view text;
  if (json.get(text) == simdjson::SUCCESS) {
    if (text == "NaN")
      value = std::numeric_limits<double>::quiet_NaN();
    else if (text == "Infinity")
      value = std::numeric_limits<double>::infinity();
    else if (text == "-Infinity")
      value = -std::numeric_limits<double>::infinity();
    else
      return bad(json, type);
  } else if (json.get(value) != simdjson::SUCCESS) {
    return bad(json, type);
  }
  if (type.is(TypeRoot::Float)) return Value{static_cast<float>(value)};
  return Value{value};
}

Result<Value> bytes(element json, const Type& type) {
  std::string_view hex;
  if (json["bytes"].get(hex) != simdjson::SUCCESS) return bad(json, type);
  return parse_scalar(hex, Type::bytes());
}

Result<Value> list(element json, const Type& type, bool is_row) {
  simdjson::dom::array array;
  auto code = is_row ? json["f"].get(array) : json.get(array);
  if (code != simdjson::SUCCESS) return bad(json, type);
  ValueList values;
  size_t i = 0;
  for (element item : array) {
    size_t child = is_row ? i++ : 0;
    if (child >= type.child_count()) return bad(json, type);
    SLUICE_TRY(Value value, value_of_json(item, type.child(child)));
    values.push_back(std::move(value));
  }
  return Value::list(std::move(values));
}

Result<Value> map(element json, const Type& type) {
  static const Type kCount = Type::integer().not_null();
  const Type& value_type = type.is(TypeRoot::Map) ? type.child(1) : kCount;
  ValueMap entries;
  simdjson::dom::array pairs;
  simdjson::dom::object object;
  if (json["map"].get(pairs) == simdjson::SUCCESS) {
    for (element pair : pairs) {
      SLUICE_TRY(Value key, value_of_json(pair.at(0), type.child(0)));
      SLUICE_TRY(Value value, value_of_json(pair.at(1), value_type));
      entries.emplace_back(std::move(key), std::move(value));
    }
  } else if (json.get(object) == simdjson::SUCCESS) {
    for (auto [key, item] : object) {
      SLUICE_TRY(Value value, value_of_json(item, value_type));
      entries.emplace_back(Value{std::string(key)}, std::move(value));
    }
  } else {
    return bad(json, type);
  }
  return Value::map(std::move(entries));
}

}  // namespace

Result<Value> value_of_json(element json, const Type& type) {
  if (json.is_null()) return Value::null();
  switch (type.root()) {
    case TypeRoot::Boolean: {
      bool value = false;
      if (json.get(value) != simdjson::SUCCESS) return bad(json, type);
      return Value{value};
    }
    case TypeRoot::TinyInt:
    case TypeRoot::SmallInt:
    case TypeRoot::Int:
    case TypeRoot::BigInt: {
      int64_t value = 0;
      if (json.get(value) != simdjson::SUCCESS) return bad(json, type);
      return Value{value};
    }
    case TypeRoot::Float:
    case TypeRoot::Double:
      return number(json, type);
    case TypeRoot::Binary:
    case TypeRoot::VarBinary:
      return bytes(json, type);
    case TypeRoot::Array:
      return list(json, type, false);
    case TypeRoot::Row:
      return list(json, type, true);
    case TypeRoot::Map:
    case TypeRoot::Multiset:
      return map(json, type);
    default:
      break;
  }
  std::string_view text;
  if (type.is_character() && json.is_object()) return bytes(json, type);  // A text that is no UTF-8.
  if (json.get(text) != simdjson::SUCCESS) return bad(json, type);
  if (type.is_character()) return Value{std::string(text)};
  return parse_scalar(text, type);
}

}  // namespace sluice::conformance
