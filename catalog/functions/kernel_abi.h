#pragma once
// What the code of a SQL function sees: it is compiled twice, into the process and into bitcode (kernels.bc) that
// generated code is linked with, so nothing heavy is included here.
//
// A kernel is a noexcept function with C linkage whose C++ type is its signature:
//   * scalars by value, everything else by const reference: one register or one pointer on every target;
//   * a result that is no scalar through `T& out`; one that can be NULL though no argument is through `Nullable<T>&
//   out`;
//   * `const Nullable<T>&` for an argument whose NULL the kernel sees itself; without one it is strict;
//   * beside them in any order `RowError&` (it can fail), `KernelContext&` (it allocates or asks the session),
//     `const CallContext&` (it asks for types), and `const S*` (what `prepare` made for this call, or null).
// Which SQL type crosses as which C++ type:
//   BOOLEAN bool; TINYINT..BIGINT int8_t..int64_t; FLOAT, DOUBLE; DECIMAL of any precision const Int128& (unscaled);
//   CHAR, VARCHAR const StringView&; BINARY, VARBINARY const Bytes&; DATE Date; TIME TimeOfDay;
//   TIMESTAMP of any precision TimestampMs (cut) or const TimestampNs&; TIMESTAMP_LTZ InstantMs or const InstantNs&;
//   intervals IntervalMonths, IntervalMs. An overload may also take the bits of a column as they are: see Passing.
#include <cstddef>
#include <cstdint>

#include "base/column_abi.h"
#include "base/kernel_context.h"
#include "base/scalar_abi.h"
#include "catalog/types/type_root.h"

#define SLUICE_KERNEL extern "C" __attribute__((visibility("default")))

namespace sluice {

enum class Date : int32_t {};            // Days since 1970-01-01.
enum class TimeOfDay : int32_t {};       // Milliseconds of the day.
enum class TimestampMs : int64_t {};     // A wall-clock value, milliseconds since 1970-01-01T00:00.
enum class InstantMs : int64_t {};       // An instant, milliseconds since 1970-01-01T00:00Z.
enum class IntervalMonths : int32_t {};  // INTERVAL YEAR TO MONTH
enum class IntervalMs : int64_t {};      // INTERVAL DAY TO SECOND
struct InstantNs : TimestampNs {};
struct Bytes : StringView {
  Bytes() = default;
  Bytes(const char* data, uint32_t size) : StringView(data, size) {}
};

// `value` stands at offset 0 and `is_null` at sizeof(T). A NULL's value is initialised and means nothing.
template <class T>
struct Nullable {
  T value{};
  bool is_null = false;
};

// A type as kernels and generated code read it.
struct TypeDescriptor {
  TypeRoot root = TypeRoot::Invalid;
  Physical physical = Physical::None;
  uint8_t nullable = 1;
  uint8_t zero = 0;
  int32_t precision = 0;  // Digits or length.
  int32_t scale = 0;
  uint32_t child_count = 0;
  const TypeDescriptor* children = nullptr;
};

// One call site: immutable, shared by threads, alive as long as its program. Generated code makes it a constant, so
// that what depends on types alone is folded.
struct CallContext {
  const TypeDescriptor* args = nullptr;
  TypeDescriptor result;
  uint32_t arg_count = 0;
  const void* state = nullptr;  // What `prepare` made; passed to `const S*` parameters.
};

// One argument of a call over a whole batch. A constant has one row: its mask is 0, that of others all ones.
struct EvalArg {
  const ColumnView* column = nullptr;
  uint32_t row_mask = ~0U;
};

// A call over the selected rows of a batch: how the interpreter calls every function, and all that a column kernel
// (`void (const EvalCall&)`, for generic nested types and any number of arguments) takes. Results are written to the
// same rows as the arguments are read from. For a strict overload only rows come in whose arguments are not NULL, or
// (speculatable ones) rows whose result nobody looks at. Validity bits are set by the caller; a call clears those of
// rows whose result is NULL.
struct EvalCall {
  const CallContext* call = nullptr;
  KernelContext* context = nullptr;
  const EvalArg* args = nullptr;
  const uint32_t* selection = nullptr;  // Null: rows 0..count.
  uint32_t count = 0;
  MutableColumn* out = nullptr;
  bool errors_are_null = false;  // TRY_CAST: a row that fails is NULL.
};
using EvalFunction = void (*)(const EvalCall&) noexcept;

// The first error of a batch wins. `reason` is static text or arena memory.
inline void fail_row(RowError& error, const char* reason) {
  if (error.reason == nullptr) error.reason = reason;
}

}  // namespace sluice
