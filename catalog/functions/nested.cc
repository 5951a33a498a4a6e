// Making nested values and looking into them: ARRAY[..], MAP[..], ROW(..), a[i], m[k], their size, equality and type.
#include <algorithm>
#include <string>

#include "catalog/functions/families.h"
#include "catalog/functions/value_kernel.h"
#include "catalog/types/coercion.h"

namespace sluice {
namespace {

Value sluice_array(ValueCall& call) { return Value::list({call.args.begin(), call.args.end()}); }
Value sluice_row(ValueCall& call) { return Value::list({call.args.begin(), call.args.end()}); }

// The last value of a key wins.
Value sluice_map(ValueCall& call) {
  ValueMap entries;
  for (size_t i = 0; i + 1 < call.args.size(); i += 2) {
    auto known = std::ranges::find_if(entries, [&](const auto& entry) { return same_value(entry.first, call[i]); });
    if (known != entries.end()) {
      known->second = call[i + 1];
    } else {
      entries.emplace_back(call[i], call[i + 1]);
    }
  }
  return Value::map(std::move(entries));
}

// What Flink's code leaves in a value that cannot be NULL when nothing was found.
Value nothing_of(const Type& type) {
  if (type.nullable()) return Value::null();
  if (type.is_integer() || type.is(TypeRoot::Date) || type.is(TypeRoot::Time) || type.is_interval()) {
    return {int64_t{-1}};
  }
  if (type.is(TypeRoot::Double)) return {-1.0};
  if (type.is(TypeRoot::Float)) return {-1.0F};
  if (type.is(TypeRoot::Boolean)) return {false};
  return type.is_character() ? Value{std::string()} : Value::null();
}

Value sluice_item_of_array(ValueCall& call) {
  const ValueList& elements = call.list(0);
  int64_t index = call.integer(1);
  if (index < 1 || index > static_cast<int64_t>(elements.size())) return nothing_of(call.site.types[0].child(0));
  return elements[static_cast<size_t>(index - 1)];
}

Value sluice_item_of_map(ValueCall& call) {
  for (const auto& [key, value] : call.map(0)) {
    if (same_value(key, call[1])) return value;
  }
  return nothing_of(call.site.types[0].child(1));
}

Value sluice_cardinality(ValueCall& call) {
  bool is_list = call.site.types[0].is(TypeRoot::Array);
  return {static_cast<int64_t>(is_list ? call.list(0).size() : call.map(0).size())};
}

Value sluice_element(ValueCall& call) {
  const ValueList& elements = call.list(0);
  if (elements.size() > 1) return call.fail("the array has more than one element");
  return elements.empty() ? Value::null() : elements[0];
}

Value sluice_eq_nested(ValueCall& call) { return {same_value(call[0], call[1])}; }
Value sluice_ne_nested(ValueCall& call) { return {!same_value(call[0], call[1])}; }

std::string shown_text(const Type& type, bool serializable);

Value sluice_typeof(ValueCall& call) {
  bool serializable = call.args.size() > 1 && !call[1].is_null() && call[1].get<bool>();
  const Type& type = call.site.types[0];
  return {shown_text(type, serializable)};
}

// Intervals by their last field; the serializable form names every type in full: STRING is VARCHAR(2147483647).
std::string shown_text(const Type& type, bool serializable) {
  std::string text = type.to_string();
  auto replace = [&text](std::string_view from, std::string_view to) {
    for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
      text.replace(at, from.size(), to);
    }
  };
  replace("INTERVAL YEAR(2) TO MONTH", "INTERVAL MONTH");
  replace("INTERVAL DAY(2) TO SECOND(3)", "INTERVAL SECOND(3)");
  if (!serializable) return text;
  for (int digits = 0; digits <= 9; ++digits) {
    std::string p = std::to_string(digits);
    replace("TIMESTAMP_LTZ(" + p + ")", "TIMESTAMP(" + p + ") WITH LOCAL TIME ZONE");
  }
  replace("STRING", "VARCHAR(2147483647)");
  replace("BYTES", "VARBINARY(2147483647)");
  return text;
}

std::optional<Type> meeting_type(std::vector<Type> types) {
  if (std::ranges::all_of(types, [](const Type& type) { return type.is(TypeRoot::Null); })) return {};
  return common_type(types);
}

std::optional<std::vector<Type>> array_coercion(const CallArguments& arguments) {
  auto element = meeting_type({arguments.types.begin(), arguments.types.end()});
  if (!element) return {};
  return std::vector<Type>(arguments.types.size(), *element);
}

std::optional<std::vector<Type>> map_coercion(const CallArguments& arguments) {
  if (arguments.types.empty() || arguments.types.size() % 2 != 0) return {};
  std::vector<Type> keys, values, out;
  for (size_t i = 0; i < arguments.types.size(); i += 2) {
    keys.push_back(arguments.types[i]);
    values.push_back(arguments.types[i + 1]);
  }
  auto key = meeting_type(keys), value = meeting_type(values);
  if (!key) return {};
  // Values that are all NULL get the keys' type, as Flink derives it.
  bool only_null = std::ranges::all_of(values, [](const Type& type) { return type.is(TypeRoot::Null); });
  if (only_null) value = key->as_nullable();
  if (!value) return {};
  for (size_t i = 0; i < keys.size(); ++i) {
    out.push_back(*key);
    out.push_back(*value);
  }
  return out;
}

bool is_same_kind(const Type& a, const Type& b) {
  return a.root() == b.root() || (a.is_numeric() && b.is_numeric()) || (a.is_character() && b.is_character()) ||
         (a.is_binary_string() && b.is_binary_string());
}

std::optional<std::vector<Type>> item_coercion(const CallArguments& arguments) {
  if (arguments.types.size() != 2) return {};
  const Type &collection = arguments.types[0], &key = arguments.types[1];
  if (collection.is(TypeRoot::Array)) {
    const Value* index = arguments.constant(1);
    bool is_wrong = index != nullptr && !index->is_null() && key.is_integer() && index->get<int64_t>() < 1;
    if (!key.is_integer() || is_wrong) return {};
    return std::vector<Type>{collection, key};
  }
  if (collection.is(TypeRoot::Variant)) {
    if (!key.is_integer() && !key.is_character()) return {};
    return std::vector<Type>{collection, key};
  }
  if (!collection.is(TypeRoot::Map) || !is_same_kind(collection.child(0), key)) return {};
  bool keeps_length = key.is_character() || key.is_binary_string();
  return std::vector<Type>{collection, keeps_length ? key : collection.child(0).with_nullability(key.nullable())};
}

Type array_type(const CallArguments& arguments) { return Type::array(arguments.types[0]); }
Type map_type(const CallArguments& arguments) { return Type::map(arguments.types[0], arguments.types[1]); }
Type row_type(const CallArguments& arguments) {
  std::vector<RowField> fields;
  for (const Type& type : arguments.types) {
    bool is_time = type.is(TypeRoot::Time);  // Of any precision it is planned as TIME(0).
    fields.push_back(
        {"EXPR$" + std::to_string(fields.size()), is_time ? Type::time(0).with_nullability(type.nullable()) : type});
  }
  return Type::row(std::move(fields));
}
Type boolean_type(const CallArguments&) { return Type::boolean(); }
Type count_type(const CallArguments&) { return Type::integer(); }

// A row that can have a NULL inside makes its comparison nullable, though it never is NULL for that.
Type comparison_of_rows_type(const CallArguments& arguments) {
  bool nullable = std::ranges::any_of(arguments.types, [](const Type& type) {
    return type.nullable() ||
           std::ranges::any_of(type.fields(), [](const RowField& field) { return field.type.nullable(); });
  });
  return Type::boolean().with_nullability(nullable);
}

template <ValueFunction Function>
FunctionDecl comparison_of_nested(std::string_view name, bool sees_null) {
  FunctionDecl decl;
  decl.name = name;
  for (ArgClass kind : {ArgClass::Array, ArgClass::Map, ArgClass::Multiset, ArgClass::Row}) {
    Overload overload = value_overload<Function>({kind, kind}, boolean_type);
    overload.strict = !sees_null;
    if (sees_null) overload.nullability = ResultNullability::Never;
    if (!sees_null && kind == ArgClass::Row) {
      overload.result = comparison_of_rows_type;
      overload.nullability = ResultNullability::AsRuled;
    }
    decl.overloads.push_back(std::move(overload));
  }
  return decl;
}

}  // namespace

std::vector<FunctionDecl> nested_functions() {
  FunctionDecl cardinality = value_function<sluice_cardinality>("CARDINALITY", {ArgClass::Array}, count_type);
  cardinality.overloads.push_back(value_overload<sluice_cardinality>({ArgClass::Map}, count_type));
  cardinality.overloads.push_back(value_overload<sluice_cardinality>({ArgClass::Multiset}, count_type));
  FunctionDecl item = value_function<sluice_item_of_array>(
      "ITEM", {ArgClass::Array, ArgClass::Any},
      [](const CallArguments& arguments) { return arguments.types[0].child(0).as_nullable(); });
  item.overloads.push_back(value_overload<sluice_item_of_map>(
      {ArgClass::Map, ArgClass::Any},
      [](const CallArguments& arguments) { return arguments.types[0].child(1).as_nullable(); }));
  FunctionDecl type_of =
      value_function<sluice_typeof>("TYPEOF", {ArgClass::Any}, [](const CallArguments&) { return Type::string(); });
  type_of.overloads.push_back(value_overload<sluice_typeof>({ArgClass::Any, ArgClass::Boolean},
                                                            [](const CallArguments&) { return Type::string(); }));
  return {
      comparison_of_nested<sluice_eq_nested>("=", false),
      comparison_of_nested<sluice_ne_nested>("<>", false),
      comparison_of_nested<sluice_ne_nested>("IS DISTINCT FROM", true),
      comparison_of_nested<sluice_eq_nested>("IS NOT DISTINCT FROM", true),
      variadic_value_function<sluice_array>("ARRAY", {ArgClass::Any}, array_type)
          .coerce(array_coercion)
          .nullability(ResultNullability::Never)
          .sees_null()
          .doc("An array of the values, in the type where they meet.")
          .example("ARRAY[1, 2]", "ARRAY[1, 2]")
          .example("ARRAY['a', 'bc']", "ARRAY['a', 'bc']"),
      variadic_value_function<sluice_map>("MAP", {ArgClass::Any}, map_type)
          .coerce(map_coercion)
          .nullability(ResultNullability::Never)
          .sees_null()
          .doc("A map of the keys and values, which come in turns; of equal keys the last one counts.")
          .example("MAP['a', 1]", "MAP['a', 1]"),
      variadic_value_function<sluice_row>("ROW", {ArgClass::Any}, row_type)
          .alias("PERIOD")
          .nullability(ResultNullability::Never)
          .sees_null()
          .doc("A row of the values.")
          .example("ROW(1, 'a')", "ROW(1, 'a')"),
      std::move(item)
          .coerce(item_coercion)
          .nullability(ResultNullability::Always)
          .doc("The element of an array at a position, counted from 1, or the value of a map's key; NULL when there "
               "is none.")
          .example("ARRAY[5, 6][2]", "6")
          .example("ARRAY[5, NULL][3]", "NULL")
          .example("MAP['a', 1]['a']", "1"),
      std::move(cardinality)
          .doc("The number of elements of an array, of entries of a map or a multiset.")
          .example("CARDINALITY(ARRAY[5, 6])", "2"),
      value_function<sluice_element>("ELEMENT", {ArgClass::Array},
                                     [](const CallArguments& arguments) { return arguments.types[0].child(0); })
          .nullability(ResultNullability::AsRuled)
          .doc("The only element of an array; fails when there are more.")
          .example("ELEMENT(ARRAY[5])", "5")
          .example("ELEMENT(ARRAY[5, 6])", "ERROR"),
      std::move(type_of)
          .nullability(ResultNullability::Always)
          .sees_null()
          .doc("The type of the argument; with TRUE behind it in the form that names every type in full.")
          .example("TYPEOF(1)", "'INT NOT NULL'")
          .example("TYPEOF('a')", "'CHAR(1) NOT NULL'"),
  };
}

}  // namespace sluice
