#include "runtime/abi/order_bytes.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

#include "base/check.h"
#include "base/scalar_abi.h"

namespace sluice::runtime {
namespace {

template <size_t kSize>
struct Bits;
template <>
struct Bits<1> {
  using Unsigned = uint8_t;
};
template <>
struct Bits<2> {
  using Unsigned = uint16_t;
};
template <>
struct Bits<4> {
  using Unsigned = uint32_t;
};
template <>
struct Bits<8> {
  using Unsigned = uint64_t;
};
template <>
struct Bits<16> {
  using Unsigned = unsigned __int128;
};

template <class U>
void append_big_endian(U bits, std::string& out) {
  for (int shift = static_cast<int>(sizeof(U)) * 8 - 8; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(static_cast<uint8_t>(bits >> shift)));
  }
}

template <class U>
U read_big_endian(const char* at) {
  U bits = 0;
  for (size_t i = 0; i < sizeof(U); ++i) {
    bits = static_cast<U>(bits << (sizeof(U) > 1 ? 8 : 0)) | static_cast<U>(static_cast<uint8_t>(at[i]));
  }
  return bits;
}

// Integers: the sign flipped. Floats: negative ones have all bits flipped.
template <class T>
void append_number(T value, std::string& out) {
  using U = typename Bits<sizeof(T)>::Unsigned;
  constexpr U kSign = static_cast<U>(U{1} << (sizeof(U) * 8 - 1));
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(value)) value = std::numeric_limits<T>::quiet_NaN();
    U bits = 0;
    std::memcpy(&bits, &value, sizeof(T));
    append_big_endian(static_cast<U>((bits & kSign) != 0 ? ~bits : bits | kSign), out);
  } else {
    append_big_endian(static_cast<U>(static_cast<U>(value) ^ kSign), out);
  }
}

template <class T>
T read_number(const char* at) {
  using U = typename Bits<sizeof(T)>::Unsigned;
  constexpr U kSign = static_cast<U>(U{1} << (sizeof(U) * 8 - 1));
  U bits = read_big_endian<U>(at);
  if constexpr (std::is_floating_point_v<T>) {
    bits = (bits & kSign) != 0 ? static_cast<U>(bits & ~kSign) : static_cast<U>(~bits);
  } else {
    bits = static_cast<U>(bits ^ kSign);
  }
  T value;
  std::memcpy(&value, &bits, sizeof(T));
  return value;
}

// Calls f with a value of the C++ type of a fixed-width form.
template <class F>
void visit_number(Physical physical, F&& f) {
  switch (physical) {
    case Physical::Bool:
    case Physical::Int8:
      return f(int8_t{});
    case Physical::Int16:
      return f(int16_t{});
    case Physical::Int32:
      return f(int32_t{});
    case Physical::Int64:
      return f(int64_t{});
    case Physical::Int128:
      return f(Int128{});
    case Physical::Float32:
      return f(float{});
    case Physical::Float64:
      return f(double{});
    default:
      SLUICE_UNREACHABLE("only scalars have an order");
  }
}

}  // namespace

bool has_order_bytes(const Type& type) {
  switch (type.physical()) {
    case Physical::None:
    case Physical::List:
    case Physical::Map:
    case Physical::Struct:
      return false;
    default:
      return true;
  }
}

void append_order_bytes(const ColumnView& column, const Type& type, uint32_t row, std::string& out) {
  if (type.physical() == Physical::String) {
    out.append(static_cast<const StringView*>(column.values)[row].view());
    return;
  }
  if (type.physical() == Physical::TimestampNs) {
    const TimestampNs& value = static_cast<const TimestampNs*>(column.values)[row];
    append_number(value.milliseconds, out);
    append_number(value.nanoseconds, out);
    return;
  }
  visit_number(type.physical(), [&]<class T>(T) { append_number(static_cast<const T*>(column.values)[row], out); });
}

void read_order_bytes(std::string_view bytes, const Type& type, void* value) {
  if (type.physical() == Physical::TimestampNs) {
    TimestampNs at = {read_number<int64_t>(bytes.data()), read_number<int32_t>(bytes.data() + 8), 0};
    std::memcpy(value, &at, sizeof(at));
    return;
  }
  visit_number(type.physical(), [&]<class T>(T) {
    T number = read_number<T>(bytes.data());
    std::memcpy(value, &number, sizeof(T));
  });
}

}  // namespace sluice::runtime
