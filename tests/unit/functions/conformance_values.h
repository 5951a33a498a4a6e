#pragma once
// Values and types of the conformance data, and when two of them are the same.
#include <simdjson.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "catalog/types/value_text.h"

namespace sluice::tests {

using Json = simdjson::dom::element;

inline Value value_of(Json json, const Type& type) {
  if (json.is_null()) return Value::null();
  if (type.is(TypeRoot::Row)) {
    ValueList fields;
    simdjson::dom::array list = json["f"];
    size_t i = 0;
    for (Json field : list) fields.push_back(value_of(field, type.child(i++)));
    return Value::list(std::move(fields));
  }
  if (type.is(TypeRoot::Array)) {
    ValueList elements;
    for (Json element : simdjson::dom::array(json)) elements.push_back(value_of(element, type.child(0)));
    return Value::list(std::move(elements));
  }
  if (type.physical() == Physical::Map) {
    ValueMap entries;
    Type value_type = type.child_count() > 1 ? type.child(1) : Type::integer();
    simdjson::dom::array pairs;
    if (json["map"].get(pairs) == simdjson::SUCCESS) {
      for (Json pair : pairs)
        entries.emplace_back(value_of(pair.at(0), type.child(0)), value_of(pair.at(1), value_type));
    } else {
      for (auto field : simdjson::dom::object(json)) {
        entries.emplace_back(Value{std::string(field.key)}, value_of(field.value, value_type));
      }
    }
    return Value::map(std::move(entries));
  }
  std::string text;
  std::string_view view;
  if (json.is_bool()) return Value{bool(json)};
  if (json.is_object()) {
    text = std::string(std::string_view(json["bytes"]));
  } else if (json.get(view) == simdjson::SUCCESS) {
    text = std::string(view);
  } else if (type.is_approximate()) {
    double number = json.is_double() ? double(json) : json.is_uint64() ? double(uint64_t(json)) : double(int64_t(json));
    if (type.is(TypeRoot::Float)) return Value{static_cast<float>(number)};
    return Value{number};
  } else {
    if (json.is_int64() && type.is_temporal()) return Value{int64_t(json)};
    text = simdjson::minify(json);
  }
  // A value may have more digits than its type: milliseconds of a TIMESTAMP(0), 1.000 of a DECIMAL(3, 3).
  Type wide = type.is(TypeRoot::Decimal) ? Type::decimal(type.precision() > 18 ? 38 : 18, type.scale()) : type;
  if (type.is_timestamp() && type.precision() < 3) wide = Type(type.root(), true, 3);
  auto parsed = parse_scalar(text, wide);
  return parsed ? *parsed : Value{std::string("UNREADABLE ") + text};
}

inline bool same(const Value& a, const Value& b) {
  if (auto* x = std::get_if<double>(&a.data)) {
    auto* y = std::get_if<double>(&b.data);
    if (y == nullptr) return false;
    return *x == *y || (std::isnan(*x) && std::isnan(*y)) || std::fabs(*x - *y) <= 1e-13 * std::fabs(*y);
  }
  if (auto* x = std::get_if<float>(&a.data)) {
    auto* y = std::get_if<float>(&b.data);
    return y != nullptr && (*x == *y || (std::isnan(*x) && std::isnan(*y)));
  }
  if (auto* x = std::get_if<std::shared_ptr<const ValueList>>(&a.data)) {
    auto* y = std::get_if<std::shared_ptr<const ValueList>>(&b.data);
    return y != nullptr && std::ranges::equal(**x, **y, same);
  }
  if (auto* x = std::get_if<std::shared_ptr<const ValueMap>>(&a.data)) {
    auto* y = std::get_if<std::shared_ptr<const ValueMap>>(&b.data);
    return y != nullptr && (*x)->size() == (*y)->size() && std::ranges::all_of(**x, [&](const auto& entry) {
             return std::ranges::any_of(**y, [&](const auto& other) {
               return same(entry.first, other.first) && same(entry.second, other.second);
             });
           });
  }
  return a == b;
}

// The name that the measurements give a type.
inline std::string serial_text(const Type& type) {
  std::string text = type.as_nullable().to_string();
  auto replace = [&](std::string_view from, std::string_view to) {
    for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
      text.replace(at, from.size(), to);
  };
  for (int p = 0; p <= 9; ++p) {
    std::string digits = std::to_string(p);
    replace("TIMESTAMP_LTZ(" + digits + ")", "TIMESTAMP(" + digits + ") WITH LOCAL TIME ZONE");
  }
  replace("INTERVAL YEAR(2) TO MONTH", "INTERVAL MONTH");
  replace("INTERVAL DAY(2) TO SECOND(3)", "INTERVAL SECOND(3)");
  replace("STRING", "VARCHAR(2147483647)");
  replace("BYTES", "VARBINARY(2147483647)");
  return text + (type.nullable() ? "" : " NOT NULL");
}

}  // namespace sluice::tests
