#pragma once
// Arithmetic of accumulators: wrapping for integers, checked for DECIMAL, rounded division for AVG.
#include <cstdint>
#include <limits>
#include <optional>
#include <type_traits>

#include "base/scalar_abi.h"

namespace sluice::runtime::interp {

// The largest DECIMAL(38, s), unscaled.
inline constexpr Int128 kDecimalMax = [] {
  Int128 value = 1;
  for (int i = 0; i < 38; ++i) value *= 10;
  return value - 1;
}();

inline std::optional<Int128> within_decimal(Int128 value) {
  if (value > kDecimalMax || value < -kDecimalMax) return {};
  return value;
}

// False when the sum does not fit and is NULL from here on; only for DECIMAL.
template <class T>
bool add_number(T& sum, T value, bool negative) {
  if constexpr (std::is_floating_point_v<T>) {
    sum = negative ? sum - value : sum + value;
  } else if constexpr (sizeof(T) == 16) {
    sum = negative ? sum - value : sum + value;  // Two values below 10^38 cannot overflow 127 bits.
    if (!within_decimal(sum)) {
      sum = 0;
      return false;
    }
  } else {
    using Unsigned = std::make_unsigned_t<T>;
    auto a = static_cast<Unsigned>(sum);
    auto b = static_cast<Unsigned>(value);
    sum = static_cast<T>(static_cast<Unsigned>(negative ? a - b : a + b));
  }
  return true;
}

// sum / count with `digits` more decimal places, rounded half up (away from zero); nothing when it has over 38 digits.
inline std::optional<Int128> average_decimal(Int128 sum, int64_t count, int digits) {
  bool negative = (sum < 0) != (count < 0);
  Int128 rest = sum < 0 ? -sum : sum;
  Int128 divisor = count < 0 ? -static_cast<Int128>(count) : count;
  Int128 quotient = rest / divisor;
  rest %= divisor;
  for (int i = 0; i < digits; ++i) {
    rest *= 10;
    if (quotient > kDecimalMax / 10) return {};
    quotient = quotient * 10 + rest / divisor;
    rest %= divisor;
  }
  if (rest * 2 >= divisor) ++quotient;
  return within_decimal(negative ? -quotient : quotient);
}

}  // namespace sluice::runtime::interp
