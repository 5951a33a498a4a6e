// Arithmetic over integers, floats and doubles. Integers wrap, division by zero of integers fails the row; DECIMAL is
// in decimal.cc.
#include "catalog/functions/kernel_abi.h"
#include "catalog/types/decimal.h"

namespace sluice {

// Unsigned 64-bit arithmetic cut to the width is wrapping arithmetic of every width.
#define SLUICE_WRAPPING(suffix, T)                                                                           \
  SLUICE_KERNEL T sluice_add_##suffix(T a, T b) noexcept {                                                   \
    return static_cast<T>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));                              \
  }                                                                                                          \
  SLUICE_KERNEL T sluice_subtract_##suffix(T a, T b) noexcept {                                              \
    return static_cast<T>(static_cast<uint64_t>(a) - static_cast<uint64_t>(b));                              \
  }                                                                                                          \
  SLUICE_KERNEL T sluice_multiply_##suffix(T a, T b) noexcept {                                              \
    return static_cast<T>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));                              \
  }                                                                                                          \
  SLUICE_KERNEL T sluice_negate_##suffix(T a) noexcept { return static_cast<T>(-static_cast<uint64_t>(a)); } \
  SLUICE_KERNEL T sluice_divide_##suffix(T a, T b, RowError& error) noexcept {                               \
    if (b == 0) [[unlikely]]                                                                                 \
      return fail_row(error, "/ by zero"), T{0};                                                             \
    return b == -1 ? sluice_negate_##suffix(a) : static_cast<T>(a / b);                                      \
  }                                                                                                          \
  SLUICE_KERNEL T sluice_modulo_##suffix(T a, T b, RowError& error) noexcept {                               \
    if (b == 0) [[unlikely]]                                                                                 \
      return fail_row(error, "/ by zero"), T{0};                                                             \
    return b == -1 ? T{0} : static_cast<T>(a % b);                                                           \
  }

SLUICE_WRAPPING(i8, int8_t)
SLUICE_WRAPPING(i16, int16_t)
SLUICE_WRAPPING(i32, int32_t)
SLUICE_WRAPPING(i64, int64_t)

#define SLUICE_FLOATING(suffix, T)                                              \
  SLUICE_KERNEL T sluice_add_##suffix(T a, T b) noexcept { return a + b; }      \
  SLUICE_KERNEL T sluice_subtract_##suffix(T a, T b) noexcept { return a - b; } \
  SLUICE_KERNEL T sluice_multiply_##suffix(T a, T b) noexcept { return a * b; } \
  SLUICE_KERNEL T sluice_divide_##suffix(T a, T b) noexcept { return a / b; }   \
  SLUICE_KERNEL T sluice_negate_##suffix(T a) noexcept { return -a; }

SLUICE_FLOATING(f32, float)
SLUICE_FLOATING(f64, double)

// The remainder is below its divisor and has its type.
#define SLUICE_NARROW_MODULO(suffix, T)                                                  \
  SLUICE_KERNEL T sluice_modulo_i64_##suffix(int64_t a, T b, RowError& error) noexcept { \
    if (b == 0) [[unlikely]]                                                             \
      return fail_row(error, "/ by zero"), T{0};                                         \
    return b == -1 ? T{0} : static_cast<T>(a % b);                                       \
  }
SLUICE_NARROW_MODULO(i8, int8_t)
SLUICE_NARROW_MODULO(i16, int16_t)
SLUICE_NARROW_MODULO(i32, int32_t)

SLUICE_KERNEL void sluice_add_decimal(const Int128& a, const Int128& b, const CallContext& call,
                                      Nullable<Int128>& out) noexcept {
  out.is_null = !decimal_add({a, call.args[0].scale}, {b, call.args[1].scale},
                             {call.result.precision, call.result.scale}, out.value);
}
SLUICE_KERNEL void sluice_subtract_decimal(const Int128& a, const Int128& b, const CallContext& call,
                                           Nullable<Int128>& out) noexcept {
  out.is_null = !decimal_add({a, call.args[0].scale}, {-b, call.args[1].scale},
                             {call.result.precision, call.result.scale}, out.value);
}
SLUICE_KERNEL void sluice_multiply_decimal(const Int128& a, const Int128& b, const CallContext& call,
                                           Nullable<Int128>& out) noexcept {
  out.is_null = !decimal_multiply({a, call.args[0].scale}, {b, call.args[1].scale},
                                  {call.result.precision, call.result.scale}, out.value);
}
SLUICE_KERNEL void sluice_divide_decimal(const Int128& a, const Int128& b, const CallContext& call, RowError& error,
                                         Nullable<Int128>& out) noexcept {
  if (b == 0) [[unlikely]]
    return fail_row(error, "/ by zero");
  out.is_null = !decimal_divide({a, call.args[0].scale}, {b, call.args[1].scale},
                                {call.result.precision, call.result.scale}, out.value);
}
SLUICE_KERNEL void sluice_modulo_decimal(const Int128& a, const Int128& b, const CallContext& call, RowError& error,
                                         Nullable<Int128>& out) noexcept {
  if (b == 0) [[unlikely]]
    return fail_row(error, "/ by zero");
  out.is_null = !decimal_modulo({a, call.args[0].scale}, {b, call.args[1].scale},
                                {call.result.precision, call.result.scale}, out.value);
}
SLUICE_KERNEL void sluice_negate_decimal(const Int128& a, Int128& out) noexcept { out = -a; }

}  // namespace sluice

#ifndef SLUICE_KERNELS_ONLY
#include "catalog/functions/describe.h"
#include "catalog/functions/families.h"
#include "catalog/types/coercion.h"

namespace sluice {
namespace {

bool is_temporal(const Type& type) { return type.is_temporal() || type.is_interval(); }

// Both operands in the kernel's type: the wider integer, DOUBLE or FLOAT, or each as the DECIMAL it is.
template <DecimalOperation operation>
std::optional<std::vector<Type>> operands(const CallArguments& arguments) {
  std::vector<Type> types(arguments.types.begin(), arguments.types.end());
  if (types.size() != 2 || is_temporal(types[0]) || is_temporal(types[1])) return types;
  auto result = arithmetic_result(operation, types[0], types[1]);
  if (!result) return {};
  bool is_decimal = types[0].is(TypeRoot::Decimal) || types[1].is(TypeRoot::Decimal);
  for (Type& type : types) {
    if (is_decimal && result->is(TypeRoot::Decimal) && !type.is(TypeRoot::Null)) {
      type = *as_decimal(type);
    } else {
      type = result->with_nullability(type.nullable());
    }
  }
  return types;
}

std::optional<std::vector<Type>> modulo_operands(const CallArguments& arguments) {
  auto types = operands<DecimalOperation::Modulo>(arguments);
  if (!types || types->size() != 2 || !arguments.types[0].is_integer() || !arguments.types[1].is_integer())
    return types;
  return std::vector{Type::bigint().with_nullability(arguments.types[0].nullable()), arguments.types[1]};
}

template <DecimalOperation operation>
Type decimal_rule(const CallArguments& arguments) {
  return decimal_result(operation, arguments.types[0], arguments.types[1]);
}

Type same_as_argument(const CallArguments& arguments) { return arguments.types[0]; }

// A DECIMAL that overflows is NULL though its type may say NOT NULL, as in Flink.
template <auto Kernel, DecimalOperation operation>
Overload decimal_overload() {
  Overload overload = overload_of<Kernel>({}, decimal_rule<operation>);
  overload.nullability = ResultNullability::IfAnyArgument;
  return overload;
}

}  // namespace

std::vector<FunctionDecl> arithmetic_functions() {
  using enum DecimalOperation;
  return {
      scalar<sluice_add_i64, sluice_add_i32, sluice_add_i8, sluice_add_i16, sluice_add_f64, sluice_add_f32>("+")
          .overload(decimal_overload<sluice_add_decimal, Add>())
          .coerce(operands<Add>)
          .doc("Sum. Integers wrap around; a DECIMAL that overflows is NULL.")
          .example("1 + 2", "3")
          .example("1.5 + 2", "3.5")
          .example("2147483647 + 1", "-2147483648"),
      scalar<sluice_subtract_i64, sluice_subtract_i32, sluice_subtract_i8, sluice_subtract_i16, sluice_subtract_f64,
             sluice_subtract_f32>("-")
          .overload(decimal_overload<sluice_subtract_decimal, Add>())
          .coerce(operands<Add>)
          .doc("Difference. Integers wrap around; a DECIMAL that overflows is NULL.")
          .example("1 - 2", "-1")
          .example("1.5 - 0.25", "1.25"),
      scalar<sluice_multiply_i64, sluice_multiply_i32, sluice_multiply_i8, sluice_multiply_i16, sluice_multiply_f64,
             sluice_multiply_f32>("*")
          .overload(decimal_overload<sluice_multiply_decimal, Multiply>())
          .coerce(operands<Multiply>)
          .doc("Product. Integers wrap around; a DECIMAL that overflows is NULL.")
          .example("3 * 4", "12")
          .example("0.908 * 1000", "908.000"),
      scalar<sluice_divide_i64, sluice_divide_i32, sluice_divide_i8, sluice_divide_i16, sluice_divide_f64,
             sluice_divide_f32>("/")
          .overload(decimal_overload<sluice_divide_decimal, Divide>())
          .coerce(operands<Divide>)
          .doc("Quotient. Of integers it is cut; division of an integer or DECIMAL by zero fails.")
          .example("7 / 2", "3")
          .example("-7 / 2", "-3")
          .example("1 / (1 - 1)", "ERROR")
          .example("1.00 / 3", "0.3333333333333"),
      scalar<sluice_modulo_i64, sluice_modulo_i64_i32, sluice_modulo_i64_i8, sluice_modulo_i64_i16>("%")
          .alias("MOD")
          .overload(decimal_overload<sluice_modulo_decimal, Modulo>())
          .coerce(modulo_operands)
          .doc("Remainder with the sign of the first operand.")
          .example("7 % 3", "1")
          .example("-7 % 3", "-1")
          .example("7 % 0", "ERROR"),
      scalar<sluice_negate_i64, sluice_negate_i32, sluice_negate_i8, sluice_negate_i16, sluice_negate_f64,
             sluice_negate_f32>("-")
          .overload(overload_of<sluice_negate_decimal>({}, same_as_argument))
          .doc("The number with the other sign: unary `-`.")
          .example("-(1 + 1)", "-2"),
  };
}

}  // namespace sluice
#endif
