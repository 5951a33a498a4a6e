// JSON_STRING, JSON_OBJECT, JSON_ARRAY: values as JSON; PARSE_JSON and its like; quotes of JSON strings.
#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "base/base64.h"
#include "base/utf8.h"
#include "catalog/functions/families.h"
#include "catalog/functions/json_document.h"
#include "catalog/functions/value_kernel.h"
#include "catalog/types/text_form.h"
#include "catalog/types/value_text.h"

namespace sluice {
namespace {

const Type& count_type() {
  static const Type kCount = Type::integer().not_null();
  return kCount;
}

// ISO with seconds, and with as many digits behind them as there are.
std::string time_text(const Value& value, const Type& type) {
  char buffer[kTextMax];
  std::string text(buffer, write_timestamp(buffer, timestamp_of(value, type), 9));
  text[text.find(' ')] = 'T';
  while (text.ends_with('0')) text.pop_back();
  if (text.ends_with('.')) text.pop_back();
  return text + (type.is(TypeRoot::TimestampLtz) ? "Z" : "");
}

std::string floating_text(const Value& value, const Type& type) {
  std::string text = cast_text(value, type);
  double number = type.is(TypeRoot::Float) ? static_cast<double>(value.get<float>()) : value.get<double>();
  if (!std::isfinite(number)) return "\"" + text + "\"";
  return big_decimal_text(text);
}

void write_value(const Value& value, const Type& type, std::string& out);

void write_row(const ValueList& fields, const Type& type, std::string& out) {
  out += '{';
  for (size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) out += ',';
    write_json_string(type.field_name(i), out);
    out += ':';
    write_value(fields[i], type.child(i), out);
  }
  out += '}';
}

void write_map(const ValueMap& entries, const Type& type, std::string& out) {
  out += '{';
  bool first = true;
  for (const auto& [key, value] : entries) {
    if (!first) out += ',';
    first = false;
    write_json_string(key.is_null() ? "null" : key.get<std::string>(), out);
    out += ':';
    write_value(value, type.is(TypeRoot::Map) ? type.child(1) : count_type(), out);
  }
  out += '}';
}

void write_value(const Value& value, const Type& type, std::string& out) {
  if (value.is_null()) {
    out += "null";
  } else if (type.is(TypeRoot::Boolean)) {
    out += value.get<bool>() ? "true" : "false";
  } else if (type.is_approximate()) {
    out += floating_text(value, type);
  } else if (type.is_numeric()) {
    out += big_decimal_text(cast_text(value, type));
  } else if (type.is_timestamp()) {
    write_json_string(time_text(value, type), out);
  } else if (type.is_binary_string()) {
    write_json_string(to_base64(value.get<std::string>()), out);
  } else if (type.is(TypeRoot::Row)) {
    write_row(*value.get<std::shared_ptr<const ValueList>>(), type, out);
  } else if (type.is(TypeRoot::Array)) {
    const ValueList& elements = *value.get<std::shared_ptr<const ValueList>>();
    out += '[';
    for (size_t i = 0; i < elements.size(); ++i) {
      if (i > 0) out += ',';
      write_value(elements[i], type.child(0), out);
    }
    out += ']';
  } else if (type.physical() == Physical::Map) {
    write_map(*value.get<std::shared_ptr<const ValueMap>>(), type, out);
  } else {
    write_json_string(value.get<std::string>(), out);
  }
}

// Whether values of the type have a JSON form. Dates, times and intervals have none.
bool has_json(const Type& type) {
  switch (type.root()) {
    case TypeRoot::Array:
      return has_json(type.child(0));
    case TypeRoot::Map:
      return type.child(0).is_character() && has_json(type.child(1));
    case TypeRoot::Multiset:
      return type.child(0).is_character();
    case TypeRoot::Row:
      return std::ranges::all_of(type.fields(), [](const RowField& field) { return has_json(field.type); });
    default:
      return type.is(TypeRoot::Null) || type.is(TypeRoot::Boolean) || type.is_numeric() || type.is_character() ||
             type.is_binary_string() || type.is_timestamp();
  }
}

Value sluice_json_string(ValueCall& call) {
  if (call.site.types[0].is(TypeRoot::Variant)) return call[0];
  std::string out;
  write_value(call[0], call.site.types[0], out);
  return {std::move(out)};
}

bool is_blank(const std::string& text) { return text.find_first_not_of(" \t\n\r") == std::string::npos; }

// One member as its letter says: v a value, r a text that is JSON already, j a text that must be read as JSON.
bool write_member(ValueCall& call, size_t position, char how, std::string& out) {
  const Value& value = call[position];
  if (how == 'v' || value.is_null() || !call.site.types[position].is_character()) {
    write_value(value, call.site.types[position], out);
    return true;
  }
  if (how == 'r') {
    out += value.get<std::string>();
    return true;
  }
  Json json;
  std::string reason;
  const std::string& text = value.get<std::string>();
  if (!is_blank(text) && !parse_json(text, json, reason)) {
    call.fail(reason);
    return false;
  }
  write_json(json, out);
  return true;
}

// The first argument: n NULL ON NULL, a ABSENT ON NULL; then a letter for every value.
Value sluice_json_object(ValueCall& call) {
  const std::string& letters = call.text(0);
  std::vector<std::pair<std::string, std::string>> members;  // Of equal keys the last one counts.
  for (size_t i = 1; i + 1 < call.args.size(); i += 2) {
    if (call[i + 1].is_null() && letters[0] == 'a') continue;
    std::string key, value;
    write_json_string(call.text(i), key);
    if (!write_member(call, i + 1, letters[1 + i / 2], value)) return Value::null();
    auto known = std::ranges::find(members, key, &std::pair<std::string, std::string>::first);
    if (known == members.end()) {
      members.emplace_back(std::move(key), std::move(value));
    } else {
      known->second = std::move(value);
    }
  }
  std::string out = "{";
  for (const auto& [key, value] : members) out += (out.size() > 1 ? "," : "") + key + ":" + value;
  return {out + "}"};
}

Value sluice_json_array(ValueCall& call) {
  const std::string& letters = call.text(0);
  std::string out = "[";
  for (size_t i = 1; i < call.args.size(); ++i) {
    bool is_nothing = call[i].is_null() || (letters[i] == 'j' && is_blank(call.text(i)));
    if (is_nothing && letters[0] == 'a') continue;
    if (out.size() > 1) out += ',';
    if (!write_member(call, i, letters[i], out)) return Value::null();
  }
  return {out + "]"};
}

// ---- VARIANT

bool fits_decimal(const std::string& number) {
  if (number.find_first_of("eE") != std::string::npos) return false;
  auto digits = static_cast<size_t>(std::ranges::count_if(number, [](char c) { return c >= '0' && c <= '9'; }));
  return digits <= 38;
}

std::string variant_number(const Json& json) {
  std::string text = json.source;
  if (!fits_decimal(text)) {
    double number = 0;
    read_double(text.data(), static_cast<uint32_t>(text.size()), number);
    char buffer[kTextMax];
    return {buffer, write_double(buffer, number)};
  }
  if (json.kind == Json::Kind::Integer) return json.text;
  while (text.ends_with('0')) text.pop_back();
  if (text.ends_with('.')) text.pop_back();
  return text == "-0" ? "0" : text;
}

// The form of VARIANT values: fields in the order of their names, numbers without zeros at the end.
void make_variant(Json& json) {
  if (json.kind == Json::Kind::Integer || json.kind == Json::Kind::Decimal) json.text = variant_number(json);
  for (Json& item : json.items) make_variant(item);
  for (auto& [name, field] : json.fields) make_variant(field);
  std::ranges::sort(json.fields, {}, &JsonField::name);
}

Value parse_variant(ValueCall& call, bool is_try) {
  Json json;
  std::string reason;
  bool duplicates_allowed = call.args.size() > 1 && call[1].get<bool>();
  bool ok = parse_json(call.text(0), json, reason);
  if (ok && json.has_duplicates && !duplicates_allowed) {
    reason = "a field stands twice in an object of the JSON";
    ok = false;
  }
  if (!ok) return is_try ? Value::null() : call.fail(reason);
  make_variant(json);
  std::string out;
  write_json(json, out);
  return {std::move(out)};
}
Value sluice_parse_json(ValueCall& call) { return parse_variant(call, false); }
Value sluice_try_parse_json(ValueCall& call) { return parse_variant(call, true); }

// ---- Quotes

// Characters beyond ASCII as escapes of UTF-16.
Value sluice_json_quote(ValueCall& call) {
  std::string plain, out;
  write_json_string(call.text(0), plain);
  for (size_t at = 0; at < plain.size();) {
    auto byte = static_cast<unsigned char>(plain[at]);
    if (byte < 0x80) {
      if (plain[at] == '/') out += '\\';
      out += plain[at++];
      continue;
    }
    size_t size = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2;
    uint32_t c = byte & (0x7FU >> size);
    for (size_t i = 1; i < size && at + i < plain.size(); ++i) {
      c = c << 6 | (static_cast<unsigned char>(plain[at + i]) & 0x3F);
    }
    at += size;
    if (c >= 0x10000) {
      out += fmt::format("\\u{:04x}\\u{:04x}", 0xD800 + ((c - 0x10000) >> 10), 0xDC00 + ((c - 0x10000) & 0x3FF));
    } else {
      out += fmt::format("\\u{:04x}", c);
    }
  }
  return {std::move(out)};
}

// What is no string in quotes, or has a wrong escape, stays as it is.
Value sluice_json_unquote(ValueCall& call) {
  const std::string& text = call.text(0);
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return {text};
  std::string inside;
  for (size_t i = 1; i + 1 < text.size(); ++i) {
    if (text[i] == '\\' && i + 2 < text.size()) {
      inside += text[i++];
      inside += text[i];
    } else if (text[i] == '"') {
      inside += "\\\"";
    } else {
      inside += text[i];
    }
  }
  Json json;
  std::string reason;
  if (!parse_json("\"" + inside + "\"", json, reason)) return {text};
  return {json.text};
}

// ---- Types

std::vector<Type> as_they_are(const CallArguments& arguments) {
  return {arguments.types.begin(), arguments.types.end()};
}
std::optional<std::vector<Type>> convertible_value(const CallArguments& arguments) {
  if (arguments.types.size() != 1) return {};
  const Type& type = arguments.types[0];
  if (!has_json(type) && !type.is(TypeRoot::Variant)) return {};
  return as_they_are(arguments);
}
// The letters come from the binder.
bool has_letters(const CallArguments& arguments, size_t values) {
  const Value* letters = arguments.constant(0);
  auto* text = letters == nullptr ? nullptr : std::get_if<std::string>(&letters->data);
  return text != nullptr && text->size() == values + 1 && text->find_first_not_of("navrj") == std::string::npos;
}
std::optional<std::vector<Type>> convertible_fields(const CallArguments& arguments) {
  if (arguments.types.size() % 2 == 0 || !has_letters(arguments, arguments.types.size() / 2)) return {};
  for (size_t i = 1; i < arguments.types.size(); ++i) {
    const Type& type = arguments.types[i];
    bool is_key = i % 2 == 1;
    if (is_key ? !type.is_character() || type.nullable() : !has_json(type)) return {};
  }
  return as_they_are(arguments);
}
std::optional<std::vector<Type>> convertible_elements(const CallArguments& arguments) {
  if (arguments.types.empty() || !has_letters(arguments, arguments.types.size() - 1)) return {};
  if (!std::ranges::all_of(arguments.types, has_json)) return {};
  return as_they_are(arguments);
}

Type string_type(const CallArguments&) { return Type::string(); }
Type variant_type(const CallArguments&) { return Type(TypeRoot::Variant); }

template <ValueFunction Function>
FunctionDecl parsing(std::string_view name) {
  FunctionDecl decl = value_function<Function>(name, {ArgClass::Character}, variant_type);
  decl.overloads.push_back(value_overload<Function>({ArgClass::Character, ArgClass::Boolean}, variant_type));
  return decl;
}

}  // namespace

std::vector<FunctionDecl> json_building_functions() {
  using enum ArgClass;
  return {
      value_function<sluice_json_string>("JSON_STRING", {Any}, string_type)
          .coerce(convertible_value)
          .doc("The value as JSON.")
          .example("JSON_STRING('a')", "'\"a\"'")
          .example("JSON_STRING(ARRAY[1, 2])", "'[1,2]'"),
      variadic_value_function<sluice_json_object>("JSON_OBJECT", {Character, Any}, string_type)
          .coerce(convertible_fields)
          .nullability(ResultNullability::Never)
          .sees_null()
          .doc("A JSON object of keys and values; NULL ON NULL or ABSENT ON NULL.")
          .example("JSON_OBJECT('a' VALUE 1, 'b' VALUE 'x')", "'{\"a\":1,\"b\":\"x\"}'")
          .example("JSON_OBJECT('a' VALUE JSON_ARRAY(1))", "'{\"a\":[1]}'"),
      variadic_value_function<sluice_json_array>("JSON_ARRAY", {Character, Any}, string_type)
          .coerce(convertible_elements)
          .nullability(ResultNullability::Never)
          .sees_null()
          .doc("A JSON array of the values; ABSENT ON NULL or NULL ON NULL.")
          .example("JSON_ARRAY(1, 'x')", "'[1,\"x\"]'"),
      parsing<sluice_parse_json>("PARSE_JSON")
          .doc("A JSON text as VARIANT; with TRUE behind it the last of equal fields counts.")
          .example("PARSE_JSON('{')", "ERROR"),
      parsing<sluice_try_parse_json>("TRY_PARSE_JSON")
          .nullability(ResultNullability::Always)
          .doc("As PARSE_JSON, but NULL where that fails.")
          .example("TRY_PARSE_JSON('{')", "NULL"),
      value_function<sluice_json_quote>("JSON_QUOTE", {Character}, string_type)
          .doc("The text as a JSON string, with quotes and escapes.")
          .example("JSON_QUOTE('a\"b')", "'\"a\\\"b\"'"),
      value_function<sluice_json_unquote>("JSON_UNQUOTE", {Character}, string_type)
          .doc("The text of a JSON string; what is none stays as it is.")
          .example("JSON_UNQUOTE('\"a\"')", "'a'"),
  };
}

}  // namespace sluice
