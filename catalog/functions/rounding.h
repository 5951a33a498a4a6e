#pragma once
// ROUND and TRUNCATE of numbers, as java.math.BigDecimal does them.
#include <cstdint>

#include "catalog/functions/kernel_abi.h"
#include "catalog/types/decimal.h"

namespace sluice {

inline int64_t truncate_integer(int64_t x, int32_t digits) {
  if (digits >= 0) return x;
  if (digits < -18) return 0;
  int64_t unit = static_cast<int64_t>(power_of_ten(-digits));
  return x / unit * unit;
}

inline int64_t round_integer(int64_t x, int32_t digits) {
  if (digits >= 0) return x;
  if (digits < -19) return 0;
  Int128 unit = power_of_ten(-digits);
  return static_cast<int64_t>(divide_half_up(x, unit) * unit);
}

// To the result's type. False when it does not fit.
inline bool round_decimal(Int128 x, int32_t digits, bool half_up, const CallContext& call, Int128& out) {
  int32_t scale = call.args[0].scale;
  if (digits < scale) {
    int64_t cut = int64_t{scale} - digits;
    if (cut > kDecimalPrecisionMax) {
      x = 0;
    } else {
      Int128 unit = power_of_ten(static_cast<int32_t>(cut));
      x = (half_up ? divide_half_up(x, unit) : x / unit) * unit;
    }
  }
  return decimal_rescale({x, scale}, {call.result.precision, call.result.scale}, out);
}

// On the digits that Java would print, so that 1.005 is what it looks like. NaN and infinities fail.
double round_floating(double x, int32_t digits, bool half_up, RowError& error);
float round_floating(float x, int32_t digits, bool half_up, RowError& error);

}  // namespace sluice
