#pragma once
// Kernels over whole values: for functions of nested types or of any number of arguments, where the work is in the
// values and not in moving them. `Value sluice_array_append(ValueCall& call)` is such a kernel.
#include <span>
#include <string_view>

#include "catalog/functions/describe.h"

namespace sluice {

// Of one call: its arguments' types after coercion, and its own. A NULL argument of a strict function is never seen.
struct ValueSite {
  std::vector<Type> types;
  Type result;
  std::shared_ptr<const void> prepared;  // What `prepare_with` made.
};

struct ValueCall {
  std::span<const Value> args;
  const ValueSite& site;
  KernelContext& context;

  const Value& operator[](size_t i) const { return args[i]; }
  const std::string& text(size_t i) const { return args[i].get<std::string>(); }
  int64_t integer(size_t i) const { return args[i].get<int64_t>(); }
  const ValueList& list(size_t i) const { return *args[i].get<std::shared_ptr<const ValueList>>(); }
  const ValueMap& map(size_t i) const { return *args[i].get<std::shared_ptr<const ValueMap>>(); }
  template <class T>
  const T* prepared() const {
    return static_cast<const T*>(site.prepared.get());
  }
  // Fails the row; what is returned with it means nothing.
  Value fail(std::string_view reason);
};
using ValueFunction = Value (*)(ValueCall& call);

void evaluate_values(ValueFunction function, const EvalCall& call);
std::shared_ptr<const void> prepare_values(const PrepareArguments& arguments);

template <ValueFunction Function>
void value_kernel(const EvalCall& call) noexcept {
  evaluate_values(Function, call);
}

template <PrepareFunction Prepare>
std::shared_ptr<const void> prepare_values_with(const PrepareArguments& arguments) {
  return std::make_shared<const ValueSite>(ValueSite{
      {arguments.arguments.types.begin(), arguments.arguments.types.end()}, arguments.result, Prepare(arguments)});
}

template <ValueFunction Function>
Overload value_overload(std::vector<ArgClass> args, ResultRule result) {
  Overload overload = overload_of<value_kernel<Function>>(std::move(args), result);
  overload.symbol = describe_detail::symbol_of<Function>();
  overload.opaque_because = "works on whole values";
  overload.nullable_result = true;
  overload.prepare = prepare_values;
  return overload;
}

// A function over values of one overload.
template <ValueFunction Function>
FunctionDecl value_function(std::string_view name, std::vector<ArgClass> args, ResultRule result) {
  FunctionDecl decl;
  decl.name = name;
  decl.overloads.push_back(value_overload<Function>(std::move(args), result));
  return decl;
}
// The last class repeats.
template <ValueFunction Function>
FunctionDecl variadic_value_function(std::string_view name, std::vector<ArgClass> args, ResultRule result) {
  FunctionDecl decl = value_function<Function>(name, std::move(args), result);
  decl.overloads[0].variadic = true;
  return decl;
}

// Equality of SQL inside collections: NULL is a value, NaN equals nothing, entries of maps have no order.
bool same_value(const Value& a, const Value& b);
// The order of two values of one scalar type, neither of them NULL.
std::strong_ordering order_of(const Value& a, const Value& b);

}  // namespace sluice
