#include "catalog/types/decimal.h"

#include <bit>

namespace sluice {
namespace {

using UInt128 = unsigned __int128;

// 256 bits, unsigned: products of two DECIMALs and dividends that were widened.
struct UInt256 {
  UInt128 high = 0;
  UInt128 low = 0;
};

UInt256 multiply(UInt128 a, UInt128 b) {
  uint64_t a0 = static_cast<uint64_t>(a), a1 = static_cast<uint64_t>(a >> 64);
  uint64_t b0 = static_cast<uint64_t>(b), b1 = static_cast<uint64_t>(b >> 64);
  UInt128 low = static_cast<UInt128>(a0) * b0, high = static_cast<UInt128>(a1) * b1;
  UInt128 middle = static_cast<UInt128>(a0) * b1;
  UInt128 other = static_cast<UInt128>(a1) * b0;
  UInt128 carry = (low >> 64) + static_cast<uint64_t>(middle) + static_cast<uint64_t>(other);
  high += (middle >> 64) + (other >> 64) + (carry >> 64);
  return {high, (carry << 64) | static_cast<uint64_t>(low)};
}

// Quotient and rest by shift and subtract. False when the quotient does not fit 128 bits.
bool divide(UInt256 dividend, UInt128 divisor, UInt128& quotient, UInt128& rest) {
  if (dividend.high == 0) {
    quotient = dividend.low / divisor;
    rest = dividend.low % divisor;
    return true;
  }
  if (dividend.high >= divisor) return false;
  rest = dividend.high;
  quotient = 0;
  for (int bit = 127; bit >= 0; --bit) {
    bool carry = (rest >> 127) != 0;
    rest = (rest << 1) | ((dividend.low >> bit) & 1);
    quotient <<= 1;
    if (carry || rest >= divisor) {
      rest -= divisor;
      quotient |= 1;
    }
  }
  return true;
}

UInt128 magnitude(Int128 value) { return value < 0 ? -static_cast<UInt128>(value) : static_cast<UInt128>(value); }

bool settle(UInt128 unsigned_value, bool negative, DecimalForm to, Int128& out) {
  out = 0;
  if (unsigned_value >= static_cast<UInt128>(power_of_ten(to.precision))) return false;
  out = negative ? -static_cast<Int128>(unsigned_value) : static_cast<Int128>(unsigned_value);
  return true;
}

bool divide_half_up(UInt256 dividend, UInt128 divisor, bool negative, DecimalForm to, Int128& out) {
  UInt128 quotient = 0, rest = 0;
  out = 0;
  if (!divide(dividend, divisor, quotient, rest)) return false;
  if (rest >= divisor - rest) ++quotient;
  return settle(quotient, negative, to, out);
}

}  // namespace

bool decimal_multiply_slow(DecimalValue a, DecimalValue b, DecimalForm to, Int128& out) {
  UInt256 product = multiply(magnitude(a.unscaled), magnitude(b.unscaled));
  bool negative = (a.unscaled < 0) != (b.unscaled < 0);
  int32_t cut = a.scale + b.scale - to.scale;
  out = 0;
  if (cut > kDecimalPrecisionMax) {
    // Two steps, because the divisor alone would not fit; the first one does not round.
    UInt128 quotient = 0, rest = 0;
    UInt128 first = static_cast<UInt128>(power_of_ten(cut - kDecimalPrecisionMax));
    if (!divide(product, first, quotient, rest)) return false;
    return divide_half_up({0, quotient}, static_cast<UInt128>(power_of_ten(kDecimalPrecisionMax)), negative, to, out);
  }
  if (cut >= 0) return divide_half_up(product, static_cast<UInt128>(power_of_ten(cut)), negative, to, out);
  if (product.high != 0 || product.low >> 127 != 0) return false;
  Int128 value = static_cast<Int128>(product.low);
  return decimal_rescale({negative ? -value : value, a.scale + b.scale}, to, out);
}

bool decimal_divide(DecimalValue dividend, DecimalValue divisor, DecimalForm to, Int128& out) {
  bool negative = (dividend.unscaled < 0) != (divisor.unscaled < 0);
  UInt128 a = magnitude(dividend.unscaled), b = magnitude(divisor.unscaled);
  int32_t shift = to.scale - dividend.scale + divisor.scale;
  out = 0;
  if (a == 0) return true;
  if (shift > 2 * kDecimalPrecisionMax) return false;
  if (shift > kDecimalPrecisionMax) {
    UInt256 wide = multiply(a, static_cast<UInt128>(power_of_ten(shift - kDecimalPrecisionMax)));
    if (wide.high != 0) return false;
    return divide_half_up(multiply(wide.low, static_cast<UInt128>(power_of_ten(kDecimalPrecisionMax))), b, negative, to,
                          out);
  }
  if (shift >= 0) {
    return divide_half_up(multiply(a, static_cast<UInt128>(power_of_ten(shift))), b, negative, to, out);
  }
  UInt256 wide = multiply(b, static_cast<UInt128>(power_of_ten(-shift < 38 ? -shift : 38)));
  if (wide.high != 0) return true;  // Less than half a unit of the result.
  return divide_half_up({0, a}, wide.low, negative, to, out);
}

bool decimal_add_slow(DecimalValue a, DecimalValue b, DecimalForm to, Int128& out) {
  int32_t scale = a.scale > b.scale ? a.scale : b.scale;
  Int128 x = 0, y = 0, sum = 0;
  out = 0;
  if (decimal_rescale(a, {38, scale}, x) && decimal_rescale(b, {38, scale}, y)) {
    if (!__builtin_add_overflow(x, y, &sum)) return decimal_rescale({sum, scale}, to, out);
    // Two values of 38 digits with one sign fit 128 bits without it, and the result's scale may cut the last digits.
    int32_t cut = scale - to.scale;
    if (cut < 0) return false;
    return divide_half_up({0, magnitude(x) + magnitude(y)}, static_cast<UInt128>(power_of_ten(cut)), x < 0, to, out);
  }
  // One needs more than 38 digits in the common scale: add what stands before the result's last digit, then round.
  int32_t guard = to.scale;
  if (!decimal_rescale(a, {38, guard}, x) || !decimal_rescale(b, {38, guard}, y)) return false;
  if (__builtin_add_overflow(x, y, &sum) || !fits_precision(sum, to.precision)) return false;
  out = sum;
  return true;
}

bool decimal_modulo(DecimalValue dividend, DecimalValue divisor, DecimalForm to, Int128& out) {
  int32_t scale = dividend.scale > divisor.scale ? dividend.scale : divisor.scale;
  UInt256 a = multiply(magnitude(dividend.unscaled), static_cast<UInt128>(power_of_ten(scale - dividend.scale)));
  UInt256 b = multiply(magnitude(divisor.unscaled), static_cast<UInt128>(power_of_ten(scale - divisor.scale)));
  UInt128 quotient = 0, rest = 0;
  out = 0;
  if (b.high != 0) {  // The divisor is larger than any 38 digits: the dividend is the rest, if it is smaller.
    return decimal_rescale(dividend, to, out);
  }
  if (a.high >= b.low) {
    divide({0, a.high % b.low}, b.low, quotient, rest);
    a.high = rest;
  }
  divide(a, b.low, quotient, rest);
  Int128 value = dividend.unscaled < 0 ? -static_cast<Int128>(rest) : static_cast<Int128>(rest);
  return decimal_rescale({value, scale}, to, out);
}

}  // namespace sluice
