#pragma once
// The aggregate functions: types, accumulators and what happens to them. Planner, interpreter bundles and code
// generator read the same rows; the arithmetic is in aggregate_steps.h.
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/types/type.h"

namespace sluice {

// How a call's accumulator works: with the argument types it decides every step (see aggregate_steps.h). The table is
// in aggregate_table.cc.
enum class AccumulatorKind : uint8_t {
  Count,       // {count}
  Sum,         // {sum}, NULL until a value came; adds only
  SumRetract,  // {sum, count}, from {0, 0}
  Sum0,        // {sum}, from 0
  Average,     // {sum, count}, from {0, 0}
  Min,         // {value}, NULL until a value came; adds only
  Max,
  MinRetract,  // {values}: a count map (count_map.h) of all values, NULL while it is empty
  MaxRetract,
  First,   // {value}, NULL until a value came; adds only
  Last,    // The same
  Concat,  // {separator, text}, NULL until a value came; adds only
  NotYet,  // Planned and typed only: no accumulator computes it, and it is refused where operators are made.
};

struct AccumulatorField {
  std::string_view name;
  Type type;
  // A fresh accumulator holds zero where the type is NOT NULL or this is set, and NULL elsewhere.
  bool starts_at_zero = false;
  bool operator==(const AccumulatorField&) const = default;
};

// One aggregate call with everything decided. NULL arguments are ignored by every aggregate; COUNT(*) has none.
struct AggregateShape {
  AccumulatorKind kind = AccumulatorKind::Count;
  // Consecutive fields of the packed row and, in this order, the columns that the local phase writes. A DISTINCT call
  // has one more at the end, `distinct`: a count map of the argument values that were added; the other fields change
  // only when a value's count leaves or reaches zero.
  std::vector<AccumulatorField> fields;
  std::vector<Type> arguments;  // What the arguments must be cast to.
  Type result;                  // NULL on empty input, but for COUNT and $SUM0.
};

struct AggregateDecl {
  std::string_view name;   // Upper case; those that begin with `$` are for the planner only.
  std::string_view usage;  // "LISTAGG(text [, separator])"
  std::string_view summary;
  // Types and accumulator for a right number of arguments; nothing where the function does not take their types.
  std::optional<AggregateShape> (*shape)(std::span<const Type> arguments, bool retracts) = nullptr;
  uint32_t version = 1;
  bool merges = true;             // Accumulators can be merged: the two-phase aggregate may use it, and shared slices.
  bool ignores_distinct = false;  // Repetition changes nothing.
  uint32_t arguments_min = 1;
  uint32_t arguments_max = 1;
};

const std::vector<AggregateDecl>& aggregate_table();
// By name in any letter case; null when there is none.
const AggregateDecl* find_aggregate(std::string_view name);

// Types and accumulator of a call. `retracts`: the input may take rows back. Fails with WrongArgumentCount or
// CannotAggregate. The result is
// nullable unless the function never gives NULL; a call with GROUP BY keys over a NOT NULL argument and without FILTER
// may be declared NOT NULL by the binder, as Flink does.
Result<AggregateShape> aggregate_shape(const AggregateDecl& decl, std::span<const Type> arguments, bool distinct,
                                       bool retracts);
// The shape of a call that operators compute, without DISTINCT; NotSupportedYet where no accumulator does.
Result<AggregateShape> running_shape(std::string_view name, std::span<const Type> arguments, bool retracts);

// Values of a count map: their canonical bytes, so that a MAP of any key type can stand in a packed row.
Type count_map_of(std::span<const Type> arguments);

}  // namespace sluice
