#include "runtime/operators/factory.h"

#include "runtime/operators/bundled_group_aggregate.h"
#include "runtime/operators/global_group_aggregate.h"
#include "runtime/operators/group_aggregate.h"
#include "runtime/operators/local_group_aggregate.h"

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

template <class Kind>
Made make(const Kind&) {
  return fail(ErrorCode::InvalidJobGraph, "this kind of operator has no state");
}

template <class T>
constexpr bool kHasState = std::is_same_v<T, jobgraph::GroupAggregate>;

}  // namespace

bool is_stateful(const jobgraph::Operator& op) {
  return std::visit([]<class T>(const T&) { return kHasState<T>; }, op.kind);
}

Result<std::unique_ptr<Operator>> make_operator(const jobgraph::Operator& op) {
  return std::visit([](const auto& kind) { return make(kind); }, op.kind);
}

}  // namespace sluice::runtime
