#include "runtime/operators/factory.h"

#include "runtime/operators/bundled_group_aggregate.h"
#include "runtime/operators/deduplicate.h"
#include "runtime/operators/first_row_by_time.h"
#include "runtime/operators/global_group_aggregate.h"
#include "runtime/operators/group_aggregate.h"
#include "runtime/operators/local_group_aggregate.h"
#include "runtime/operators/sink_materialize.h"
#include "runtime/operators/window_aggregate.h"

namespace sluice::runtime {
namespace {

using Made = Result<std::unique_ptr<Operator>>;

Made make(const jobgraph::GroupAggregate& op) {
  switch (op.phase) {
    case jobgraph::AggregatePhase::Local:
      return Made(std::make_unique<LocalGroupAggregate>(op));
    case jobgraph::AggregatePhase::Global:
      return Made(std::make_unique<GlobalGroupAggregate>(op));
    case jobgraph::AggregatePhase::Single:
      break;
  }
  if (op.mini_batch) return Made(std::make_unique<BundledGroupAggregate>(op));
  return Made(std::make_unique<GroupAggregate>(op));
}

Made make(const jobgraph::Deduplicate& op) {
  bool is_by_time = op.rowtime >= 0;
  if (!is_by_time && !op.keeps_last) return Made(std::make_unique<FirstRow>(op));
  if (is_by_time && !op.keeps_last && !op.mini_batch) return Made(std::make_unique<FirstRowByTime>(op));

  using Rule = RowPerKey::Rule;
  Rule rule = !is_by_time ? Rule::LatestArrival : op.keeps_last ? Rule::LatestTime : Rule::EarliestTime;
  RowPerKey::Options options = {rule, op.keys, op.rowtime, {}, op.sends_update_before, op.ttl_ms, op.omits_insert};
  if (!op.mini_batch || (is_by_time && !op.compacts)) return Made(std::make_unique<KeepRow>(std::move(options)));
  return Made(std::make_unique<KeepRowBundled>(std::move(options), op.mini_batch->rows_max));
}

Made make(const jobgraph::ChangelogNormalize& op) {
  RowPerKey::Options options = {RowPerKey::Rule::Changelog, op.keys,   -1,   op.condition,
                                op.sends_update_before,     op.ttl_ms, false};
  if (!op.mini_batch) return Made(std::make_unique<KeepRow>(std::move(options)));
  return Made(std::make_unique<KeepRowBundled>(std::move(options), op.mini_batch->rows_max));
}

Made make(const jobgraph::SinkMaterialize& op) { return Made(std::make_unique<SinkMaterialize>(op)); }

Made make(const jobgraph::WindowAggregate& op) { return Made(std::make_unique<WindowAggregate>(op)); }

template <class Kind>
Made make(const Kind&) {
  return fail(ErrorCode::InvalidJobGraph, "this kind of operator has no state");
}

template <class T, class... Kinds>
constexpr bool kIsOneOf = (std::is_same_v<T, Kinds> || ...);
template <class T>
constexpr bool kHasState = kIsOneOf<T, jobgraph::GroupAggregate, jobgraph::Deduplicate, jobgraph::ChangelogNormalize,
                                    jobgraph::SinkMaterialize, jobgraph::WindowAggregate>;

}  // namespace

bool is_stateful(const jobgraph::Operator& op) {
  return std::visit([]<class T>(const T&) { return kHasState<T>; }, op.kind);
}

Result<std::unique_ptr<Operator>> make_operator(const jobgraph::Operator& op) {
  return std::visit([](const auto& kind) { return make(kind); }, op.kind);
}

}  // namespace sluice::runtime
