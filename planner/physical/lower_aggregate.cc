#include <algorithm>

#include <fmt/format.h>

#include "catalog/functions/aggregate_decl.h"
#include "planner/jobgraph/print.h"
#include "planner/physical/digest.h"
#include "planner/physical/lower.h"
#include "planner/physical/state_layout.h"

namespace sluice::planner {

using jobgraph::AggregatePhase;
using NewOperator = JobBuilder::NewOperator;

namespace {

// Whether a local phase can fold rows of the call: what DISTINCT and retracting MIN and MAX must see one by one cannot
// be folded.
bool folds(const AggregateCall& call) {
  bool is_extreme = call.function == "MIN" || call.function == "MAX";
  return (!call.distinct || is_extreme) && !(is_extreme && call.retracts);
}

// Whether a second phase can put the call's results together at all.
bool merges(const AggregateCall& call) {
  const AggregateDecl* decl = find_aggregate(call.function);
  return decl != nullptr && decl->merges;
}

std::vector<AggregateCall> with_retraction(std::vector<AggregateCall> calls, bool retracts) {
  for (AggregateCall& call : calls) call.retracts = retracts;
  return calls;
}

Identity results_identity(const std::string& uid, const std::vector<uint32_t>& keys,
                          const std::vector<AggregateCall>& calls, const Identity& input) {
  Identity out;
  for (uint32_t key : keys) out.columns.push_back(input.columns[key]);
  for (const AggregateCall& call : calls) out.columns.push_back(digest({uid, call_identity(call, input)}));
  return out;
}

Status check_runs(const WindowAggregate& aggregate) {
  if (aggregate.legacy != WindowAggregate::Legacy::No) {
    return fail(ErrorCode::NotSupportedYet, "a window in GROUP BY is not supported yet")
        .hint("Write a window table function: FROM TUMBLE(TABLE t, DESCRIPTOR(time), INTERVAL '..' ..).");
  }
  if (!aggregate.bounds.empty()) {
    return fail(ErrorCode::NotSupportedYet, "an aggregate over the window of another one is not supported yet");
  }
  if (aggregate.window.kind == Window::Kind::Tumble) return Done{};
  return fail(ErrorCode::NotSupportedYet, "window `{}` is not supported yet", name_of(aggregate.window.kind));
}

}  // namespace

Result<uint32_t> Lowering::lower_node(const Plan& plan, const Aggregate& aggregate, bool flushes) {
  bool retracts = !changelog_of_node(aggregate.input).mode.is_insert_only();
  int64_t ttl_ms = aggregate.ttl_ms.value_or(settings_.ttl_ms);
  std::vector<AggregateCall> calls = with_retraction(aggregate.calls, retracts);
  SLUICE_TRY(uint32_t input, lower(aggregate.input, flushes || settings_.mini_batch));
  bool two_phases =
      settings_.mini_batch && settings_.phases != PhysicalSettings::Phases::One && std::ranges::all_of(calls, merges);
  if (two_phases && std::ranges::all_of(calls, folds)) return lower_two_phases(plan, aggregate, calls, input);

  const Identity& below = builder_.identity(input);
  NewOperator op = describe(
      plan, jobgraph::GroupAggregate{aggregate.keys, calls, AggregatePhase::Single, retracts,
                                     changelog_of_node(plan).sends_update_before, mini_batch(), ttl_ms, two_phases});
  op.inputs = {keyed_input(input, aggregate.keys)};
  op.uid = uid_of("GroupAggregate", aggregate.keys, below, "");
  SLUICE_TRY(op.state,
             group_aggregate_state({aggregate.input->schema, below, aggregate.keys, calls, retracts, ttl_ms}));
  op.identity = results_identity(op.uid, aggregate.keys, calls, below);
  return builder_.add(std::move(op));
}

// Local folds the rows of a bundle per group before they are exchanged; global merges what arrives. The state is that
// of the single phase: field for field, so that switching keeps it.
Result<uint32_t> Lowering::lower_two_phases(const Plan& plan, const Aggregate& aggregate,
                                            const std::vector<AggregateCall>& calls, uint32_t input) {
  const RowSchema& schema = aggregate.input->schema;
  int64_t ttl_ms = aggregate.ttl_ms.value_or(settings_.ttl_ms);
  const Identity below = builder_.identity(input);
  bool retracts = !changelog_of_node(aggregate.input).mode.is_insert_only();
  std::vector<uint32_t> global_keys;
  NewOperator local;
  local.kind = jobgraph::GroupAggregate{aggregate.keys, calls, AggregatePhase::Local, retracts, false, mini_batch(), 0};
  local.inputs = {{input}};
  local.changelog = ChangelogMode::insert_only();
  local.identity.path = below.path;
  for (uint32_t key : aggregate.keys) {
    global_keys.push_back(static_cast<uint32_t>(local.output.size()));
    local.output.push_back(schema[key]);
    local.identity.columns.push_back(below.columns[key]);
  }
  SLUICE_TRY(RowSchema accumulators, accumulator_columns(calls, retracts));
  for (RowField& field : accumulators) {
    local.identity.columns.push_back(digest({below.path, field.name}));
    local.output.push_back(std::move(field));
  }
  uint32_t local_id = builder_.add(std::move(local));

  std::vector<AggregateCall> merged = calls;
  for (AggregateCall& call : merged) {
    call.arguments.clear();
    call.filter = -1;
  }
  NewOperator op =
      describe(plan, jobgraph::GroupAggregate{global_keys, merged, AggregatePhase::Global, retracts,
                                              changelog_of_node(plan).sends_update_before, mini_batch(), ttl_ms});
  op.inputs = {keyed_input(local_id, global_keys)};
  op.uid = uid_of("GroupAggregate", aggregate.keys, below, "");
  SLUICE_TRY(op.state, group_aggregate_state({schema, below, aggregate.keys, calls, retracts, ttl_ms}));
  op.identity = results_identity(op.uid, aggregate.keys, calls, below);
  return builder_.add(std::move(op));
}

Result<uint32_t> Lowering::lower_node(const Plan& plan, const WindowAggregate& aggregate, bool) {
  if (aggregate.window.kind != Window::Kind::Tumble) {
    return fail(ErrorCode::NotSupportedYet, "windows other than TUMBLE are not supported yet");
  }
  bool retracts = !changelog_of_node(aggregate.input).mode.is_insert_only();
  SLUICE_DO(check_runs(aggregate));
  std::vector<AggregateCall> calls = with_retraction(aggregate.calls, retracts);
  SLUICE_TRY(uint32_t input, lower(aggregate.input, false));  // Windows have their own way of collecting.
  const Identity& below = builder_.identity(input);
  const Type& time = aggregate.input->schema[aggregate.window.time].type;
  jobgraph::WindowAggregate kind{aggregate.window,
                                 aggregate.keys,
                                 calls,
                                 AggregatePhase::Single,
                                 retracts,
                                 aggregate.properties,
                                 time.is(TypeRoot::TimestampLtz) ? settings_.time_zone : ""};
  NewOperator op = describe(plan, std::move(kind));
  op.inputs = {keyed_input(input, aggregate.keys)};
  Window window = aggregate.window;
  std::string window_meaning = window.processing_time ? "proctime" : below.columns[window.time];
  window.time = 0;  // Its position may move, its meaning not.
  op.uid = uid_of("WindowAggregate", aggregate.keys, below, window_meaning + jobgraph::text_of(window));
  SLUICE_TRY(op.state, window_aggregate_state({aggregate.input->schema, below, aggregate.keys, calls, retracts, 0}));
  op.identity = results_identity(op.uid, aggregate.keys, calls, below);
  for (auto property : aggregate.properties) {
    op.identity.columns.push_back(digest({op.uid, fmt::format("{}", static_cast<int>(property))}));
  }
  return builder_.add(std::move(op));
}

}  // namespace sluice::planner
