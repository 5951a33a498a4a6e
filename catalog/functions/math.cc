// Mathematical functions.
#include <cmath>

#include "catalog/functions/kernel_abi.h"
#include "catalog/functions/rounding.h"
#include "catalog/types/decimal.h"

namespace sluice {

#define SLUICE_INTEGER_MATH(suffix, T)                                                                                \
  SLUICE_KERNEL T sluice_abs_##suffix(T x) noexcept { return x < 0 ? static_cast<T>(-static_cast<uint64_t>(x)) : x; } \
  SLUICE_KERNEL T sluice_sign_##suffix(T x) noexcept { return static_cast<T>((x > 0) - (x < 0)); }                    \
  SLUICE_KERNEL T sluice_same_number_##suffix(T x) noexcept { return x; }                                             \
  SLUICE_KERNEL T sluice_round_to_##suffix(T x, int32_t digits) noexcept {                                            \
    return static_cast<T>(round_integer(x, digits));                                                                  \
  }                                                                                                                   \
  SLUICE_KERNEL T sluice_truncate_to_##suffix(T x, int32_t digits) noexcept {                                         \
    return static_cast<T>(truncate_integer(x, digits));                                                               \
  }
SLUICE_INTEGER_MATH(i8, int8_t)
SLUICE_INTEGER_MATH(i16, int16_t)
SLUICE_INTEGER_MATH(i32, int32_t)
SLUICE_INTEGER_MATH(i64, int64_t)

#define SLUICE_FLOAT_MATH(suffix, T)                                                                                 \
  SLUICE_KERNEL T sluice_abs_##suffix(T x) noexcept { return std::fabs(x); }                                         \
  SLUICE_KERNEL T sluice_sign_##suffix(T x) noexcept { return x > 0 ? T{1} : x < 0 ? T{-1} : x; }                    \
  SLUICE_KERNEL T sluice_ceil_##suffix(T x) noexcept { return std::ceil(x); }                                        \
  SLUICE_KERNEL T sluice_floor_##suffix(T x) noexcept { return std::floor(x); }                                      \
  SLUICE_KERNEL T sluice_round_to_##suffix(T x, int32_t digits, RowError& error) noexcept {                          \
    return round_floating(x, digits, true, error);                                                                   \
  }                                                                                                                  \
  SLUICE_KERNEL T sluice_truncate_to_##suffix(T x, int32_t digits, RowError& error) noexcept {                       \
    return round_floating(x, digits, false, error);                                                                  \
  }                                                                                                                  \
  SLUICE_KERNEL T sluice_round_##suffix(T x, RowError& error) noexcept { return round_floating(x, 0, true, error); } \
  SLUICE_KERNEL T sluice_truncate_##suffix(T x, RowError& error) noexcept { return round_floating(x, 0, false, error); }
SLUICE_FLOAT_MATH(f32, float)
SLUICE_FLOAT_MATH(f64, double)

SLUICE_KERNEL void sluice_abs_decimal(const Int128& x, Int128& out) noexcept { out = x < 0 ? -x : x; }
SLUICE_KERNEL void sluice_sign_decimal(const Int128& x, const CallContext& call, Int128& out) noexcept {
  out = x == 0 ? 0 : x < 0 ? -power_of_ten(call.result.scale) : power_of_ten(call.result.scale);
}
SLUICE_KERNEL void sluice_ceil_decimal(const Int128& x, const CallContext& call, Int128& out) noexcept {
  Int128 unit = power_of_ten(call.args[0].scale);
  out = x / unit + (x % unit > 0 ? 1 : 0);
}
SLUICE_KERNEL void sluice_floor_decimal(const Int128& x, const CallContext& call, Int128& out) noexcept {
  Int128 unit = power_of_ten(call.args[0].scale);
  out = x / unit - (x % unit < 0 ? 1 : 0);
}
SLUICE_KERNEL void sluice_round_decimal(const Int128& x, const CallContext& call, Nullable<Int128>& out) noexcept {
  out.is_null = !round_decimal(x, 0, true, call, out.value);
}
SLUICE_KERNEL void sluice_round_to_decimal(const Int128& x, int32_t digits, const CallContext& call,
                                           Nullable<Int128>& out) noexcept {
  out.is_null = !round_decimal(x, digits, true, call, out.value);
}
SLUICE_KERNEL void sluice_truncate_decimal(const Int128& x, const CallContext& call, Nullable<Int128>& out) noexcept {
  out.is_null = !round_decimal(x, 0, false, call, out.value);
}
SLUICE_KERNEL void sluice_truncate_to_decimal(const Int128& x, int32_t digits, const CallContext& call,
                                              Nullable<Int128>& out) noexcept {
  out.is_null = !round_decimal(x, digits, false, call, out.value);
}

SLUICE_KERNEL double sluice_power(double x, double y) noexcept {
  // Java: 1 to the power of NaN and of infinities is NaN.
  if (std::isnan(y) || (std::isinf(y) && std::fabs(x) == 1)) return std::nan("");
  return std::pow(x, y);
}
SLUICE_KERNEL double sluice_sqrt(double x) noexcept { return std::pow(x, 0.5); }
SLUICE_KERNEL double sluice_ln(double x) noexcept { return std::log(x); }
SLUICE_KERNEL double sluice_log_base(double base, double x) noexcept { return std::log(x) / std::log(base); }
SLUICE_KERNEL double sluice_log10(double x) noexcept { return std::log10(x); }
SLUICE_KERNEL double sluice_log2(double x) noexcept { return std::log(x) / std::log(2.0); }
SLUICE_KERNEL double sluice_exp(double x) noexcept { return std::exp(x); }
SLUICE_KERNEL double sluice_sin(double x) noexcept { return std::sin(x); }
SLUICE_KERNEL double sluice_sinh(double x) noexcept { return std::sinh(x); }
SLUICE_KERNEL double sluice_cos(double x) noexcept { return std::cos(x); }
SLUICE_KERNEL double sluice_cosh(double x) noexcept { return std::cosh(x); }
SLUICE_KERNEL double sluice_tan(double x) noexcept { return std::tan(x); }
SLUICE_KERNEL double sluice_tanh(double x) noexcept { return std::tanh(x); }
SLUICE_KERNEL double sluice_cot(double x) noexcept { return 1.0 / std::tan(x); }
SLUICE_KERNEL double sluice_asin(double x) noexcept { return std::asin(x); }
SLUICE_KERNEL double sluice_acos(double x) noexcept { return std::acos(x); }
SLUICE_KERNEL double sluice_atan(double x) noexcept { return std::atan(x); }
SLUICE_KERNEL double sluice_atan2(double y, double x) noexcept { return std::atan2(y, x); }
SLUICE_KERNEL double sluice_degrees(double x) noexcept { return x * (180.0 / M_PI); }
SLUICE_KERNEL double sluice_radians(double x) noexcept { return x * (M_PI / 180.0); }
SLUICE_KERNEL double sluice_pi() noexcept { return M_PI; }
SLUICE_KERNEL double sluice_e() noexcept { return M_E; }

}  // namespace sluice

#ifndef SLUICE_KERNELS_ONLY
#include <algorithm>

#include "catalog/functions/describe.h"
#include "catalog/functions/families.h"

namespace sluice {
namespace {

Type same_as_argument(const CallArguments& arguments) { return arguments.types[0]; }
Type whole_decimal(const CallArguments& arguments) { return Type::decimal(arguments.types[0].precision(), 0); }

// ROUND and TRUNCATE keep one digit more before the point than the argument has, because 9.9 becomes 10.
Type rounded_decimal(const CallArguments& arguments) {
  const Type& type = arguments.types[0];
  int64_t digits = 0;
  if (arguments.types.size() > 1) {
    const Value* constant = arguments.constant(1);
    if (constant == nullptr || constant->is_null()) return type;
    digits = constant->get<int64_t>();
  }
  if (digits >= type.scale()) return type;
  int32_t scale = static_cast<int32_t>(std::max<int64_t>(digits, 0));
  return Type::decimal(std::min(38, 1 + type.precision() - type.scale() + scale), scale);
}

Overload over_decimal(Overload overload, ResultRule rule) {
  overload.result = rule;
  overload.nullability = ResultNullability::IfAnyArgument;
  return overload;
}

// All overloads of ROUND or TRUNCATE for one name.
template <auto I8, auto I16, auto I32, auto I64, auto F32, auto F64, auto D, auto F32Whole, auto F64Whole, auto DWhole>
FunctionDecl rounding(std::string_view name) {
  return scalar<I32, I64, I8, I16, F64, F32, sluice_same_number_i32, sluice_same_number_i64, sluice_same_number_i8,
                sluice_same_number_i16, F64Whole, F32Whole>(name)
      .overload(over_decimal(overload_of<D>(), rounded_decimal))
      .overload(over_decimal(overload_of<DWhole>(), rounded_decimal));
}

template <auto F32, auto F64, auto D>
FunctionDecl to_whole(std::string_view name) {
  return scalar<sluice_same_number_i32, sluice_same_number_i64, sluice_same_number_i8, sluice_same_number_i16, F64,
                F32>(name)
      .overload(over_decimal(overload_of<D>(), whole_decimal));
}

std::vector<FunctionDecl> number_functions() {
  return {
      scalar<sluice_abs_i32, sluice_abs_i64, sluice_abs_i8, sluice_abs_i16, sluice_abs_f64, sluice_abs_f32>("ABS")
          .overload(over_decimal(overload_of<sluice_abs_decimal>(), same_as_argument))
          .doc("The number without its sign.")
          .example("ABS(-3)", "3")
          .example("ABS(-1.50)", "1.50"),
      scalar<sluice_sign_i32, sluice_sign_i64, sluice_sign_i8, sluice_sign_i16, sluice_sign_f64, sluice_sign_f32>(
          "SIGN")
          .overload(over_decimal(overload_of<sluice_sign_decimal>(), same_as_argument))
          .doc("-1, 0 or 1, in the type of the number.")
          .example("SIGN(-3)", "-1")
          .example("SIGN(2.50)", "1.00"),
      to_whole<sluice_ceil_f32, sluice_ceil_f64, sluice_ceil_decimal>("CEIL")
          .alias("CEILING")
          .doc("The least whole number that is not less.")
          .example("CEIL(1.2)", "2")
          .example("CEIL(-1.2)", "-1"),
      to_whole<sluice_floor_f32, sluice_floor_f64, sluice_floor_decimal>("FLOOR")
          .doc("The greatest whole number that is not greater.")
          .example("FLOOR(1.2)", "1")
          .example("FLOOR(-1.2)", "-2"),
      rounding<sluice_round_to_i8, sluice_round_to_i16, sluice_round_to_i32, sluice_round_to_i64, sluice_round_to_f32,
               sluice_round_to_f64, sluice_round_to_decimal, sluice_round_f32, sluice_round_f64, sluice_round_decimal>(
          "ROUND")
          .doc("Rounded half up, away from zero, to a number of decimal places (0 if not given).")
          .example("ROUND(1.245, 2)", "1.25")
          .example("ROUND(-2.5)", "-3")
          .example("ROUND(155, -1)", "160"),
      rounding<sluice_truncate_to_i8, sluice_truncate_to_i16, sluice_truncate_to_i32, sluice_truncate_to_i64,
               sluice_truncate_to_f32, sluice_truncate_to_f64, sluice_truncate_to_decimal, sluice_truncate_f32,
               sluice_truncate_f64, sluice_truncate_decimal>("TRUNCATE")
          .doc("Cut to a number of decimal places (0 if not given).")
          .example("TRUNCATE(1.249, 2)", "1.24"),
  };
}

// A DECIMAL goes with a DECIMAL only.
std::optional<std::vector<Type>> angle_types(const CallArguments& arguments) {
  if (arguments.types.size() != 2) return {};
  if (arguments.types[0].is(TypeRoot::Decimal) && !arguments.types[1].is(TypeRoot::Decimal)) return {};
  return std::vector<Type>(arguments.types.begin(), arguments.types.end());
}

}  // namespace

std::vector<FunctionDecl> math_functions() {
  std::vector<FunctionDecl> out = number_functions();
  std::vector<FunctionDecl> more = {
      scalar<sluice_power>("POWER").doc("x to the power of y.").example("POWER(2, 10)", "1024.0"),
      scalar<sluice_sqrt>("SQRT").doc("Square root.").example("SQRT(9)", "3.0"),
      scalar<sluice_ln>("LN").doc("Natural logarithm.").example("LN(1)", "0.0"),
      scalar<sluice_ln, sluice_log_base>("LOG")
          .doc("Natural logarithm, or with two arguments that of the second to the base of the first.")
          .example("LOG(1)", "0.0"),
      scalar<sluice_log10>("LOG10").doc("Logarithm to the base 10.").example("LOG10(100)", "2.0"),
      scalar<sluice_log2>("LOG2").doc("Logarithm to the base 2.").example("LOG2(8)", "3.0"),
      scalar<sluice_exp>("EXP").doc("e to the power of x.").example("EXP(0)", "1.0"),
      scalar<sluice_sin>("SIN").doc("Sine.").example("SIN(0)", "0.0"),
      scalar<sluice_sinh>("SINH").doc("Hyperbolic sine.").example("SINH(0)", "0.0"),
      scalar<sluice_cos>("COS").doc("Cosine.").example("COS(0)", "1.0"),
      scalar<sluice_cosh>("COSH").doc("Hyperbolic cosine.").example("COSH(0)", "1.0"),
      scalar<sluice_tan>("TAN").doc("Tangent.").example("TAN(0)", "0.0"),
      scalar<sluice_tanh>("TANH").doc("Hyperbolic tangent.").example("TANH(0)", "0.0"),
      scalar<sluice_cot>("COT").doc("Cotangent.").example("COT(1) > 0.64", "TRUE"),
      scalar<sluice_asin>("ASIN").doc("Inverse sine.").example("ASIN(0)", "0.0"),
      scalar<sluice_acos>("ACOS").doc("Inverse cosine.").example("ACOS(1)", "0.0"),
      scalar<sluice_atan>("ATAN").doc("Inverse tangent.").example("ATAN(0)", "0.0"),
      scalar<sluice_atan2>("ATAN2")
          .coerce(angle_types)
          .doc("Angle of the point (x, y), given as y, x.")
          .example("ATAN2(0, 1)", "0.0"),
      scalar<sluice_degrees>("DEGREES").doc("Radians as degrees.").example("DEGREES(0)", "0.0"),
      scalar<sluice_radians>("RADIANS").doc("Degrees as radians.").example("RADIANS(0)", "0.0"),
      scalar<sluice_pi>("PI").nullability(ResultNullability::Never).doc("3.14159...").example("PI() > 3.14159", "TRUE"),
      scalar<sluice_e>("E").nullability(ResultNullability::Never).doc("2.71828...").example("E() > 2.71828", "TRUE"),
  };
  for (FunctionDecl& decl : more) out.push_back(std::move(decl));
  return out;
}

}  // namespace sluice
#endif
