#pragma once
// DECIMAL as unscaled 128-bit integers. A result that does not fit is reported, and becomes NULL as in Flink. Light,
// because kernels include it.
#include <cstdint>

#include "base/scalar_abi.h"

namespace sluice {

inline constexpr int32_t kDecimalPrecisionMax = 38;

// 10^n for n in 0..38.
struct PowersOfTen {
  Int128 of[kDecimalPrecisionMax + 1];
  constexpr PowersOfTen() : of() {
    Int128 power = 1;
    for (int i = 0; i <= kDecimalPrecisionMax; ++i) {
      of[i] = power;
      if (i < kDecimalPrecisionMax) power *= 10;
    }
  }
};
inline constexpr PowersOfTen kPowersOfTen;
inline Int128 power_of_ten(int32_t n) { return kPowersOfTen.of[n]; }

inline bool fits_precision(Int128 unscaled, int32_t precision) {
  Int128 bound = power_of_ten(precision);
  return unscaled < bound && unscaled > -bound;
}
inline bool fits_int64(Int128 value) { return value == static_cast<int64_t>(value); }

struct DecimalValue {
  Int128 unscaled = 0;
  int32_t scale = 0;
};
struct DecimalForm {
  int32_t precision = 38;
  int32_t scale = 0;
};

// |a| / b rounded half up, away from zero; b > 0.
inline Int128 divide_half_up(Int128 a, Int128 b) {
  if (fits_int64(a) && fits_int64(b)) {
    int64_t x = static_cast<int64_t>(a), y = static_cast<int64_t>(b);
    int64_t quotient = x / y, rest = x % y;
    if (rest < 0) rest = -rest;
    if (rest >= y - rest) quotient += x < 0 ? -1 : 1;
    return quotient;
  }
  Int128 quotient = a / b, rest = a % b;
  if (rest < 0) rest = -rest;
  if (rest >= b - rest) quotient += a < 0 ? -1 : 1;
  return quotient;
}

// The value in another precision and scale, rounded half up. False when it does not fit; `out` is 0 then.
inline bool decimal_rescale(DecimalValue value, DecimalForm to, Int128& out) {
  out = 0;
  Int128 unscaled = value.unscaled;
  if (to.scale > value.scale) {
    int32_t shift = to.scale - value.scale;
    if (unscaled != 0 && (shift > kDecimalPrecisionMax || !fits_precision(unscaled, kDecimalPrecisionMax - shift))) {
      return false;
    }
    if (unscaled != 0) unscaled *= power_of_ten(shift);
  } else if (to.scale < value.scale) {
    int32_t shift = value.scale - to.scale;
    unscaled = shift > kDecimalPrecisionMax ? 0 : divide_half_up(unscaled, power_of_ten(shift));
  }
  if (!fits_precision(unscaled, to.precision)) return false;
  out = unscaled;
  return true;
}

// Exact up to 38 significant digits, then rounded half up to the form. False when the result does not fit. A divisor of
// zero is the caller's to look for.
bool decimal_multiply_slow(DecimalValue a, DecimalValue b, DecimalForm to, Int128& out);
bool decimal_divide(DecimalValue dividend, DecimalValue divisor, DecimalForm to, Int128& out);
bool decimal_add_slow(DecimalValue a, DecimalValue b, DecimalForm to, Int128& out);
// Remainder with the sign of the dividend.
bool decimal_modulo(DecimalValue dividend, DecimalValue divisor, DecimalForm to, Int128& out);

inline bool decimal_add(DecimalValue a, DecimalValue b, DecimalForm to, Int128& out) {
  if (fits_int64(a.unscaled) && fits_int64(b.unscaled) && to.scale >= a.scale && to.scale >= b.scale &&
      to.scale - a.scale <= 18 && to.scale - b.scale <= 18) {
    Int128 sum = a.unscaled * power_of_ten(to.scale - a.scale) + b.unscaled * power_of_ten(to.scale - b.scale);
    bool fits = fits_precision(sum, to.precision);
    out = fits ? sum : 0;
    return fits;
  }
  return decimal_add_slow(a, b, to, out);
}

inline bool decimal_multiply(DecimalValue a, DecimalValue b, DecimalForm to, Int128& out) {
  if (fits_int64(a.unscaled) && fits_int64(b.unscaled) && to.scale == a.scale + b.scale) {
    Int128 product = static_cast<Int128>(static_cast<int64_t>(a.unscaled)) * static_cast<int64_t>(b.unscaled);
    bool fits = fits_precision(product, to.precision);
    out = fits ? product : 0;
    return fits;
  }
  return decimal_multiply_slow(a, b, to, out);
}

inline int decimal_compare(DecimalValue a, DecimalValue b) {
  if (a.scale == b.scale) return a.unscaled < b.unscaled ? -1 : a.unscaled > b.unscaled ? 1 : 0;
  int32_t scale = a.scale > b.scale ? a.scale : b.scale;
  Int128 x = a.unscaled, y = b.unscaled;
  // What does not fit 38 digits after widening is larger in magnitude than anything that does.
  bool x_fits = decimal_rescale(a, {38, scale}, x), y_fits = decimal_rescale(b, {38, scale}, y);
  if (!x_fits) return a.unscaled < 0 ? -1 : 1;
  if (!y_fits) return b.unscaled < 0 ? 1 : -1;
  return x < y ? -1 : x > y ? 1 : 0;
}

}  // namespace sluice
