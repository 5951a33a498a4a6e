#include "runtime/abi/accumulators.h"

namespace sluice::runtime {
namespace {

// What AVG adds up in.
Type average_sum_type(const Type& argument) {
  if (argument.is_integer()) return Type::bigint();
  if (argument.is(TypeRoot::Decimal)) return Type::decimal(38, argument.scale());
  return Type::float64();
}

}  // namespace

std::vector<Type> accumulator_types(const AggregateCall& call) {
  Type count = Type::bigint().not_null();
  if (call.function == "COUNT") return {count};
  if (call.function == "MIN" || call.function == "MAX") return {call.result.as_nullable()};
  if (call.function == "$SUM0") return {call.result.as_nullable()};
  if (call.function == "AVG") return {average_sum_type(call.argument_types[0]), count};
  if (call.function == "SUM" && call.retracts) return {call.result.as_nullable(), count};
  if (call.function == "SUM") return {call.result.as_nullable()};
  return {};
}

}  // namespace sluice::runtime
