#pragma once
// From a kernel to its overload: `scalar<sluice_startswith>("STARTSWITH")`. Everything here is deduced from the
// kernel's C++ type.
#include <array>
#include <tuple>
#include <type_traits>
#include <utility>

#include "catalog/functions/function_decl.h"

namespace sluice {
namespace describe_detail {

template <class T>
inline constexpr bool kIsNullable = false;
template <class T>
inline constexpr bool kIsNullable<Nullable<T>> = true;

template <class T>
struct ValueOf {
  using type = T;
};
template <class T>
struct ValueOf<Nullable<T>> {
  using type = T;
};

// What a C++ type means in SQL: its class as an argument, its type as a result, how it crosses.
struct Meaning {
  ArgClass arg;
  Passing passing;
  Type (*type)();
};
template <class T>
Meaning meaning_of();
// clang-format off
template <> inline Meaning meaning_of<bool>() { return {ArgClass::Boolean, Passing::Bool, Type::boolean}; }
template <> inline Meaning meaning_of<int8_t>() { return {ArgClass::TinyInt, Passing::Int8, Type::tinyint}; }
template <> inline Meaning meaning_of<int16_t>() { return {ArgClass::SmallInt, Passing::Int16, Type::smallint}; }
template <> inline Meaning meaning_of<int32_t>() { return {ArgClass::Int, Passing::Int32, Type::integer}; }
template <> inline Meaning meaning_of<int64_t>() { return {ArgClass::BigInt, Passing::Int64, Type::bigint}; }
template <> inline Meaning meaning_of<float>() { return {ArgClass::Float, Passing::Float32, Type::float32}; }
template <> inline Meaning meaning_of<double>() { return {ArgClass::Double, Passing::Float64, Type::float64}; }
template <> inline Meaning meaning_of<Int128>() { return {ArgClass::Decimal, Passing::Int128, Type::invalid}; }
template <> inline Meaning meaning_of<StringView>() { return {ArgClass::Character, Passing::String, Type::string}; }
template <> inline Meaning meaning_of<Bytes>() { return {ArgClass::Binary, Passing::String, Type::bytes}; }
template <> inline Meaning meaning_of<Date>() { return {ArgClass::Date, Passing::Int32, Type::date}; }
template <> inline Meaning meaning_of<TimeOfDay>() {
  return {ArgClass::Time, Passing::Int32, [] { return Type::time(0); }};
}
template <> inline Meaning meaning_of<TimestampMs>() {
  return {ArgClass::Timestamp, Passing::Millis, [] { return Type::timestamp(3); }};
}
template <> inline Meaning meaning_of<InstantMs>() {
  return {ArgClass::TimestampLtz, Passing::Millis, [] { return Type::timestamp_ltz(3); }};
}
template <> inline Meaning meaning_of<TimestampNs>() { return {ArgClass::Timestamp, Passing::Nanos, Type::invalid}; }
template <> inline Meaning meaning_of<InstantNs>() { return {ArgClass::TimestampLtz, Passing::Nanos, Type::invalid}; }
template <> inline Meaning meaning_of<IntervalMonths>() {
  return {ArgClass::IntervalYearMonth, Passing::Int32, Type::interval_year_month};
}
template <> inline Meaning meaning_of<IntervalMs>() {
  return {ArgClass::IntervalDayTime, Passing::Int64, Type::interval_day_time};
}
// clang-format on

template <class P>
inline constexpr bool kIsError = std::is_same_v<P, RowError&>;
template <class P>
inline constexpr bool kIsContext = std::is_same_v<P, KernelContext&>;
template <class P>
inline constexpr bool kIsCall = std::is_same_v<P, const CallContext&>;
template <class P>
inline constexpr bool kIsState = std::is_pointer_v<P>;
template <class P>
inline constexpr bool kIsSpecial = kIsError<P> || kIsContext<P> || kIsCall<P> || kIsState<P>;
template <class P>
inline constexpr bool kIsOut =
    !kIsSpecial<P> && std::is_lvalue_reference_v<P> && !std::is_const_v<std::remove_reference_t<P>>;
template <class P>
inline constexpr bool kIsArg = !kIsSpecial<P> && !kIsOut<P>;

inline int64_t floor_divide(int64_t value, int64_t by) { return value / by - (value % by < 0 ? 1 : 0); }

// Reads one argument, converting from the column's form as Passing says.
template <class T>
class Reader {
 public:
  explicit Reader(const EvalArg& arg, const TypeDescriptor&)
      : values_(static_cast<const T*>(arg.column->values)), mask_(arg.row_mask) {}
  const T& at(uint32_t row) const { return values_[row & mask_]; }
  const T* values() const { return values_; }

 private:
  const T* values_;
  uint32_t mask_;
};

template <>
class Reader<Int128> {
 public:
  Reader(const EvalArg& arg, const TypeDescriptor& type)
      : values_(arg.column->values), mask_(arg.row_mask), wide_(type.physical == Physical::Int128) {}
  Int128 at(uint32_t row) const {
    return wide_ ? static_cast<const Int128*>(values_)[row & mask_] : static_cast<const int64_t*>(values_)[row & mask_];
  }

 private:
  const void* values_;
  uint32_t mask_;
  bool wide_;
};

class TimestampReader {
 public:
  TimestampReader(const EvalArg& arg, const TypeDescriptor& type)
      : values_(arg.column->values), mask_(arg.row_mask), precision_(type.precision) {}
  int64_t millis(uint32_t row) const {
    if (precision_ > 6) return static_cast<const TimestampNs*>(values_)[row & mask_].milliseconds;
    int64_t value = static_cast<const int64_t*>(values_)[row & mask_];
    return precision_ <= 3 ? value : floor_divide(value, 1000);
  }
  TimestampNs nanos(uint32_t row) const {
    if (precision_ > 6) return static_cast<const TimestampNs*>(values_)[row & mask_];
    int64_t value = static_cast<const int64_t*>(values_)[row & mask_];
    if (precision_ <= 3) return {value, 0, 0};
    int64_t ms = floor_divide(value, 1000);
    return {ms, static_cast<int32_t>(value - ms * 1000) * 1000, 0};
  }

 private:
  const void* values_;
  uint32_t mask_;
  int32_t precision_;
};
template <>
class Reader<TimestampMs> : public TimestampReader {
 public:
  using TimestampReader::TimestampReader;
  TimestampMs at(uint32_t row) const { return TimestampMs{millis(row)}; }
};
template <>
class Reader<InstantMs> : public TimestampReader {
 public:
  using TimestampReader::TimestampReader;
  InstantMs at(uint32_t row) const { return InstantMs{millis(row)}; }
};
template <>
class Reader<TimestampNs> : public TimestampReader {
 public:
  using TimestampReader::TimestampReader;
  TimestampNs at(uint32_t row) const { return nanos(row); }
};
template <>
class Reader<InstantNs> : public TimestampReader {
 public:
  using TimestampReader::TimestampReader;
  InstantNs at(uint32_t row) const { return {nanos(row)}; }
};
template <class T>
class Reader<Nullable<T>> {
 public:
  Reader(const EvalArg& arg, const TypeDescriptor& type)
      : value_(arg, type), validity_(arg.column->validity), mask_(arg.row_mask) {}
  Nullable<T> at(uint32_t row) const { return {value_.at(row), !is_valid(validity_, row & mask_)}; }

 private:
  Reader<T> value_;
  const uint64_t* validity_;
  uint32_t mask_;
};

template <class T>
void store(const TypeDescriptor& type, void* values, uint32_t row, const T& value) {
  if constexpr (std::is_same_v<T, Int128>) {
    if (type.physical == Physical::Int128) {
      static_cast<Int128*>(values)[row] = value;
    } else {
      static_cast<int64_t*>(values)[row] = static_cast<int64_t>(value);
    }
  } else if constexpr (std::is_same_v<T, TimestampMs> || std::is_same_v<T, InstantMs>) {
    int64_t ms = static_cast<int64_t>(value);
    if (type.precision > 6) {
      static_cast<TimestampNs*>(values)[row] = {ms, 0, 0};
    } else {
      static_cast<int64_t*>(values)[row] = type.precision <= 3 ? ms : ms * 1000;
    }
  } else if constexpr (std::is_base_of_v<TimestampNs, T>) {
    if (type.precision > 6) {
      static_cast<TimestampNs*>(values)[row] = value;
    } else {
      static_cast<int64_t*>(values)[row] =
          type.precision <= 3 ? value.milliseconds : value.milliseconds * 1000 + value.nanoseconds / 1000;
    }
  } else {
    static_cast<T*>(values)[row] = value;
  }
}

template <class T>
void store_nullable(const EvalCall& call, uint32_t row, const Nullable<T>& value) {
  store(call.call->result, call.out->values, row, value.value);
  if (!value.is_null) return;
  if (call.out->validity != nullptr) {
    set_valid(call.out->validity, row, false);
  } else {
    fail_row(call.context->error, "the value is NULL, but its type is NOT NULL");
  }
}

// False when the row failed and the batch must stop.
inline bool settle_error(const EvalCall& call, uint32_t row) {
  RowError& error = call.context->error;
  if (error.reason == nullptr) return true;
  if (call.errors_are_null && call.out->validity != nullptr) {
    error.reason = nullptr;
    error.reason_size = 0;
    set_valid(call.out->validity, row, false);
    return true;
  }
  error.row = row;
  return false;
}

struct Nothing {
  Nothing() = default;
  Nothing(const EvalArg&, const TypeDescriptor&) {}
};

template <class P>
using ReaderOf = std::conditional_t<kIsArg<P>, Reader<std::remove_cvref_t<P>>, Nothing>;
template <class P>
using OutOf = std::conditional_t<kIsOut<P>, std::remove_cvref_t<P>, Nothing>;

template <class P>
decltype(auto) pass(const ReaderOf<P>& reader, OutOf<P>& out, const EvalCall& call, uint32_t row) {
  if constexpr (kIsArg<P>) {
    return reader.at(row);
  } else if constexpr (kIsOut<P>) {
    return (out);
  } else if constexpr (kIsError<P>) {
    return (call.context->error);
  } else if constexpr (kIsContext<P>) {
    return (*call.context);
  } else if constexpr (kIsCall<P>) {
    return (*call.call);
  } else {
    return static_cast<P>(call.call->state);
  }
}

template <auto Kernel, class R, class... A, size_t... I>
void evaluate(const EvalCall& call, std::index_sequence<I...>) noexcept {
  constexpr bool kFallible = (kIsError<A> || ...) || (kIsContext<A> || ...) || (kIsNullable<OutOf<A>> || ...);
  constexpr size_t kArgs = ((kIsArg<A> ? 1 : 0) + ... + 0);
  constexpr auto kPositions = [] {
    std::array<size_t, sizeof...(A) + 1> positions{};
    size_t next = 0;
    ((positions[I] = kIsArg<A> ? next++ : 0), ...);
    return positions;
  }();
  static const EvalArg kNoArg;
  static const TypeDescriptor kNoType;
  std::tuple<ReaderOf<A>...> readers{ReaderOf<A>(kArgs > 0 ? call.args[kPositions[I]] : kNoArg,
                                                 kArgs > 0 ? call.call->args[kPositions[I]] : kNoType)...};
  auto one = [&](uint32_t row) {
    std::tuple<OutOf<A>...> outs;
    if constexpr (std::is_void_v<R>) {
      Kernel(pass<A>(std::get<I>(readers), std::get<I>(outs), call, row)...);
      auto take = [&]<class P>(const auto& out, std::type_identity<P>) {
        if constexpr (kIsOut<P> && kIsNullable<OutOf<P>>) store_nullable(call, row, out);
        if constexpr (kIsOut<P> && !kIsNullable<OutOf<P>>) store(call.call->result, call.out->values, row, out);
      };
      (take(std::get<I>(outs), std::type_identity<A>{}), ...);
    } else {
      store(call.call->result, call.out->values, row,
            Kernel(pass<A>(std::get<I>(readers), std::get<I>(outs), call, row)...));
    }
  };
  for (uint32_t i = 0; i < call.count; ++i) {
    uint32_t row = call.selection != nullptr ? call.selection[i] : i;
    one(row);
    if constexpr (kFallible) {
      if (!settle_error(call, row)) return;
    }
  }
}

// Kernels are extern "C", so the name the compiler prints is the name the linker sees.
template <auto Kernel>
constexpr std::string_view symbol_of() {
  std::string_view text = __PRETTY_FUNCTION__;
  text.remove_prefix(text.find("Kernel = ") + 9);
  text = text.substr(0, text.find_first_of(";]"));
  return text.substr(text.find_last_of(":&") + 1);
}

template <class P>
void note_parameter(Overload& overload) {
  using Kind = KernelParameter::Kind;
  using V = std::remove_cvref_t<P>;
  if constexpr (kIsError<P>) {
    overload.fallible = true;
    overload.parameters.push_back({Kind::Error});
  } else if constexpr (kIsContext<P>) {
    overload.allocates = true;
    overload.parameters.push_back({Kind::Context});
  } else if constexpr (kIsCall<P>) {
    overload.parameters.push_back({Kind::Call});
  } else if constexpr (kIsState<P>) {
    overload.parameters.push_back({Kind::State});
  } else {
    Meaning meaning = meaning_of<typename ValueOf<V>::type>();
    if constexpr (kIsOut<P>) {
      overload.nullable_result = kIsNullable<V>;
      overload.parameters.push_back({kIsNullable<V> ? Kind::NullableResult : Kind::Result, meaning.passing});
    } else {
      overload.strict &= !kIsNullable<V>;
      overload.args.push_back(meaning.arg);
      overload.parameters.push_back({kIsNullable<V> ? Kind::NullableArgument : Kind::Argument, meaning.passing});
    }
    overload.speculatable &= meaning.passing != Passing::String;
  }
}

template <class R, class... A>
struct ResultOf {
  using type = R;
};
template <class P, class... A>
struct ResultOf<void, P, A...> {
  using type = std::conditional_t<kIsOut<P>, std::remove_cvref_t<P>, typename ResultOf<void, A...>::type>;
};
template <>
struct ResultOf<void> {
  using type = void;
};

template <auto Kernel, class R, class... A>
Overload describe(R (*)(A...) noexcept) {
  using Result = typename ValueOf<typename ResultOf<R, A...>::type>::type;
  Overload overload;
  overload.symbol = symbol_of<Kernel>();
  overload.address = reinterpret_cast<void (*)()>(Kernel);
  overload.speculatable = true;
  overload.result = [](const CallArguments&) { return meaning_of<Result>().type(); };
  if constexpr (!std::is_void_v<R>) overload.returns = meaning_of<R>().passing;
  (note_parameter<A>(overload), ...);
  bool has_state = (kIsState<A> || ...);
  overload.speculatable &= overload.strict && !overload.fallible && !overload.allocates && !has_state;
  overload.speculatable &= meaning_of<Result>().passing != Passing::String;
  if (overload.nullable_result) overload.nullability = ResultNullability::Always;
  if (!overload.strict && !overload.nullable_result) overload.nullability = ResultNullability::Never;
  overload.eval = [](const EvalCall& call) noexcept {
    evaluate<Kernel, R, A...>(call, std::index_sequence_for<A...>{});
  };
  return overload;
}

template <auto Kernel>
Overload describe(void (*)(const EvalCall&) noexcept) {
  Overload overload;
  overload.symbol = symbol_of<Kernel>();
  overload.address = reinterpret_cast<void (*)()>(Kernel);
  overload.is_column_kernel = true;
  overload.fallible = true;
  overload.allocates = true;
  overload.inlinable = false;
  overload.opaque_because = "works on whole columns";
  overload.eval = Kernel;
  return overload;
}

}  // namespace describe_detail

// The overload of one kernel. `args` replaces the classes deduced from its type, for kernels that take the bits of a
// column as they are, and is required for column kernels.
template <auto Kernel>
Overload overload_of(std::vector<ArgClass> args = {}, ResultRule result = nullptr) {
  Overload overload = describe_detail::describe<Kernel>(Kernel);
  if (!args.empty()) overload.args = std::move(args);
  if (result != nullptr) overload.result = result;
  return overload;
}

template <auto... Kernels>
FunctionDecl scalar(std::string_view name) {
  FunctionDecl decl;
  decl.name = name;
  (decl.overloads.push_back(overload_of<Kernels>()), ...);
  return decl;
}

// Replaces the result rule (and, for an overload that is made outside of a declaration, its nullability).
inline Overload returning(Overload overload, ResultRule rule) {
  overload.result = rule;
  return overload;
}

}  // namespace sluice
