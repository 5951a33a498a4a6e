// Comparisons. Operands come in one type, so a kernel exists per physical form and compares the bits of the column:
// timestamps, dates and DECIMALs of 18 digits are integers here. NaN equals nothing, as in Java.
#include "catalog/functions/kernel_abi.h"
#include "catalog/types/decimal.h"

namespace sluice {

#define SLUICE_COMPARE(suffix, T)                                                \
  SLUICE_KERNEL bool sluice_eq_##suffix(T a, T b) noexcept { return a == b; }    \
  SLUICE_KERNEL bool sluice_ne_##suffix(T a, T b) noexcept { return !(a == b); } \
  SLUICE_KERNEL bool sluice_lt_##suffix(T a, T b) noexcept { return a < b; }     \
  SLUICE_KERNEL bool sluice_le_##suffix(T a, T b) noexcept { return a <= b; }    \
  SLUICE_KERNEL bool sluice_gt_##suffix(T a, T b) noexcept { return a > b; }     \
  SLUICE_KERNEL bool sluice_ge_##suffix(T a, T b) noexcept { return a >= b; }
#define SLUICE_DISTINCT(suffix, T)                                                                   \
  SLUICE_KERNEL bool sluice_same_##suffix(const Nullable<T>& a, const Nullable<T>& b) noexcept {     \
    return a.is_null || b.is_null ? a.is_null == b.is_null : a.value == b.value;                     \
  }                                                                                                  \
  SLUICE_KERNEL bool sluice_distinct_##suffix(const Nullable<T>& a, const Nullable<T>& b) noexcept { \
    return a.is_null || b.is_null ? a.is_null != b.is_null : !(a.value == b.value);                  \
  }
#define SLUICE_EACH_SCALAR(apply)                                                                                   \
  apply(bool, bool) apply(i8, int8_t) apply(i16, int16_t) apply(i32, int32_t) apply(i64, int64_t) apply(f32, float) \
      apply(f64, double)

SLUICE_EACH_SCALAR(SLUICE_COMPARE)
SLUICE_COMPARE(i128, const Int128&)
SLUICE_COMPARE(string, const StringView&)
SLUICE_COMPARE(ns, const TimestampNs&)
SLUICE_EACH_SCALAR(SLUICE_DISTINCT)
SLUICE_DISTINCT(i128, Int128)
SLUICE_DISTINCT(string, StringView)
SLUICE_DISTINCT(ns, TimestampNs)

// DECIMALs keep their scales, because a common type may not have the digits.
#define SLUICE_COMPARE_DECIMAL(stem, op)                                                                           \
  SLUICE_KERNEL bool sluice_##stem##_decimal(const Int128& a, const Int128& b, const CallContext& call) noexcept { \
    return decimal_compare({a, call.args[0].scale}, {b, call.args[1].scale}) op 0;                                 \
  }
SLUICE_COMPARE_DECIMAL(eq, ==)
SLUICE_COMPARE_DECIMAL(ne, !=)
SLUICE_COMPARE_DECIMAL(lt, <)
SLUICE_COMPARE_DECIMAL(le, <=)
SLUICE_COMPARE_DECIMAL(gt, >)
SLUICE_COMPARE_DECIMAL(ge, >=)
SLUICE_KERNEL bool sluice_same_decimal(const Nullable<Int128>& a, const Nullable<Int128>& b,
                                       const CallContext& call) noexcept {
  if (a.is_null || b.is_null) return a.is_null == b.is_null;
  return sluice_eq_decimal(a.value, b.value, call);
}
SLUICE_KERNEL bool sluice_distinct_decimal(const Nullable<Int128>& a, const Nullable<Int128>& b,
                                           const CallContext& call) noexcept {
  return !sluice_same_decimal(a, b, call);
}

// Generated code knows the two by name and reads the validity itself.
SLUICE_KERNEL void sluice_is_null(const EvalCall& call) noexcept {
  const EvalArg& arg = call.args[0];
  auto* out = static_cast<bool*>(call.out->values);
  for (uint32_t i = 0; i < call.count; ++i) {
    uint32_t row = call.selection != nullptr ? call.selection[i] : i;
    out[row] = !is_valid(arg.column->validity, row & arg.row_mask);
  }
}
SLUICE_KERNEL void sluice_is_not_null(const EvalCall& call) noexcept {
  const EvalArg& arg = call.args[0];
  auto* out = static_cast<bool*>(call.out->values);
  for (uint32_t i = 0; i < call.count; ++i) {
    uint32_t row = call.selection != nullptr ? call.selection[i] : i;
    out[row] = is_valid(arg.column->validity, row & arg.row_mask);
  }
}

}  // namespace sluice

#ifndef SLUICE_KERNELS_ONLY
#include "catalog/functions/describe.h"
#include "catalog/functions/families.h"
#include "catalog/types/coercion.h"

namespace sluice {
namespace {

std::vector<Type> operands_in(const Type& common, const Type& left, const Type& right) {
  if (left.is_exact() && right.is_exact() && common.is(TypeRoot::Decimal))
    return {*as_decimal(left), *as_decimal(right)};
  return {common.with_nullability(left.nullable()), common.with_nullability(right.nullable())};
}

// Both operands in the type where they meet. Text never meets a number under `=`, as in Flink.
std::optional<std::vector<Type>> equality_coercion(const CallArguments& arguments) {
  if (arguments.types.size() != 2) return {};
  const Type &left = arguments.types[0], &right = arguments.types[1];
  if ((left.is_character() && right.is_numeric()) || (right.is_character() && left.is_numeric())) return {};
  auto common = comparison_type(left, right);
  if (left.is(TypeRoot::Float) && right.is(TypeRoot::Double)) common = Type::float32();  // The first operand decides.
  bool writes_interval = (left.is_character() && right.is_interval()) || (right.is_character() && left.is_interval());
  if (writes_interval) common = Type::string();
  if (!common) return {};
  if (common->is(TypeRoot::Null)) common = Type::boolean();
  return operands_in(*common, left, right);
}

std::optional<std::vector<Type>> order_coercion(const CallArguments& arguments) {
  if (arguments.types.size() != 2) return {};
  const Type &left = arguments.types[0], &right = arguments.types[1];
  auto common = comparison_type(left, right);
  if (!common || common->child_count() > 0) return {};
  if (left.root() != right.root() && (left.is(TypeRoot::Boolean) || right.is(TypeRoot::Boolean))) {
    common = Type::boolean();
  }
  if (common->is(TypeRoot::Null)) common = Type::boolean();
  return operands_in(*common, left, right);
}

template <auto Decimal, auto Bool, auto I8, auto I16, auto I32, auto I64, auto I128, auto F32, auto F64, auto String,
          auto Ns>
FunctionDecl by_form(std::string_view name, Coercion coercion) {
  FunctionDecl decl;
  decl.name = name;
  decl.coercion = coercion;
  decl.tries_text = coercion == equality_coercion;
  auto add = [&]<auto Kernel>(ArgClass form, std::integral_constant<decltype(Kernel), Kernel>) {
    decl.overloads.push_back(overload_of<Kernel>({form, form}));
  };
  decl.overloads.push_back(overload_of<Decimal>());
  add(ArgClass::PhysicalInt64, std::integral_constant<decltype(I64), I64>{});
  add(ArgClass::PhysicalInt32, std::integral_constant<decltype(I32), I32>{});
  add(ArgClass::PhysicalString, std::integral_constant<decltype(String), String>{});
  add(ArgClass::PhysicalBool, std::integral_constant<decltype(Bool), Bool>{});
  add(ArgClass::PhysicalInt8, std::integral_constant<decltype(I8), I8>{});
  add(ArgClass::PhysicalInt16, std::integral_constant<decltype(I16), I16>{});
  add(ArgClass::PhysicalInt128, std::integral_constant<decltype(I128), I128>{});
  add(ArgClass::PhysicalFloat32, std::integral_constant<decltype(F32), F32>{});
  add(ArgClass::PhysicalFloat64, std::integral_constant<decltype(F64), F64>{});
  add(ArgClass::PhysicalTimestampNs, std::integral_constant<decltype(Ns), Ns>{});
  return decl;
}

#define SLUICE_BY_FORM(stem)                                                                                           \
  by_form<sluice_##stem##_decimal, sluice_##stem##_bool, sluice_##stem##_i8, sluice_##stem##_i16, sluice_##stem##_i32, \
          sluice_##stem##_i64, sluice_##stem##_i128, sluice_##stem##_f32, sluice_##stem##_f64, sluice_##stem##_string, \
          sluice_##stem##_ns>

}  // namespace

std::vector<FunctionDecl> comparison_functions() {
  return {
      SLUICE_BY_FORM(eq)("=", equality_coercion)
          .doc("Whether both are equal.")
          .example("1 = 1", "TRUE")
          .example("'a' = 'b'", "FALSE"),
      SLUICE_BY_FORM(ne)("<>", equality_coercion).alias("!=").doc("Whether both differ.").example("1 <> 1", "FALSE"),
      SLUICE_BY_FORM(lt)("<", order_coercion).doc("Whether the first is less.").example("1 < 2", "TRUE"),
      SLUICE_BY_FORM(le)("<=", order_coercion).doc("Whether the first is not greater.").example("2 <= 2", "TRUE"),
      SLUICE_BY_FORM(gt)(">", order_coercion).doc("Whether the first is greater.").example("'b' > 'a'", "TRUE"),
      SLUICE_BY_FORM(ge)(">=", order_coercion).doc("Whether the first is not less.").example("1 >= 2", "FALSE"),
      SLUICE_BY_FORM(distinct)("IS DISTINCT FROM", equality_coercion)
          .doc("Whether both differ, where NULL is a value like any other.")
          .example("1 IS DISTINCT FROM CAST(NULL AS INT)", "TRUE"),
      SLUICE_BY_FORM(same)("IS NOT DISTINCT FROM", equality_coercion)
          .doc("Whether both are equal, where NULL is a value like any other.")
          .example("1 IS NOT DISTINCT FROM CAST(NULL AS INT)", "FALSE"),
      FunctionDecl{"IS NULL",
                   {overload_of<sluice_is_null>({ArgClass::Any}, [](const CallArguments&) { return Type::boolean(); })}}
          .nullability(ResultNullability::Never)
          .sees_null()
          .alias("IS UNKNOWN")
          .doc("Whether the value is NULL.")
          .example("NULLIF(1, 1) IS NULL", "TRUE"),
      FunctionDecl{
          "IS NOT NULL",
          {overload_of<sluice_is_not_null>({ArgClass::Any}, [](const CallArguments&) { return Type::boolean(); })}}
          .nullability(ResultNullability::Never)
          .sees_null()
          .alias("IS NOT UNKNOWN")
          .doc("Whether the value is not NULL.")
          .example("NULLIF(1, 1) IS NOT NULL", "FALSE"),
  };
}

}  // namespace sluice
#endif
