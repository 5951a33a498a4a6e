#include "planner/physical/state_layout.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "catalog/functions/aggregate_decl.h"
#include "planner/physical/digest.h"

namespace sluice::planner {
namespace {

using jobgraph::AggregateCall;
using jobgraph::StateField;
using jobgraph::StateKind;
using jobgraph::StateTable;

bool is_extreme(const AggregateCall& call) { return call.function == "MIN" || call.function == "MAX"; }
bool keeps_all_values(const AggregateCall& call) { return is_extreme(call) && call.retracts; }
bool is_distinct(const AggregateCall& call) { return call.distinct && !is_extreme(call); }

// What stands in the packed row: DISTINCT values and those of retracting MIN and MAX are tables of their own.
Result<std::vector<AccumulatorField>> accumulator_fields(const AggregateCall& call) {
  bool retracts = call.retracts && !is_extreme(call);
  SLUICE_TRY(AggregateShape shape, running_shape(call.function, call.argument_types, retracts));
  return std::move(shape.fields);
}

// Ids of one table: taken ones are stepped over, which two digests may need once in a few billion.
class FieldIds {
 public:
  uint32_t take(uint32_t wanted) {
    while (!taken_.insert(wanted).second) ++wanted;
    return wanted;
  }

 private:
  std::set<uint32_t> taken_;
};

std::vector<StateField> key_fields(const RowSchema& input, const std::vector<uint32_t>& keys, FieldIds& ids) {
  std::vector<StateField> out;
  for (uint32_t i = 0; i < keys.size(); ++i) {
    out.push_back({ids.take(i + 1), input[keys[i]].name, input[keys[i]].type});
  }
  return out;
}

Result<StateTable> accumulators_table(const AggregateState& aggregate, std::string name, StateKind kind) {
  FieldIds ids;
  StateTable table{std::move(name), kind, key_fields(aggregate.input, aggregate.keys, ids), {}, aggregate.ttl_ms};
  for (const AggregateCall& call : aggregate.calls) {
    std::string meaning = call_identity(call, aggregate.identity);
    SLUICE_TRY(std::vector<AccumulatorField> fields, accumulator_fields(call));
    for (const AccumulatorField& field : fields) {
      uint32_t id = ids.take(field_digest({meaning, field.name}));
      table.value.push_back({id, fmt::format("{}.{}", call.function, field.name), field.type});
    }
  }
  if (aggregate.counts_rows) {
    table.value.push_back({ids.take(field_digest({"row count"})), "row_count", Type::bigint().not_null()});
  }
  return table;
}

struct DistinctSet {
  std::vector<uint32_t> arguments;
  std::vector<const AggregateCall*> calls;
};

// Calls over the same arguments share what was seen, whatever their filters.
std::vector<DistinctSet> distinct_sets(const std::vector<AggregateCall>& calls) {
  std::vector<DistinctSet> sets;
  for (const AggregateCall& call : calls) {
    if (!is_distinct(call)) continue;
    auto found = std::ranges::find(sets, call.arguments, &DistinctSet::arguments);
    if (found == sets.end()) found = sets.insert(found, {call.arguments, {}});
    found->calls.push_back(&call);
  }
  return sets;
}

StateTable distinct_table(const AggregateState& aggregate, const DistinctSet& set, size_t index, StateKind kind) {
  std::vector<uint32_t> keys = aggregate.keys;
  keys.insert(keys.end(), set.arguments.begin(), set.arguments.end());
  FieldIds ids;
  StateTable table{
      fmt::format("distinct_{}", index), kind, key_fields(aggregate.input, keys, ids), {}, aggregate.ttl_ms};
  for (const AggregateCall* call : set.calls) {
    uint32_t id = ids.take(field_digest({call_identity(*call, aggregate.identity), "seen"}));
    table.value.push_back({id, call->function + ".seen", Type::bigint().not_null()});
  }
  return table;
}

StateTable ordered_table(const AggregateState& aggregate, const AggregateCall& call, size_t index) {
  FieldIds ids;
  StateTable table{fmt::format("values_{}", index),
                   StateKind::Ordered,
                   key_fields(aggregate.input, aggregate.keys, ids),
                   {},
                   aggregate.ttl_ms};
  table.value.push_back({ids.take(field_digest({"value"})), "value", call.argument_types[0]});
  table.value.push_back({ids.take(field_digest({"count"})), "count", Type::bigint().not_null()});
  return table;
}

void add_tables_beside(const AggregateState& aggregate, StateKind distinct_kind, std::vector<StateTable>& tables) {
  std::vector<DistinctSet> sets = distinct_sets(aggregate.calls);
  for (size_t i = 0; i < sets.size(); ++i) tables.push_back(distinct_table(aggregate, sets[i], i, distinct_kind));
  for (size_t i = 0; i < aggregate.calls.size(); ++i) {
    if (keeps_all_values(aggregate.calls[i])) tables.push_back(ordered_table(aggregate, aggregate.calls[i], i));
  }
}

std::vector<StateField> row_fields(const RowSchema& input, const Identity& identity, FieldIds& ids) {
  std::vector<StateField> out;
  for (size_t i = 0; i < input.size(); ++i) {
    out.push_back({ids.take(field_digest({identity.columns[i]})), input[i].name, input[i].type});
  }
  return out;
}

}  // namespace

std::string call_identity(const AggregateCall& call, const Identity& input) {
  std::vector<std::string> parts = {call.function, fmt::format("{}", call.version), call.distinct ? "distinct" : "",
                                    call.filter < 0 ? "" : input.columns[static_cast<size_t>(call.filter)]};
  for (uint32_t argument : call.arguments) parts.push_back(input.columns[argument]);
  return digest({parts.begin(), parts.end()});
}

Result<RowSchema> accumulator_columns(const std::vector<AggregateCall>& calls, bool counts_rows) {
  RowSchema out;
  for (size_t i = 0; i < calls.size(); ++i) {
    SLUICE_TRY(std::vector<AccumulatorField> fields, accumulator_fields(calls[i]));
    for (const AccumulatorField& field : fields) out.push_back({fmt::format("${}_{}", i, field.name), field.type});
  }
  if (counts_rows) out.push_back({"$row_count", Type::bigint().not_null()});
  return out;
}

Result<std::vector<StateTable>> group_aggregate_state(const AggregateState& aggregate) {
  SLUICE_TRY(StateTable accumulators, accumulators_table(aggregate, "accumulators", StateKind::Value));
  std::vector<StateTable> tables = {std::move(accumulators)};
  add_tables_beside(aggregate, StateKind::Value, tables);
  return tables;
}

Result<std::vector<StateTable>> window_aggregate_state(const AggregateState& aggregate) {
  SLUICE_TRY(StateTable slices, accumulators_table(aggregate, "slices", StateKind::Slices));
  std::vector<StateTable> tables = {std::move(slices)};
  add_tables_beside(aggregate, StateKind::Slices, tables);
  return tables;
}

std::vector<StateTable> stored_rows_state(const RowSchema& input, const Identity& identity,
                                          const std::vector<uint32_t>& keys, int64_t ttl_ms) {
  FieldIds ids;
  StateTable table{"rows", StateKind::Value, key_fields(input, keys, ids), {}, ttl_ms};
  table.value = row_fields(input, identity, ids);
  return {std::move(table)};
}

std::vector<StateTable> deduplicate_state(const jobgraph::Deduplicate& deduplicate, const RowSchema& input,
                                          const Identity& identity) {
  std::vector<StateTable> tables = stored_rows_state(input, identity, deduplicate.keys, deduplicate.ttl_ms);
  bool by_time = deduplicate.rowtime >= 0;
  if (deduplicate.keeps_last || (by_time && deduplicate.mini_batch)) return tables;
  StateTable waiting{"waiting", StateKind::Slices, tables[0].key, std::move(tables[0].value), 0};
  tables[0].value.clear();
  if (by_time) tables.push_back(std::move(waiting));
  return tables;
}

std::vector<StateTable> row_list_state(const RowSchema& input, const std::vector<uint32_t>& keys, int64_t ttl_ms) {
  FieldIds ids;
  StateTable table{"rows", StateKind::Value, key_fields(input, keys, ids), {}, ttl_ms};
  table.value.push_back({ids.take(field_digest({"row list"})), "rows", Type::bytes().not_null()});
  return {std::move(table)};
}

}  // namespace sluice::planner
