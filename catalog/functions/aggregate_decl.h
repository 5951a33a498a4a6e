#pragma once
// The aggregate functions: types, accumulators and what happens to them. Planner, interpreter bundles and code
// generator read the same rows; the arithmetic is in aggregate_steps.h.
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/types/type.h"

namespace sluice {

// How a call's accumulator works: with the argument types it decides every step (see aggregate_steps.h).
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
  std::string_view name;  // Upper case; `$SUM0` is for the planner only.
  std::string_view summary;
  uint32_t version = 1;
  bool merges = true;    // Accumulators can be merged: the two-phase aggregate may use it.
  bool retracts = true;  // Has a form that takes rows back.
  uint32_t arguments_min = 1;
  uint32_t arguments_max = 1;
};

const std::vector<AggregateDecl>& aggregate_table();
// By name in any letter case; null when there is none.
const AggregateDecl* find_aggregate(std::string_view name);

// Types and accumulator of a call. `retracts`: the input may take rows back. Fails with WrongArguments. The result is
// nullable unless the function never gives NULL; a call with GROUP BY keys over a NOT NULL argument and without FILTER
// may be declared NOT NULL by the binder, as Flink does.
Result<AggregateShape> aggregate_shape(const AggregateDecl& decl, std::span<const Type> arguments, bool distinct,
                                       bool retracts);

}  // namespace sluice
