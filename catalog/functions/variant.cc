// VARIANT values, which are JSON texts: what lies inside of them, and as numbers and booleans. Flink has these from 2.3
// on.
#include <cmath>

#include "catalog/functions/cast_rows.h"
#include "catalog/functions/families.h"
#include "catalog/functions/json_document.h"
#include "catalog/functions/value_kernel.h"
#include "catalog/types/text_form.h"
#include "catalog/types/value_text.h"

namespace sluice {
namespace {

Json json_of(const Value& variant) {
  Json json;
  std::string reason;
  parse_json(variant.get<std::string>(), json, reason);  // A VARIANT is well-formed.
  return json;
}

Value text_of(const Json& json) {
  std::string out;
  write_json(json, out);
  return {std::move(out)};
}

Value sluice_variant_element(ValueCall& call) {
  Json json = json_of(call[0]);
  if (json.kind != Json::Kind::Array) return call.fail("a number chooses an element of a VARIANT that is an array");
  int64_t position = call.integer(1);
  bool is_there = position >= 1 && static_cast<uint64_t>(position) <= json.items.size();
  return is_there ? text_of(json.items[static_cast<size_t>(position - 1)]) : Value::null();
}

Value sluice_variant_field(ValueCall& call) {
  Json json = json_of(call[0]);
  if (json.kind != Json::Kind::Object) return call.fail("a text chooses a field of a VARIANT that is an object");
  const Json* field = json.field(call.text(1));
  return field == nullptr ? Value::null() : text_of(*field);
}

// Digits behind the point are cut and the rest wraps around, as BigDecimal.longValue has it; doubles end at the limits.
int64_t integer_of(const Json& number) {
  std::string_view digits = number.source;
  if (digits.find_first_of("eE") == std::string_view::npos) {
    uint64_t value = 0;
    for (char c : digits.substr(0, digits.find('.'))) {
      if (c >= '0' && c <= '9') value = value * 10 + static_cast<uint64_t>(c - '0');
    }
    return static_cast<int64_t>(digits.starts_with('-') ? 0 - value : value);
  }
  double value = 0;
  read_double(digits.data(), static_cast<uint32_t>(digits.size()), value);
  if (std::isnan(value)) return 0;
  if (value >= 0x1p63) return INT64_MAX;
  return value <= -0x1p63 ? INT64_MIN : static_cast<int64_t>(value);
}

int64_t narrowed(int64_t value, const Type& type) {
  switch (type.root()) {
    case TypeRoot::TinyInt:
      return static_cast<int8_t>(value);
    case TypeRoot::SmallInt:
      return static_cast<int16_t>(value);
    case TypeRoot::Int:
      return static_cast<int32_t>(value);
    default:
      return value;
  }
}

Value sluice_cast_variant_number(ValueCall& call) {
  Json json = json_of(call[0]);
  if (json.kind == Json::Kind::Null) return Value::null();
  if (json.kind != Json::Kind::Integer && json.kind != Json::Kind::Decimal) {
    return call.fail("the VARIANT is no number");
  }
  const Type& type = call.site.result;
  if (type.is_integer()) return {narrowed(integer_of(json), type)};
  if (type.is(TypeRoot::Decimal)) {
    auto value = parse_scalar(json.text, type);
    return value ? *value : call.fail("the number does not fit the DECIMAL");
  }
  double value = 0;
  read_double(json.source.data(), static_cast<uint32_t>(json.source.size()), value);
  return type.is(TypeRoot::Float) ? Value{static_cast<float>(value)} : Value{value};
}

Value sluice_cast_variant_boolean(ValueCall& call) {
  Json json = json_of(call[0]);
  if (json.kind == Json::Kind::Null) return Value::null();
  return json.kind == Json::Kind::Boolean ? Value{json.flag} : call.fail("the VARIANT is no BOOLEAN");
}

Type variant_type(const CallArguments&) { return Type(TypeRoot::Variant); }

}  // namespace

// Behind the casts of texts, so that only VARIANTs come here.
std::vector<Overload> variant_casts() {
  auto as_wanted = [](const CallArguments&) { return Type::invalid(); };
  std::vector<Overload> out;
  out.push_back(value_overload<sluice_cast_variant_number>({ArgClass::PhysicalString}, as_wanted));
  out.back().cast_to = ArgClass::Numeric;
  out.push_back(value_overload<sluice_cast_variant_boolean>({ArgClass::PhysicalString}, as_wanted));
  out.back().cast_to = ArgClass::Boolean;
  return out;
}

std::vector<FunctionDecl> variant_functions() {
  FunctionDecl item{"ITEM", {}};
  item.overloads.push_back(
      value_overload<sluice_variant_element>({ArgClass::PhysicalString, ArgClass::Integer}, variant_type));
  item.overloads.push_back(
      value_overload<sluice_variant_field>({ArgClass::PhysicalString, ArgClass::Character}, variant_type));
  for (Overload& overload : item.overloads) overload.nullability = ResultNullability::Always;
  return {
      std::move(item)
          .example("CAST(PARSE_JSON('[5, 6]')[2] AS INT)", "6")
          .example("CAST(PARSE_JSON('{\"a\": 1.5}')['a'] AS DOUBLE)", "1.5"),
  };
}

}  // namespace sluice
