#pragma once
// One row of the table of SQL functions. What the binder, both evaluators, the docs and the tests know about an
// overload is deduced from the C++ type of its kernel (kernel_abi.h); what a type cannot say is chained behind it.
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/functions/kernel_abi.h"
#include "catalog/types/type.h"
#include "catalog/types/value.h"

namespace sluice {

// Which types an argument position takes without a cast.
enum class ArgClass : uint8_t {
  Any,
  Boolean,
  TinyInt,
  SmallInt,
  Int,
  BigInt,
  Integer,  // TINYINT..BIGINT
  Float,
  Double,
  Decimal,
  Numeric,
  Character,
  Binary,
  Date,
  Time,
  Timestamp,
  TimestampLtz,
  AnyTimestamp,
  IntervalYearMonth,
  IntervalDayTime,
  Array,
  Map,
  Multiset,
  Row,
  // Any type whose values stand in a column like this.
  PhysicalBool,
  PhysicalInt8,
  PhysicalInt16,
  PhysicalInt32,
  PhysicalInt64,
  PhysicalInt128,
  PhysicalFloat32,
  PhysicalFloat64,
  PhysicalString,
  PhysicalTimestampNs,
};
[[nodiscard]] bool accepts(ArgClass arg_class, const Type& type);
std::string_view text_of(ArgClass arg_class);

// The C++ type that crosses. The caller converts between it and the column's form:
//   Int128 of a DECIMAL(p<=18): the column holds int64, sign-extended on the way in, truncated on the way out;
//   Millis of TIMESTAMP(4..6): floor(us / 1000) in, ms * 1000 out; of (7..9): the milliseconds in, {ms, 0} out;
//   Nanos of TIMESTAMP(0..3): {ms, 0} in, its milliseconds out; of (4..6): {floor(us / 1000), us mod 1000 * 1000} in,
//   ms * 1000 + ns / 1000 out.
enum class Passing : uint8_t { Bool, Int8, Int16, Int32, Int64, Int128, Float32, Float64, String, Millis, Nanos };

// One parameter of a kernel, in order. Scalars (Bool..Int64, Float32, Float64, Millis as int64) cross by value; Int128,
// String and Nanos, and everything Nullable, by pointer.
struct KernelParameter {
  enum class Kind : uint8_t { Argument, NullableArgument, Result, NullableResult, Error, Context, Call, State };
  Kind kind = Kind::Argument;
  Passing passing = Passing::Bool;  // Of the first four kinds.
};

// What is known about a call when it is resolved. `constants[i]` is null where argument i is no literal.
struct CallArguments {
  std::span<const Type> types;
  std::span<const Value* const> constants;
  const Value* constant(size_t i) const { return i < constants.size() ? constants[i] : nullptr; }
};
using ResultRule = Type (*)(const CallArguments&);

struct PrepareArguments {
  CallArguments arguments;  // After coercion.
  Type result;
};
// What a kernel needs once per call site; immutable and shared by threads. Null when the arguments it depends on are no
// constants; the kernel then does the work per row.
using PrepareFunction = std::shared_ptr<const void> (*)(const PrepareArguments&);

enum class ResultNullability : uint8_t {
  IfAnyArgument,  // Nullable when an argument is.
  Always,
  Never,
  AsRuled,  // As the result rule says.
};

struct Overload {
  std::vector<ArgClass> args;
  bool variadic = false;  // The last class repeats, any number of times (also none).
  ResultRule result = nullptr;
  ResultNullability nullability = ResultNullability::IfAnyArgument;
  PrepareFunction prepare = nullptr;

  bool strict = true;               // NULL in, NULL out; the caller tests.
  bool nullable_result = false;     // Can be NULL though no argument is.
  bool fallible = false;            // Takes RowError&.
  bool allocates = false;           // Takes KernelContext&.
  bool speculatable = false;        // Harmless on the leftovers of a NULL: may run on every row, without a branch.
  bool errors_are_null = false;     // TRY_CAST.
  std::optional<ArgClass> cast_to;  // Of casts: which result types.
  bool is_column_kernel = false;    // `void (const EvalCall&)`: whole batches only, any number of arguments.
  bool inlinable = true;
  std::string_view opaque_because;  // Why generated code calls it and does not inline it.

  std::string_view symbol;                  // In kernels.bc and in the process.
  std::vector<KernelParameter> parameters;  // Empty for column kernels.
  std::optional<Passing> returns;           // Absent: void.
  EvalFunction eval = nullptr;              // The same kernel over whole batches.
  void (*address)() = nullptr;              // Of the native copy.
  uint32_t version = 1;                     // As the declaration's.
};

// How often the value may change. The optimizer folds Pure, evaluates PerStatement once, and never moves PerRow.
enum class Volatility : uint8_t { Pure, PerStatement, PerRow };

// `sql` is an expression, `result` a literal, NULL or ERROR. Documentation and test.
struct Example {
  std::string_view sql, result;
};

// The types to which a call's arguments are cast before an overload is chosen, or nothing when it cannot be.
using Coercion = std::optional<std::vector<Type>> (*)(const CallArguments&);

struct FunctionDecl {
  std::string_view name;  // Upper case. A name with `$` is for the planner only.
  std::vector<Overload> overloads;
  std::vector<std::string_view> aliases;
  std::string_view summary;
  std::vector<Example> examples;
  Volatility volatility = Volatility::Pure;
  uint32_t version = 1;  // Raised when an answer changes; state and job graphs name it.
  Coercion coercion = nullptr;
  bool tries_text = false;  // A text argument that cannot be read as a time is NULL and does not fail.

  FunctionDecl alias(std::string_view other) && { return aliases.push_back(other), std::move(*this); }
  FunctionDecl doc(std::string_view text) && { return summary = text, std::move(*this); }
  FunctionDecl changes(Volatility how) && { return volatility = how, std::move(*this); }
  FunctionDecl coerce(Coercion rule) && { return coercion = rule, std::move(*this); }
  FunctionDecl overload(Overload more) && { return overloads.push_back(std::move(more)), std::move(*this); }
  FunctionDecl example(std::string_view sql, std::string_view result) && {
    return examples.push_back({sql, result}), std::move(*this);
  }
  // The next apply to all overloads so far.
  FunctionDecl sees_null() && {  // Of column kernels: rows with NULL arguments come in, too.
    for (Overload& each : overloads) each.strict = false;
    return std::move(*this);
  }
  FunctionDecl returns(ResultRule rule) &&;
  FunctionDecl nullability(ResultNullability rule) &&;
  FunctionDecl prepare(PrepareFunction function) &&;
  FunctionDecl opaque(std::string_view reason) &&;
};

TypeDescriptor descriptor_of(const Type& type);  // Without children: see CallSite for nested types.

// Owns the CallContext of one resolved call, descriptors of nested types and the prepared state included.
class CallSite {
 public:
  CallSite(const Overload& overload, const PrepareArguments& arguments);
  CallSite(const CallSite&) = delete;
  const CallContext& context() const { return context_; }

 private:
  const TypeDescriptor* keep(std::span<const Type> types);

  std::vector<std::unique_ptr<TypeDescriptor[]>> descriptors_;
  std::shared_ptr<const void> state_;
  CallContext context_;
};

}  // namespace sluice
