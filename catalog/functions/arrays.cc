// ARRAY_APPEND and the other functions of arrays.
#include <algorithm>

#include "catalog/functions/families.h"
#include "catalog/functions/value_kernel.h"
#include "catalog/types/coercion.h"

namespace sluice {
namespace {

bool contains(const ValueList& list, const Value& value) {
  return std::ranges::any_of(list, [&](const Value& element) { return same_value(element, value); });
}

void add_distinct(ValueList& out, const ValueList& more) {
  for (const Value& value : more) {
    if (!contains(out, value)) out.push_back(value);
  }
}

Value sluice_array_append(ValueCall& call) {
  if (call[0].is_null()) return Value::null();
  ValueList out = call.list(0);
  out.push_back(call[1]);
  return Value::list(std::move(out));
}
Value sluice_array_prepend(ValueCall& call) {
  if (call[0].is_null()) return Value::null();
  ValueList out = call.list(0);
  out.insert(out.begin(), call[1]);
  return Value::list(std::move(out));
}
Value sluice_array_contains(ValueCall& call) {
  if (call[0].is_null()) return Value::null();
  return {contains(call.list(0), call[1])};
}
Value sluice_array_position(ValueCall& call) {
  const ValueList& list = call.list(0);
  auto found = std::ranges::find_if(list, [&](const Value& element) { return same_value(element, call[1]); });
  return {found == list.end() ? int64_t{0} : static_cast<int64_t>(found - list.begin()) + 1};
}
Value sluice_array_remove(ValueCall& call) {
  if (call[0].is_null()) return Value::null();
  ValueList out;
  for (const Value& element : call.list(0)) {
    if (!same_value(element, call[1])) out.push_back(element);
  }
  return Value::list(std::move(out));
}
Value sluice_array_distinct(ValueCall& call) {
  ValueList out;
  add_distinct(out, call.list(0));
  return Value::list(std::move(out));
}
Value sluice_array_reverse(ValueCall& call) {
  const ValueList& list = call.list(0);
  return Value::list({list.rbegin(), list.rend()});
}

// Positions count from 1, negative ones from the end.
Value sluice_array_slice(ValueCall& call) {
  const ValueList& list = call.list(0);
  auto size = static_cast<int64_t>(list.size());
  auto position = [size](int64_t at) { return at > 0 ? at : at < 0 ? size + at + 1 : int64_t{1}; };
  int64_t first = std::max(position(call.integer(1)), int64_t{1});
  int64_t last =
      call.args.size() < 3 ? size : std::min(call.integer(2) == 0 ? int64_t{1} : position(call.integer(2)), size);
  ValueList out;
  for (int64_t i = first; i <= last; ++i) out.push_back(list[static_cast<size_t>(i - 1)]);
  return Value::list(std::move(out));
}

// NULLs stand first when ascending and last when descending, unless told otherwise.
Value sluice_array_sort(ValueCall& call) {
  ValueList out = call.list(0);
  bool ascending = call.args.size() < 2 || call[1].get<bool>();
  bool nulls_first = call.args.size() < 3 ? ascending : call[2].get<bool>();
  std::ranges::stable_sort(out, [&](const Value& a, const Value& b) {
    if (a.is_null() || b.is_null()) return a.is_null() != b.is_null() && a.is_null() == nulls_first;
    return ascending ? order_of(a, b) < 0 : order_of(b, a) < 0;
  });
  return Value::list(std::move(out));
}

Value sluice_array_union(ValueCall& call) {
  ValueList out;
  for (size_t i = 0; i < call.args.size(); ++i) add_distinct(out, call.list(i));
  return Value::list(std::move(out));
}
Value sluice_array_concat(ValueCall& call) {
  ValueList out;
  for (size_t i = 0; i < call.args.size(); ++i) out.insert(out.end(), call.list(i).begin(), call.list(i).end());
  return Value::list(std::move(out));
}
Value sluice_array_except(ValueCall& call) {
  ValueList out;
  for (const Value& element : call.list(0)) {
    if (!contains(call.list(1), element) && !contains(out, element)) out.push_back(element);
  }
  return Value::list(std::move(out));
}
Value sluice_array_intersect(ValueCall& call) {
  ValueList out;
  for (const Value& element : call.list(0)) {
    if (contains(call.list(1), element) && !contains(out, element)) out.push_back(element);
  }
  return Value::list(std::move(out));
}

template <bool greatest>
Value extreme(ValueCall& call) {
  const Value* best = nullptr;
  for (const Value& element : call.list(0)) {
    if (element.is_null()) continue;
    if (auto* number = std::get_if<double>(&element.data); number != nullptr && *number != *number) continue;
    if (auto* number = std::get_if<float>(&element.data); number != nullptr && *number != *number) continue;
    if (best == nullptr || (greatest ? order_of(element, *best) > 0 : order_of(element, *best) < 0)) best = &element;
  }
  return best == nullptr ? Value::null() : *best;
}
Value sluice_array_max(ValueCall& call) { return extreme<true>(call); }
Value sluice_array_min(ValueCall& call) { return extreme<false>(call); }

// NULL elements are left out, unless a text stands for them.
Value sluice_array_join(ValueCall& call) {
  std::string out;
  bool first = true;
  for (const Value& element : call.list(0)) {
    if (element.is_null() && call.args.size() < 3) continue;
    if (!first) out += call.text(1);
    out += element.is_null() ? call.text(2) : element.get<std::string>();
    first = false;
  }
  return {std::move(out)};
}

// ---- Types

// Whether `element` may join an array of `into` without losing what it is; texts are cut to the array's length.
bool joins(const Type& element, const Type& into) {
  if (element.is(TypeRoot::Null)) return true;
  if (element.is_character() && into.is_character()) return true;
  if (element.is_binary_string() && into.is_binary_string()) return true;
  if (element.is_temporal() || into.is_temporal()) return element.root() == into.root();
  return is_implicitly_castable(element, into);
}

std::optional<std::vector<Type>> with_element(const CallArguments& arguments) {
  if (arguments.types.size() != 2 || !arguments.types[0].is(TypeRoot::Array)) return {};
  const Type &array = arguments.types[0], &element = arguments.types[1];
  if (!joins(element, array.child(0))) return {};
  bool nullable = element.nullable() || element.is(TypeRoot::Null);
  return std::vector<Type>{array, array.child(0).with_nullability(nullable)};
}

Type array_with_element(const CallArguments& arguments) {
  const Type &element = arguments.types[0].child(0), &other = arguments.types[1];
  return Type::array(element.with_nullability(element.nullable() || other.nullable()));
}

Type first_type(const CallArguments& arguments) { return arguments.types[0]; }
Type element_type(const CallArguments& arguments) { return arguments.types[0].child(0).as_nullable(); }

std::optional<std::vector<Type>> common_arrays(const CallArguments& arguments) {
  if (arguments.types.empty()) return {};
  bool nullable = false;
  for (const Type& type : arguments.types) {
    if (!type.is(TypeRoot::Array)) return {};
    nullable |= type.nullable();
  }
  auto common = common_type(arguments.types);
  if (!common) return {};
  return std::vector<Type>(arguments.types.size(), common->with_nullability(nullable));
}

std::optional<std::vector<Type>> comparable_elements(const CallArguments& arguments) {
  if (arguments.types.empty() || !arguments.types[0].is(TypeRoot::Array)) return {};
  const Type& element = arguments.types[0].child(0);
  if (element.child_count() > 0 || element.is(TypeRoot::Boolean)) return {};
  return std::vector<Type>(arguments.types.begin(), arguments.types.end());
}

Type int_type(const CallArguments&) { return Type::integer(); }
Type string_type(const CallArguments&) { return Type::string(); }

std::optional<std::vector<Type>> text_array(const CallArguments& arguments) {
  if (arguments.types.size() < 2 || !arguments.types[0].is(TypeRoot::Array)) return {};
  if (!arguments.types[0].child(0).is_character()) return {};
  std::vector<Type> out(arguments.types.begin(), arguments.types.end());
  for (size_t i = 1; i < out.size(); ++i) {
    if (!out[i].is_character() && !out[i].is(TypeRoot::Null)) return {};
  }
  return out;
}

FunctionDecl slice_function() {
  using enum ArgClass;
  FunctionDecl decl = value_function<sluice_array_slice>("ARRAY_SLICE", {Array, Int}, first_type);
  decl.overloads.push_back(value_overload<sluice_array_slice>({Array, Int, Int}, first_type));
  return std::move(decl)
      .doc("The elements from one position to another, both counted from 1, or from the end when negative.")
      .example("ARRAY_SLICE(ARRAY[1, 2, 3], 2)", "ARRAY[2, 3]")
      .example("ARRAY_SLICE(ARRAY[1, 2, 3], -3, 2)", "ARRAY[1, 2]");
}

FunctionDecl sort_function() {
  using enum ArgClass;
  FunctionDecl decl = value_function<sluice_array_sort>("ARRAY_SORT", {Array}, first_type);
  decl.overloads.push_back(value_overload<sluice_array_sort>({Array, Boolean}, first_type));
  decl.overloads.push_back(value_overload<sluice_array_sort>({Array, Boolean, Boolean}, first_type));
  return std::move(decl)
      .coerce(comparable_elements)
      .doc("The elements in order: ascending (default TRUE), NULLs first (default: when ascending).")
      .example("ARRAY_SORT(ARRAY[3, 1, 2])", "ARRAY[1, 2, 3]")
      .example("ARRAY_SORT(ARRAY[3, 1, 2], FALSE)", "ARRAY[3, 2, 1]");
}

FunctionDecl join_function() {
  using enum ArgClass;
  FunctionDecl decl = value_function<sluice_array_join>("ARRAY_JOIN", {Array, Character}, string_type);
  decl.overloads.push_back(value_overload<sluice_array_join>({Array, Character, Character}, string_type));
  return std::move(decl)
      .coerce(text_array)
      .doc("The texts of an array joined by a separator; NULLs are left out, or stand as the third argument.")
      .example("ARRAY_JOIN(ARRAY['x', 'y'], '-')", "'x-y'");
}

}  // namespace

std::vector<FunctionDecl> array_functions() {
  using enum ArgClass;
  return {
      value_function<sluice_array_append>("ARRAY_APPEND", {Array, Any}, array_with_element)
          .coerce(with_element)
          .sees_null()
          .doc("The array with one more element at the end.")
          .example("ARRAY_APPEND(ARRAY[1], 2)", "ARRAY[1, 2]"),
      value_function<sluice_array_prepend>("ARRAY_PREPEND", {Array, Any}, array_with_element)
          .coerce(with_element)
          .sees_null()
          .doc("The array with one more element at the front.")
          .example("ARRAY_PREPEND(ARRAY[1], 2)", "ARRAY[2, 1]"),
      value_function<sluice_array_contains>("ARRAY_CONTAINS", {Array, Any},
                                            [](const CallArguments& arguments) {
                                              return Type::boolean().with_nullability(arguments.types[0].nullable());
                                            })
          .coerce(with_element)
          .nullability(ResultNullability::AsRuled)
          .sees_null()
          .doc("Whether an element of the array equals the value.")
          .example("ARRAY_CONTAINS(ARRAY[1, 2], 2)", "TRUE"),
      value_function<sluice_array_position>("ARRAY_POSITION", {Array, Any}, int_type)
          .coerce(with_element)
          .doc("The position of the first element that equals the value, counted from 1; 0 when there is none.")
          .example("ARRAY_POSITION(ARRAY['a', 'b'], 'b')", "2"),
      value_function<sluice_array_remove>("ARRAY_REMOVE", {Array, Any}, first_type)
          .coerce(with_element)
          .nullability(ResultNullability::AsRuled)
          .sees_null()
          .doc("The array without the elements that equal the value.")
          .example("ARRAY_REMOVE(ARRAY[1, 2, 1], 1)", "ARRAY[2]"),
      value_function<sluice_array_distinct>("ARRAY_DISTINCT", {Array}, first_type)
          .doc("The elements, equal ones once.")
          .example("ARRAY_DISTINCT(ARRAY[1, 2, 1])", "ARRAY[1, 2]"),
      value_function<sluice_array_reverse>("ARRAY_REVERSE", {Array}, first_type)
          .doc("The elements from the last to the first.")
          .example("ARRAY_REVERSE(ARRAY[1, 2])", "ARRAY[2, 1]"),
      slice_function(),
      sort_function(),
      variadic_value_function<sluice_array_concat>("ARRAY_CONCAT", {Array}, first_type)
          .coerce(common_arrays)
          .doc("The elements of all arrays.")
          .example("ARRAY_CONCAT(ARRAY[1], ARRAY[2])", "ARRAY[1, 2]"),
      value_function<sluice_array_union>("ARRAY_UNION", {Array, Array}, first_type)
          .coerce(common_arrays)
          .doc("The elements of both arrays, equal ones once.")
          .example("ARRAY_UNION(ARRAY[1, 2], ARRAY[2, 3])", "ARRAY[1, 2, 3]"),
      value_function<sluice_array_except>("ARRAY_EXCEPT", {Array, Array}, first_type)
          .coerce(common_arrays)
          .doc("The elements that the second array does not have, equal ones once.")
          .example("ARRAY_EXCEPT(ARRAY[1, 2, 2, 3], ARRAY[2])", "ARRAY[1, 3]"),
      value_function<sluice_array_intersect>("ARRAY_INTERSECT", {Array, Array}, first_type)
          .coerce(common_arrays)
          .doc("The elements that both arrays have, equal ones once.")
          .example("ARRAY_INTERSECT(ARRAY[1, 2, 2], ARRAY[2, 2])", "ARRAY[2]"),
      value_function<sluice_array_max>("ARRAY_MAX", {Array}, element_type)
          .coerce(comparable_elements)
          .nullability(ResultNullability::Always)
          .doc("The greatest element that is not NULL.")
          .example("ARRAY_MAX(ARRAY[1, 3, 2])", "3"),
      value_function<sluice_array_min>("ARRAY_MIN", {Array}, element_type)
          .coerce(comparable_elements)
          .nullability(ResultNullability::Always)
          .doc("The least element that is not NULL.")
          .example("ARRAY_MIN(ARRAY[3, 1, 2])", "1"),
      join_function(),
  };
}

}  // namespace sluice
