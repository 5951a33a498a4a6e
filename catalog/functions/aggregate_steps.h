#pragma once
// What the aggregates compute, as inline functions over accumulator values, so that the interpreter's bundles and
// generated code (which compiles the same text) cannot differ. S is the C++ type of the sum field: int8_t..int64_t,
// float, double, Int128 (DECIMAL(38, s)). Nothing here is called for a NULL argument.
#include <cstdint>
#include <type_traits>

#include "base/scalar_abi.h"
#include "catalog/functions/kernel_abi.h"
#include "catalog/types/decimal.h"

namespace sluice::aggregate {

// Integers wrap; a DECIMAL of more than 38 digits is NULL; NULL stays NULL.
template <class S>
Nullable<S> plus(const Nullable<S>& a, S b) {
  if (a.is_null) return a;
  if constexpr (std::is_same_v<S, Int128>) {
    Int128 sum = 0;
    bool overflow = __builtin_add_overflow(a.value, b, &sum) || !fits_precision(sum, 38);
    return {overflow ? Int128{0} : sum, overflow};
  } else if constexpr (std::is_floating_point_v<S>) {
    return {static_cast<S>(a.value + b), false};
  } else {
    return {static_cast<S>(static_cast<uint64_t>(a.value) + static_cast<uint64_t>(b)), false};
  }
}
template <class S>
Nullable<S> minus(const Nullable<S>& a, S b) {
  if (a.is_null) return a;
  if constexpr (std::is_same_v<S, Int128>) {
    Int128 difference = 0;
    bool overflow = __builtin_sub_overflow(a.value, b, &difference) || !fits_precision(difference, 38);
    return {overflow ? Int128{0} : difference, overflow};
  } else if constexpr (std::is_floating_point_v<S>) {
    return {static_cast<S>(a.value - b), false};
  } else {
    return {static_cast<S>(static_cast<uint64_t>(a.value) - static_cast<uint64_t>(b)), false};
  }
}

// Sum without retraction: the first value replaces NULL. So does the next one after an overflow, as in Flink. `merge`
// is `add` of the other sum unless that is NULL.
template <class S>
void sum_add(Nullable<S>& sum, S value) {
  sum = sum.is_null ? Nullable<S>{value, false} : plus(sum, value);
}

// Sum with retraction, and AVG: a sum and the count of values in it. $SUM0 is the sum alone.
template <class S>
void counted_add(Nullable<S>& sum, int64_t& count, S value) {
  sum = plus(sum, value);
  ++count;
}
template <class S>
void counted_retract(Nullable<S>& sum, int64_t& count, S value) {
  sum = minus(sum, value);
  --count;
}
template <class S>
void counted_merge(Nullable<S>& sum, int64_t& count, const Nullable<S>& other_sum, int64_t other_count) {
  sum = other_sum.is_null ? other_sum : plus(sum, other_sum.value);
  count += other_count;
}
template <class S>
Nullable<S> sum_result(const Nullable<S>& sum, int64_t count) {
  return count == 0 ? Nullable<S>{S{}, true} : sum;
}

// AVG of integers truncates and wraps to the argument's type R; of FLOAT and DOUBLE it is the quotient of doubles.
template <class R, class S>
Nullable<R> average_result(const Nullable<S>& sum, int64_t count) {
  if (count == 0 || sum.is_null) return {R{}, true};
  if constexpr (std::is_floating_point_v<S>) {
    return {static_cast<R>(sum.value / static_cast<S>(count)), false};
  } else {
    return {static_cast<R>(count == -1 ? static_cast<S>(-static_cast<uint64_t>(sum.value)) : sum.value / count), false};
  }
}
// AVG of DECIMAL(p, s): the sum is DECIMAL(38, s), the result DECIMAL(38, max(6, s)), rounded half up.
inline Nullable<Int128> average_result_decimal(const Nullable<Int128>& sum, int64_t count, int32_t scale,
                                               int32_t result_scale) {
  if (count == 0 || sum.is_null) return {0, true};
  Nullable<Int128> out;
  out.is_null = !decimal_divide({sum.value, scale}, {count, 0}, {38, result_scale}, out.value);
  return out;
}

// MIN and MAX without retraction keep the first of equal values. NaN is neither less nor greater, as in Java.
template <class T>
bool min_takes(const Nullable<T>& least, const T& value) {
  return least.is_null || value < least.value;
}
template <class T>
bool max_takes(const Nullable<T>& greatest, const T& value) {
  return greatest.is_null || value > greatest.value;
}

}  // namespace sluice::aggregate
