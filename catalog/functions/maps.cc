// MAP_KEYS and the other functions of maps; SPLIT and STR_TO_MAP, which make collections of texts.
#include <algorithm>

#include "base/utf8.h"
#include "catalog/functions/families.h"
#include "catalog/functions/regex.h"
#include "catalog/functions/value_kernel.h"
#include "catalog/types/coercion.h"

namespace sluice {
namespace {

void put(ValueMap& map, const Value& key, const Value& value) {
  auto known = std::ranges::find_if(map, [&](const auto& entry) { return same_value(entry.first, key); });
  if (known == map.end()) {
    map.emplace_back(key, value);
  } else {
    known->second = value;
  }
}

Value sluice_map_keys(ValueCall& call) {
  ValueList out;
  for (const auto& [key, value] : call.map(0)) out.push_back(key);
  return Value::list(std::move(out));
}
Value sluice_map_values(ValueCall& call) {
  ValueList out;
  for (const auto& [key, value] : call.map(0)) out.push_back(value);
  return Value::list(std::move(out));
}
Value sluice_map_entries(ValueCall& call) {
  ValueList out;
  for (const auto& [key, value] : call.map(0)) out.push_back(Value::list({key, value}));
  return Value::list(std::move(out));
}
Value sluice_map_union(ValueCall& call) {
  ValueMap out;
  for (size_t i = 0; i < call.args.size(); ++i) {
    for (const auto& [key, value] : call.map(i)) put(out, key, value);
  }
  return Value::map(std::move(out));
}
Value sluice_map_from_arrays(ValueCall& call) {
  const ValueList &keys = call.list(0), &values = call.list(1);
  if (keys.size() != values.size()) {
    return call.fail("there are " + std::to_string(keys.size()) + " keys and " + std::to_string(values.size()) +
                     " values");
  }
  ValueMap out;
  for (size_t i = 0; i < keys.size(); ++i) put(out, keys[i], values[i]);
  return Value::map(std::move(out));
}

// The parts between separators; every character for itself when the separator is empty.
Value sluice_split(ValueCall& call) {
  if (call[0].is_null() || call[1].is_null()) return Value::null();
  const std::string &text = call.text(0), &separator = call.text(1);
  constexpr size_t kPartsMax = size_t{1} << 22;
  constexpr std::string_view kTooMany = "SPLIT gives at most 4,194,304 parts";
  ValueList out;
  size_t begin = 0;
  if (text.empty()) return Value::list({});
  if (separator.empty()) {
    for (size_t at = 1; at <= text.size(); ++at) {
      if (at < text.size() && is_continuation(text[at])) continue;
      if (out.size() == kPartsMax) return call.fail(kTooMany);
      out.push_back({text.substr(begin, at - begin)});
      begin = at;
    }
    return Value::list(std::move(out));
  }
  for (size_t at; (at = text.find(separator, begin)) != std::string::npos; begin = at + separator.size()) {
    if (out.size() + 1 >= kPartsMax) return call.fail(kTooMany);
    out.push_back({text.substr(begin, at - begin)});
  }
  out.push_back({text.substr(begin)});
  return Value::list(std::move(out));
}

// As Java splits by a regular expression: no empty parts at the end, none before an empty match at the start.
std::vector<std::string> split_by(const Regex& regex, const std::string& text, size_t most) {
  std::vector<std::string> out;
  uint32_t begin = 0, from = 0;
  RegexGroup found;
  auto size = static_cast<uint32_t>(text.size());
  while (from <= size && (most == 0 || out.size() + 1 < most) && regex.find(text, from, 0, found)) {
    if (found.end == found.begin) {
      if (found.begin >= size) break;
      from = found.end + 1;
      while (from < size && is_continuation(text[from])) ++from;
      if (found.begin == 0) continue;
    } else {
      from = found.end;
    }
    out.push_back(text.substr(begin, found.begin - begin));
    begin = found.end;
  }
  out.push_back(text.substr(begin));
  while (most == 0 && out.size() > 1 && out.back().empty()) out.pop_back();
  return out;
}

Value sluice_str_to_map(ValueCall& call) {
  auto between_pairs = Regex::compile_cached(call.args.size() > 1 ? call.text(1) : ",");
  if (between_pairs == nullptr) return call.fail("the separator of pairs is no regular expression");
  std::vector<std::string> pairs = split_by(*between_pairs, call.text(0), 0);
  auto between = Regex::compile(call.args.size() > 2 ? call.text(2) : "=");
  if (between == nullptr) return call.fail("the separator of keys and values is no regular expression");
  ValueMap out;
  if (call.text(0).empty()) return Value::map({});
  for (const std::string& pair : pairs) {
    std::vector<std::string> parts = split_by(*between, pair, 2);
    put(out, {parts[0]}, parts.size() > 1 ? Value{parts[1]} : Value::null());
  }
  return Value::map(std::move(out));
}

// ---- Types

std::optional<std::vector<Type>> common_maps(const CallArguments& arguments) {
  if (arguments.types.empty()) return {};
  bool nullable = false;
  for (const Type& type : arguments.types) {
    if (!type.is(TypeRoot::Map)) return {};
    nullable |= type.nullable();
  }
  auto common = common_type(arguments.types);
  if (!common) return {};
  return std::vector<Type>(arguments.types.size(), common->with_nullability(nullable));
}

Type entries_type(const CallArguments& arguments) {
  const Type& map = arguments.types[0];
  return Type::array(Type::row({{"key", map.child(0)}, {"value", map.child(1)}}));
}

}  // namespace

std::vector<FunctionDecl> map_functions() {
  using enum ArgClass;
  auto text_map = [](const CallArguments&) { return Type::map(Type::string(), Type::string()); };
  FunctionDecl str_to_map = value_function<sluice_str_to_map>("STR_TO_MAP", {Character}, text_map);
  str_to_map.overloads.push_back(value_overload<sluice_str_to_map>({Character, Character, Character}, text_map));
  return {
      value_function<sluice_map_keys>(
          "MAP_KEYS", {Map}, [](const CallArguments& arguments) { return Type::array(arguments.types[0].child(0)); })
          .doc("The keys of a map.")
          .example("MAP_KEYS(MAP['a', 1])", "ARRAY['a']"),
      value_function<sluice_map_values>(
          "MAP_VALUES", {Map}, [](const CallArguments& arguments) { return Type::array(arguments.types[0].child(1)); })
          .doc("The values of a map.")
          .example("MAP_VALUES(MAP['a', 1])", "ARRAY[1]"),
      value_function<sluice_map_entries>("MAP_ENTRIES", {Map}, entries_type)
          .doc("The entries of a map as rows of key and value.")
          .example("MAP_ENTRIES(MAP['a', 1])", "ARRAY[ROW('a', 1)]"),
      variadic_value_function<sluice_map_union>("MAP_UNION", {Map},
                                                [](const CallArguments& arguments) { return arguments.types[0]; })
          .coerce(common_maps)
          .doc("The entries of all maps; of equal keys the last one counts.")
          .example("MAP_UNION(MAP['a', 1], MAP['a', 2])", "MAP['a', 2]"),
      value_function<sluice_map_from_arrays>("MAP_FROM_ARRAYS", {Array, Array},
                                             [](const CallArguments& arguments) {
                                               return Type::map(arguments.types[0].child(0),
                                                                arguments.types[1].child(0));
                                             })
          .doc("A map of the keys of one array and the values of another.")
          .example("MAP_FROM_ARRAYS(ARRAY['a', 'b'], ARRAY[1, 2])", "MAP['a', 1, 'b', 2]"),
      value_function<sluice_split>("SPLIT", {Character, Character},
                                   [](const CallArguments&) { return Type::array(Type::string()); })
          .doc("The parts of a text between separators.")
          .example("SPLIT('a,b', ',')", "ARRAY['a', 'b']"),
      std::move(str_to_map)
          .nullability(ResultNullability::Always)
          .doc("A map of the pairs in a text; the separators of pairs (',') and within them ('=') are regular "
               "expressions.")
          .example("STR_TO_MAP('a=1,b=2')", "MAP['a', '1', 'b', '2']"),
  };
}

}  // namespace sluice
