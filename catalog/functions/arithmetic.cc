// Arithmetic over integers, floats and doubles. Integers wrap, division by zero of integers fails the row; DECIMAL is
// in decimal.cc.
#include "catalog/functions/kernel_abi.h"

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

}  // namespace sluice

#ifndef SLUICE_KERNELS_ONLY
#include "catalog/functions/describe.h"
#include "catalog/functions/families.h"

namespace sluice {

std::vector<FunctionDecl> arithmetic_functions() {
  return {
      scalar<sluice_add_i32, sluice_add_i64, sluice_add_i8, sluice_add_i16, sluice_add_f32, sluice_add_f64>("+")
          .doc("Sum. Integers wrap around; a DECIMAL that overflows is NULL.")
          .example("1 + 2", "3"),
  };
}

}  // namespace sluice
#endif
