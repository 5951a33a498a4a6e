// GREATEST and LEAST of two; more are nested calls. Both stand in one type.
#include "catalog/functions/kernel_abi.h"

namespace sluice {

#define SLUICE_EXTREMES(suffix, T)                                                      \
  SLUICE_KERNEL T sluice_greatest_##suffix(T a, T b) noexcept { return a < b ? b : a; } \
  SLUICE_KERNEL T sluice_least_##suffix(T a, T b) noexcept { return b < a ? b : a; }
SLUICE_EXTREMES(bool, bool)
SLUICE_EXTREMES(i8, int8_t)
SLUICE_EXTREMES(i16, int16_t)
SLUICE_EXTREMES(i32, int32_t)
SLUICE_EXTREMES(i64, int64_t)
// NaN is the greatest number.
#define SLUICE_REAL_EXTREMES(suffix, T)                                                           \
  SLUICE_KERNEL T sluice_greatest_##suffix(T a, T b) noexcept { return a < b || b != b ? b : a; } \
  SLUICE_KERNEL T sluice_least_##suffix(T a, T b) noexcept { return b < a || a != a ? b : a; }
SLUICE_REAL_EXTREMES(f32, float)
SLUICE_REAL_EXTREMES(f64, double)
#define SLUICE_EXTREMES_OUT(suffix, T)                                                                          \
  SLUICE_KERNEL void sluice_greatest_##suffix(const T& a, const T& b, T& out) noexcept { out = a < b ? b : a; } \
  SLUICE_KERNEL void sluice_least_##suffix(const T& a, const T& b, T& out) noexcept { out = b < a ? b : a; }
SLUICE_EXTREMES_OUT(i128, Int128)
SLUICE_EXTREMES_OUT(string, StringView)
SLUICE_EXTREMES_OUT(ns, TimestampNs)

}  // namespace sluice

#ifndef SLUICE_KERNELS_ONLY
#include "catalog/functions/describe.h"
#include "catalog/functions/families.h"
#include "catalog/types/coercion.h"

namespace sluice {
namespace {

std::optional<std::vector<Type>> in_common(const CallArguments& arguments) {
  if (arguments.types.size() != 2) return {};
  auto common = common_type(arguments.types);
  if (!common || common->child_count() > 0 || common->is(TypeRoot::Null) || common->is_binary_string()) return {};
  return std::vector{common->with_nullability(arguments.types[0].nullable()),
                     common->with_nullability(arguments.types[1].nullable())};
}

Type same_as_argument(const CallArguments& arguments) { return arguments.types[0]; }

template <auto... Kernels>
void add_by_form(FunctionDecl& decl, std::initializer_list<ArgClass> forms) {
  auto form = forms.begin();
  auto add = [&](Overload overload) {
    overload.args = {*form, *form};
    overload.result = same_as_argument;
    decl.overloads.push_back(std::move(overload));
    ++form;
  };
  (add(overload_of<Kernels>()), ...);
}

constexpr std::initializer_list<ArgClass> kForms = {
    ArgClass::PhysicalBool,   ArgClass::PhysicalInt8,       ArgClass::PhysicalInt16,   ArgClass::PhysicalInt32,
    ArgClass::PhysicalInt64,  ArgClass::PhysicalFloat32,    ArgClass::PhysicalFloat64, ArgClass::PhysicalInt128,
    ArgClass::PhysicalString, ArgClass::PhysicalTimestampNs};

#define SLUICE_ALL_FORMS(stem)                                                                             \
  sluice_##stem##_bool, sluice_##stem##_i8, sluice_##stem##_i16, sluice_##stem##_i32, sluice_##stem##_i64, \
      sluice_##stem##_f32, sluice_##stem##_f64, sluice_##stem##_i128, sluice_##stem##_string, sluice_##stem##_ns

}  // namespace

std::vector<FunctionDecl> extreme_functions() {
  FunctionDecl greatest{"GREATEST", {}}, least{"LEAST", {}};
  add_by_form<SLUICE_ALL_FORMS(greatest)>(greatest, kForms);
  add_by_form<SLUICE_ALL_FORMS(least)>(least, kForms);
  return {
      std::move(greatest)
          .coerce(in_common)
          .doc("The greatest of the arguments; NULL when one is.")
          .example("GREATEST(1, 3, 2)", "3"),
      std::move(least)
          .coerce(in_common)
          .doc("The least of the arguments; NULL when one is.")
          .example("LEAST('b', 'a', 'c')", "'a'"),
  };
}

}  // namespace sluice
#endif
