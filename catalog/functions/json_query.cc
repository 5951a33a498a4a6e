// JSON_VALUE, JSON_QUERY, JSON_EXISTS and IS JSON: looking into JSON texts.
#include <algorithm>
#include <optional>

#include "catalog/functions/families.h"
#include "catalog/functions/json_path.h"
#include "catalog/functions/value_kernel.h"
#include "catalog/types/text_form.h"

namespace sluice {
namespace {

// The JSON and the path are the first arguments of all. A constant path is read once.
std::shared_ptr<const void> prepare_path(const PrepareArguments& arguments) {
  const Value* path = arguments.arguments.constant(1);
  if (path == nullptr || path->is_null()) return nullptr;
  return JsonPath::parse(path->get<std::string>());
}

// What the path finds in the JSON. JSON that cannot be read has nothing in lax mode, and is an error in strict mode.
struct Looked {
  JsonFound found;
  bool is_lax = false;
};
Looked look(const ValueCall& call) {
  std::shared_ptr<const JsonPath> own;
  const auto* path = call.prepared<JsonPath>();
  if (path == nullptr) {
    own = JsonPath::parse(call.text(1));
    path = own.get();
  }
  Json json;
  Looked out;
  out.is_lax = path->is_lax();
  if (parse_json(call.text(0), json, out.found.reason)) {
    out.found = path->find(json);
  } else if (out.is_lax) {
    out.found.reason.clear();
  }
  return out;
}

// The behaviours are letters in the third argument: n NULL, e ERROR, d DEFAULT, a EMPTY ARRAY, o EMPTY OBJECT,
// t TRUE, f FALSE, u UNKNOWN.
Value sluice_json_exists(ValueCall& call) {
  if (call[0].is_null() || call[1].is_null()) return Value::null();
  Looked looked = look(call);
  if (looked.found.reason.empty()) return {looked.found.exists && looked.found.value.kind != Json::Kind::Null};
  switch (call.text(2)[0]) {
    case 't':
      return {true};
    case 'u':
      return Value::null();
    case 'e':
      return call.fail(looked.found.reason);
    default:
      return {false};
  }
}

// A scalar as the type that RETURNING asked for; one of another kind is an error.
std::optional<Value> scalar_value(const Json& json, const Type& type) {
  using Kind = Json::Kind;
  if (type.is_character()) {
    if (json.kind == Kind::Boolean) return Value{std::string(json.flag ? "true" : "false")};
    return Value{json.text};
  }
  auto size = static_cast<uint32_t>(json.text.size());
  int64_t integer = 0;
  double number = 0;
  if (type.is(TypeRoot::Boolean) && json.kind == Kind::Boolean) return Value{json.flag};
  if (type.is(TypeRoot::Int) && json.kind == Kind::Integer &&
      read_integer(json.text.data(), size, INT32_MIN, INT32_MAX, integer)) {
    return Value{integer};
  }
  if (type.is(TypeRoot::Double) && json.kind == Kind::Decimal && read_double(json.text.data(), size, number)) {
    return Value{number};
  }
  return {};
}

// 'json', 'path', behaviours on empty and on error, DEFAULT on empty, DEFAULT on error.
Value sluice_json_value(ValueCall& call) {
  if (call[0].is_null() || call[1].is_null()) return Value::null();
  Looked looked = look(call);
  const Json& json = looked.found.value;
  std::string reason = looked.found.reason;
  auto settle = [&](char behaviour, size_t position) {
    if (behaviour == 'n') return Value::null();
    if (behaviour == 'e') return call.fail(reason);
    const Type& type = call.site.types[position];
    bool fits = type.is(TypeRoot::Null) || type.root() == call.site.result.root() ||
                (type.is_character() && call.site.result.is_character());
    return fits ? call[position] : call.fail("the DEFAULT has another type than RETURNING");
  };
  if (reason.empty()) {
    bool is_null = !looked.found.exists || json.kind == Json::Kind::Null;
    if (is_null || (looked.is_lax && !json.is_scalar())) {
      reason = "the path finds no scalar value";
      return settle(call.text(2)[0], 3);
    }
    if (json.is_scalar()) {
      auto value = scalar_value(json, call.site.result);
      return value ? *value : call.fail("the JSON value is of another kind than RETURNING");
    }
    reason = "the path finds an array or an object, and no scalar value";
  }
  return settle(call.text(2)[1], 4);
}

// Fields in the order of their names.
Json in_order(Json json) {
  for (Json& item : json.items) item = in_order(std::move(item));
  for (JsonField& field : json.fields) field.value = in_order(std::move(field.value));
  std::ranges::sort(json.fields, {}, &JsonField::name);
  return json;
}

// The JSON of an array's element: texts as they are.
Value element_text(const Json& json) {
  if (json.kind == Json::Kind::Null) return Value::null();
  std::string text;
  if (json.is_scalar() && json.kind != Json::Kind::Boolean) {
    text = json.text;
  } else {
    write_json(in_order(json), text);
  }
  return {std::move(text)};
}

Value query_result(const Json& json, const Type& type) {
  if (type.is(TypeRoot::Array)) {
    if (json.kind != Json::Kind::Array) return Value::null();
    ValueList out;
    for (const Json& item : json.items) out.push_back(element_text(item));
    return Value::list(std::move(out));
  }
  std::string text;
  write_json(json, text);
  return {std::move(text)};
}

// 'json', 'path', behaviours on empty and on error and the wrapper: w none, c conditional, u unconditional.
Value sluice_json_query(ValueCall& call) {
  if (call[0].is_null() || call[1].is_null()) return Value::null();
  Looked looked = look(call);
  const Type& type = call.site.result;
  std::string reason = looked.found.reason;
  auto settle = [&](char behaviour) {
    if (behaviour == 'n') return Value::null();
    if (behaviour == 'e') return call.fail(reason);
    if (type.is(TypeRoot::Array)) return Value::list({});
    return Value{std::string(behaviour == 'a' ? "[]" : "{}")};
  };
  if (!reason.empty()) return settle(call.text(2)[1]);
  Json& json = looked.found.value;
  bool is_null = !looked.found.exists || json.kind == Json::Kind::Null;
  char wrapper = call.text(2)[2];
  if (!is_null && (wrapper == 'u' || (wrapper == 'c' && json.kind != Json::Kind::Array))) {
    Json wrapped;
    wrapped.kind = Json::Kind::Array;
    wrapped.items.push_back(std::move(json));
    return query_result(wrapped, type);
  }
  if (is_null || (looked.is_lax && json.is_scalar())) {
    reason = "the path finds no array and no object";
    return settle(call.text(2)[0]);
  }
  if (!json.is_scalar()) return query_result(json, type);
  reason = "the path finds a scalar value, and no array or object";
  return settle(call.text(2)[1]);
}

template <char kind, bool negated>
Value is_json(ValueCall& call) {
  Json json;
  std::string reason;
  bool is = !call[0].is_null() && parse_json(call.text(0), json, reason);
  if (kind == 'o') is = is && json.kind == Json::Kind::Object;
  if (kind == 'a') is = is && json.kind == Json::Kind::Array;
  if (kind == 's') is = is && json.is_scalar();
  return {is != negated};
}
Value sluice_is_json(ValueCall& call) { return is_json<'v', false>(call); }
Value sluice_is_json_object(ValueCall& call) { return is_json<'o', false>(call); }
Value sluice_is_json_array(ValueCall& call) { return is_json<'a', false>(call); }
Value sluice_is_json_scalar(ValueCall& call) { return is_json<'s', false>(call); }
Value sluice_is_not_json(ValueCall& call) { return is_json<'v', true>(call); }
Value sluice_is_not_json_object(ValueCall& call) { return is_json<'o', true>(call); }
Value sluice_is_not_json_array(ValueCall& call) { return is_json<'a', true>(call); }
Value sluice_is_not_json_scalar(ValueCall& call) { return is_json<'s', true>(call); }

Type boolean_type(const CallArguments&) { return Type::boolean(); }
// The last argument is a NULL of the type that RETURNING names.
Type returned_type(const CallArguments& arguments) { return arguments.types.back(); }

// The clauses come from the binder: a literal of `letters` letters, and the type to return.
template <size_t letters>
std::optional<std::vector<Type>> with_clauses(const CallArguments& arguments) {
  const Value* clauses = arguments.constant(2);
  auto* text = clauses == nullptr ? nullptr : std::get_if<std::string>(&clauses->data);
  if (text == nullptr || text->size() != letters) return {};
  const Type& type = arguments.types.back();
  bool is_texts = type.is(TypeRoot::Array) && type.child(0).is_character();
  bool is_scalar = type.is(TypeRoot::Boolean) || type.is(TypeRoot::Int) || type.is(TypeRoot::Double);
  bool fits = type.is_character() || (letters == 3 && is_texts) || (letters == 2 && is_scalar);
  if (!fits) return {};
  return std::vector<Type>(arguments.types.begin(), arguments.types.end());
}

template <ValueFunction Function>
FunctionDecl test_of_json(std::string_view name, std::string_view doc) {
  return value_function<Function>(name, {ArgClass::Character}, boolean_type)
      .nullability(ResultNullability::Never)
      .sees_null()
      .doc(doc);
}

template <ValueFunction Function>
FunctionDecl path_function(std::string_view name, std::vector<ArgClass> args, ResultRule result) {
  return value_function<Function>(name, std::move(args), result)
      .prepare(prepare_values_with<prepare_path>)
      .nullability(ResultNullability::Always)
      .sees_null();
}

}  // namespace

std::vector<FunctionDecl> json_query_functions() {
  using enum ArgClass;
  return {
      path_function<sluice_json_exists>("JSON_EXISTS", {Character, Character, Character}, boolean_type)
          .coerce(with_clauses<1>)
          .doc("Whether a path finds something in a JSON text; TRUE, FALSE, UNKNOWN or ERROR ON ERROR.")
          .example("JSON_EXISTS('{\"a\": 1}', '$.a')", "TRUE")
          .example("JSON_EXISTS('{\"a\": 1}', '$.b')", "FALSE"),
      path_function<sluice_json_value>("JSON_VALUE", {Character, Character, Character, Any, Any, Any}, returned_type)
          .coerce(with_clauses<2>)
          .doc("The scalar that a path finds in a JSON text, as STRING or as RETURNING says; NULL, ERROR or DEFAULT "
               "ON EMPTY and ON ERROR.")
          .example("JSON_VALUE('{\"a\": 1}', '$.a')", "'1'")
          .example("JSON_VALUE('{\"a\": 1}', '$.a' RETURNING INT)", "1")
          .example("JSON_VALUE('{\"a\": 1}', 'lax $.b' DEFAULT 'none' ON EMPTY)", "'none'")
          .example("JSON_VALUE('{\"a\": 1}', 'strict $.b' ERROR ON ERROR)", "ERROR"),
      path_function<sluice_json_query>("JSON_QUERY", {Character, Character, Character, Any}, returned_type)
          .coerce(with_clauses<3>)
          .doc("The array or object that a path finds in a JSON text, as JSON or as RETURNING ARRAY<STRING>.")
          .example("JSON_QUERY('{\"a\": [1, 2]}', '$.a')", "'[1,2]'")
          .example("JSON_QUERY('{\"a\": 1}', '$.a' WITH WRAPPER)", "'[1]'"),
      test_of_json<sluice_is_json>("IS JSON", "Whether a text is JSON.")
          .alias("IS JSON VALUE")
          .example("'1' IS JSON", "TRUE"),
      test_of_json<sluice_is_json_object>("IS JSON OBJECT", "Whether a text is a JSON object.")
          .example("'{}' IS JSON OBJECT", "TRUE"),
      test_of_json<sluice_is_json_array>("IS JSON ARRAY", "Whether a text is a JSON array.")
          .example("'[]' IS JSON ARRAY", "TRUE"),
      test_of_json<sluice_is_json_scalar>("IS JSON SCALAR", "Whether a text is JSON, but neither object nor array.")
          .example("'[]' IS JSON SCALAR", "FALSE"),
      test_of_json<sluice_is_not_json>("IS NOT JSON", "Whether a text is no JSON.")
          .example("'a' IS NOT JSON", "TRUE")
          .alias("IS NOT JSON VALUE"),
      test_of_json<sluice_is_not_json_object>("IS NOT JSON OBJECT", "Whether a text is no JSON object.")
          .example("'[]' IS NOT JSON OBJECT", "TRUE"),
      test_of_json<sluice_is_not_json_array>("IS NOT JSON ARRAY", "Whether a text is no JSON array.")
          .example("'[]' IS NOT JSON ARRAY", "FALSE"),
      test_of_json<sluice_is_not_json_scalar>("IS NOT JSON SCALAR", "Whether a text is no JSON scalar.")
          .example("'1' IS NOT JSON SCALAR", "FALSE"),
  };
}

}  // namespace sluice
