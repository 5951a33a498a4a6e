// CAST and TRY_CAST among numbers, BOOLEAN and intervals, with Java's conversions: integers wrap, floats are cut and
// saturate at 32 or 64 bits, what does not fit a DECIMAL is NULL. Text is in cast_text.cc, dates are in cast_time.cc.
#include <cmath>

#include "catalog/functions/kernel_abi.h"
#include "catalog/functions/text_length.h"
#include "catalog/types/decimal.h"
#include "catalog/types/text_form.h"

namespace sluice {
namespace {

template <class To>
To saturated(double value) {
  if (std::isnan(value)) return 0;
  if (value >= -static_cast<double>(std::numeric_limits<To>::min())) return std::numeric_limits<To>::max();
  if (value <= static_cast<double>(std::numeric_limits<To>::min())) return std::numeric_limits<To>::min();
  return static_cast<To>(value);
}

bool floating_to_decimal(double value, const CallContext& call, RowError& error, Nullable<Int128>& out) {
  char text[kTextMax];
  if (std::isnan(value) || std::isinf(value)) return fail_row(error, "NaN and infinity are no DECIMAL"), false;
  auto size = static_cast<uint32_t>(write_double(text, value) - text);
  bool fits = true;
  read_decimal(text, size, call.result.precision, call.result.scale, out.value, fits);
  out.is_null = !fits;
  return true;
}

// Exact where the digits and the power of ten are doubles, through text elsewhere.
double decimal_to_double(Int128 unscaled, int32_t scale) {
  constexpr int64_t kExact = int64_t{1} << 53;
  if (unscaled <= kExact && unscaled >= -kExact && scale <= 22) {
    return static_cast<double>(static_cast<int64_t>(unscaled)) / static_cast<double>(power_of_ten(scale));
  }
  char text[kTextMax];
  double out = 0;
  read_double(text, static_cast<uint32_t>(write_decimal(text, unscaled, scale) - text), out);
  return out;
}

int64_t decimal_to_integer(Int128 unscaled, const CallContext& call) {
  return static_cast<int64_t>(unscaled / power_of_ten(call.args[0].scale));
}

}  // namespace

#define SLUICE_CAST_NUMBER(from, F, to, T) \
  SLUICE_KERNEL T sluice_cast_##from##_##to(F x) noexcept { return static_cast<T>(x); }
#define SLUICE_CAST_INTEGER(from, F)                                                                              \
  SLUICE_CAST_NUMBER(from, F, i8, int8_t)                                                                         \
  SLUICE_CAST_NUMBER(from, F, i16, int16_t)                                                                       \
  SLUICE_CAST_NUMBER(from, F, i32, int32_t)                                                                       \
  SLUICE_CAST_NUMBER(from, F, i64, int64_t)                                                                       \
  SLUICE_CAST_NUMBER(from, F, f32, float)                                                                         \
  SLUICE_CAST_NUMBER(from, F, f64, double)                                                                        \
  SLUICE_KERNEL bool sluice_cast_##from##_bool(F x) noexcept { return x != 0; }                                   \
  SLUICE_KERNEL void sluice_cast_##from##_decimal(F x, const CallContext& call, Nullable<Int128>& out) noexcept { \
    out.is_null = !decimal_rescale({x, 0}, {call.result.precision, call.result.scale}, out.value);                \
  }
SLUICE_CAST_INTEGER(i8, int8_t)
SLUICE_CAST_INTEGER(i16, int16_t)
SLUICE_CAST_INTEGER(i32, int32_t)
SLUICE_CAST_INTEGER(i64, int64_t)

#define SLUICE_CAST_FLOATING(from, F)                                                                                  \
  SLUICE_KERNEL int8_t sluice_cast_##from##_i8(F x) noexcept { return static_cast<int8_t>(saturated<int32_t>(x)); }    \
  SLUICE_KERNEL int16_t sluice_cast_##from##_i16(F x) noexcept { return static_cast<int16_t>(saturated<int32_t>(x)); } \
  SLUICE_KERNEL int32_t sluice_cast_##from##_i32(F x) noexcept { return saturated<int32_t>(x); }                       \
  SLUICE_KERNEL int64_t sluice_cast_##from##_i64(F x) noexcept { return saturated<int64_t>(x); }                       \
  SLUICE_CAST_NUMBER(from, F, f32, float)                                                                              \
  SLUICE_CAST_NUMBER(from, F, f64, double)                                                                             \
  SLUICE_KERNEL bool sluice_cast_##from##_bool(F x) noexcept { return x != 0; }                                        \
  SLUICE_KERNEL void sluice_cast_##from##_decimal(F x, const CallContext& call, RowError& error,                       \
                                                  Nullable<Int128>& out) noexcept {                                    \
    floating_to_decimal(static_cast<double>(x), call, error, out);                                                     \
  }
SLUICE_CAST_FLOATING(f32, float)
SLUICE_CAST_FLOATING(f64, double)

#define SLUICE_CAST_DECIMAL(to, T)                                                              \
  SLUICE_KERNEL T sluice_cast_decimal_##to(const Int128& x, const CallContext& call) noexcept { \
    return static_cast<T>(decimal_to_integer(x, call));                                         \
  }
SLUICE_CAST_DECIMAL(i8, int8_t)
SLUICE_CAST_DECIMAL(i16, int16_t)
SLUICE_CAST_DECIMAL(i32, int32_t)
SLUICE_CAST_DECIMAL(i64, int64_t)
SLUICE_KERNEL double sluice_cast_decimal_f64(const Int128& x, const CallContext& call) noexcept {
  return decimal_to_double(x, call.args[0].scale);
}
SLUICE_KERNEL float sluice_cast_decimal_f32(const Int128& x, const CallContext& call) noexcept {
  return static_cast<float>(decimal_to_double(x, call.args[0].scale));
}
SLUICE_KERNEL bool sluice_cast_decimal_bool(const Int128& x) noexcept { return x != 0; }
SLUICE_KERNEL void sluice_cast_decimal_decimal(const Int128& x, const CallContext& call,
                                               Nullable<Int128>& out) noexcept {
  out.is_null = !decimal_rescale({x, call.args[0].scale}, {call.result.precision, call.result.scale}, out.value);
}

#define SLUICE_CAST_BOOL(to, T) \
  SLUICE_KERNEL T sluice_cast_bool_##to(bool x) noexcept { return static_cast<T>(x ? 1 : 0); }
SLUICE_CAST_BOOL(i8, int8_t)
SLUICE_CAST_BOOL(i16, int16_t)
SLUICE_CAST_BOOL(i32, int32_t)
SLUICE_CAST_BOOL(i64, int64_t)
SLUICE_CAST_BOOL(f32, float)
SLUICE_CAST_BOOL(f64, double)
SLUICE_KERNEL bool sluice_cast_bool_bool(bool x) noexcept { return x; }
SLUICE_KERNEL void sluice_cast_bool_decimal(bool x, const CallContext& call, Nullable<Int128>& out) noexcept {
  out.is_null = !decimal_rescale({x ? 1 : 0, 0}, {call.result.precision, call.result.scale}, out.value);
}

// Numbers as intervals are months or milliseconds, whatever the interval's unit.
#define SLUICE_CAST_TO_INTERVAL(from, F)                                   \
  SLUICE_KERNEL IntervalMonths sluice_cast_##from##_months(F x) noexcept { \
    return IntervalMonths{static_cast<int32_t>(x)};                        \
  }                                                                        \
  SLUICE_KERNEL IntervalMs sluice_cast_##from##_interval(F x) noexcept { return IntervalMs{static_cast<int64_t>(x)}; }
SLUICE_CAST_TO_INTERVAL(i8, int8_t)
SLUICE_CAST_TO_INTERVAL(i16, int16_t)
SLUICE_CAST_TO_INTERVAL(i32, int32_t)
SLUICE_CAST_TO_INTERVAL(i64, int64_t)
SLUICE_KERNEL IntervalMonths sluice_cast_months_months(IntervalMonths x) noexcept { return x; }
SLUICE_KERNEL IntervalMs sluice_cast_interval_interval(IntervalMs x) noexcept { return x; }

}  // namespace sluice

#ifndef SLUICE_KERNELS_ONLY
#include "catalog/functions/cast_rows.h"
#include "catalog/functions/families.h"

namespace sluice {

std::vector<Overload> number_casts() {
  std::vector<Overload> out;
#define SLUICE_CAST_ROW(from)                                                                                      \
  add_casts<sluice_cast_##from##_i8, sluice_cast_##from##_i16, sluice_cast_##from##_i32, sluice_cast_##from##_i64, \
            sluice_cast_##from##_f32, sluice_cast_##from##_f64, sluice_cast_##from##_bool,                         \
            sluice_cast_##from##_decimal>(out);
  SLUICE_CAST_ROW(i8)
  SLUICE_CAST_ROW(i16)
  SLUICE_CAST_ROW(i32)
  SLUICE_CAST_ROW(i64)
  SLUICE_CAST_ROW(f32)
  SLUICE_CAST_ROW(f64)
  SLUICE_CAST_ROW(decimal)
  SLUICE_CAST_ROW(bool)
  add_casts<sluice_cast_i8_months, sluice_cast_i16_months, sluice_cast_i32_months, sluice_cast_i64_months,
            sluice_cast_i8_interval, sluice_cast_i16_interval, sluice_cast_i32_interval, sluice_cast_i64_interval,
            sluice_cast_months_months, sluice_cast_interval_interval>(out);
  return out;
}

std::vector<FunctionDecl> cast_functions() {
  FunctionDecl cast{"CAST", {}};
  for (auto part : {number_casts, text_casts, time_casts, nested_casts, variant_casts}) {
    for (Overload& overload : part()) cast.overloads.push_back(std::move(overload));
  }
  FunctionDecl try_cast = cast;
  try_cast.name = "TRY_CAST";
  for (Overload& overload : try_cast.overloads) {
    overload.errors_are_null = true;
    overload.nullability = ResultNullability::Always;
    overload.speculatable = overload.speculatable && !overload.fallible;
  }
  return {
      std::move(cast)
          .doc("The value as another type; a text that cannot be read fails.")
          .example("CAST('12' AS INT)", "12")
          .example("CAST('a' AS INT)", "ERROR")
          .example("CAST(1.5 AS INT)", "1")
          .example("CAST(TRUE AS STRING)", "'TRUE'")
          .example("CAST(1.50 AS STRING)", "'1.50'")
          .example("CAST('abc' AS CHAR(5))", "'abc  '")
          .example("CAST('2020-02-29' AS DATE)", "DATE '2020-02-29'"),
      std::move(try_cast).doc("As CAST, but NULL where that fails.").example("TRY_CAST('a' AS INT)", "NULL"),
  };
}

}  // namespace sluice
#endif
