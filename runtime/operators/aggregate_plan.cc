#include "runtime/operators/aggregate_plan.h"

#include <algorithm>

#include "catalog/functions/aggregate_decl.h"

namespace sluice::runtime {
namespace {

bool is_extreme(const AggregateCall& call) { return call.function == "MIN" || call.function == "MAX"; }

AggregateCall row_count() {
  AggregateCall call;
  call.function = "COUNT";
  call.retracts = true;
  call.result = Type::bigint().not_null();
  return call;
}

AggregateCall call_of(const jobgraph::AggregateCall& from) {
  AggregateCall call = {from.function, from.version,  from.arguments, from.argument_types,
                        from.filter,   from.distinct, from.retracts,  from.result};
  if (is_extreme(call)) call.distinct = false;  // Repetition changes neither.
  return call;
}

// What the kernels keep of a call in the packed row: the operator turns DISTINCT rows into plain ones, and writes the
// result of MIN and MAX itself when rows are taken back.
AggregateCall kernel_call(AggregateCall call) {
  if (call.distinct) call.filter = -1;
  call.distinct = false;
  if (is_extreme(call)) call.retracts = false;
  return call;
}

Status place_call(AggregatePlan& plan, uint32_t index) {
  AggregateCall call = kernel_call(plan.calls[index]);
  SLUICE_TRY(AggregateShape shape, running_shape(call.function, call.argument_types, call.retracts));
  plan.fields.push_back(static_cast<uint32_t>(plan.row_types.size()));
  uint32_t column = plan.merge_columns.empty() ? plan.key_count() : plan.merge_columns.back();
  if (index > 0) column += plan.fields[index] - plan.fields[index - 1];
  plan.merge_columns.push_back(column);
  for (const AccumulatorField& field : shape.fields) plan.row_types.push_back(field.type);
  return Done{};
}

void add_distinct(AggregatePlan& plan, uint32_t index) {
  const AggregateCall& call = plan.calls[index];
  auto same = [&](const DistinctSet& set) { return set.arguments == call.arguments; };
  auto found = std::find_if(plan.distinct.begin(), plan.distinct.end(), same);
  if (found == plan.distinct.end()) {
    found = plan.distinct.insert(found, DistinctSet{call.arguments, call.argument_types, {}});
  }
  found->calls.push_back(index);
}

}  // namespace

AggSpec AggregatePlan::spec_of(const std::vector<uint32_t>& chosen) const {
  AggSpec spec;
  spec.input = input;
  spec.layout = layout;
  for (uint32_t index : chosen) {
    spec.calls.push_back(kernel_call(calls[index]));
    spec.fields.push_back(fields[index]);
    spec.merge_columns.push_back(merge_columns[index]);
  }
  return spec;
}

Result<AggregatePlan> plan_aggregates(AggregatePlanInput input) {
  AggregatePlan plan;
  plan.input = std::move(input.input);
  plan.keys = std::move(input.keys);
  plan.counts_rows = input.counts_rows;
  plan.merges = input.merges;
  for (uint32_t key : plan.keys) {
    if (key >= plan.input.size()) return fail(ErrorCode::InvalidJobGraph, "group key {} is no column", key);
    plan.key_types.push_back(plan.input[key].type);
  }
  for (const jobgraph::AggregateCall& call : input.calls) plan.calls.push_back(call_of(call));
  if (plan.counts_rows) plan.calls.push_back(row_count());

  plan.row_types = plan.key_types;
  for (uint32_t i = 0; i < plan.calls.size(); ++i) {
    SLUICE_DO(place_call(plan, i));
    const AggregateCall& call = plan.calls[i];
    if (call.distinct) {
      add_distinct(plan, i);
    } else if (is_extreme(call) && call.retracts) {
      plan.ordered.push_back(i);
    } else {
      plan.plain.push_back(i);
    }
  }
  plan.layout = layout_of(plan.row_types);
  return plan;
}

}  // namespace sluice::runtime
