#include "runtime/operators/global_group_aggregate.h"

#include <algorithm>
#include <numeric>

#include "runtime/operators/local_group_aggregate.h"
#include "runtime/operators/selection.h"

namespace sluice::runtime {

Status GlobalGroupAggregate::open(OperatorContext& context) {
  context_ = &context;
  SLUICE_TRY(AggregatePlan plan, plan_aggregates({context.inputs[0], op_.keys, op_.calls, op_.input_retracts, true}));
  if (!plan.is_simple()) {
    return fail(ErrorCode::NotSupportedYet,
                "DISTINCT, and MIN or MAX over rows that are taken back, are not supported yet in two phases");
  }
  if (context.inputs[0].size() != plan.row_types.size()) {
    return fail(ErrorCode::InvalidJobGraph, "a global aggregate reads keys and accumulators, and nothing else");
  }
  std::vector<uint32_t> every(plan.calls.size());
  std::iota(every.begin(), every.end(), 0);
  SLUICE_TRY(keys_, context.code->key(plan.key_spec()));
  SLUICE_TRY(aggregates_, context.code->aggregates(plan.spec_of(every)));
  bundle_ = std::make_unique<BundleTable>(plan.layout, keys_);
  order_ = BundleOrder(op_.keys, context.inputs[0]);
  SLUICE_DO(groups_.open(context, std::move(plan), op_.ttl_ms));
  SLUICE_TRY(format_, net_change_format(*context.op, op_));
  hashes_.resize(kBatchRowsMax);
  slots_.resize(kBatchRowsMax);
  set_bundle(op_.mini_batch ? op_.mini_batch->rows_max : 1, context.op->rowtime >= 0);
  return Done{};
}

Status GlobalGroupAggregate::add_rows(const Batch&, const BatchView& view, uint32_t begin, uint32_t count) {
  const uint32_t* rows = begin == 0 ? nullptr : rows_from(begin);
  const KeyKernels& keys = keys_->current();
  const AggKernels& aggregates = aggregates_->current();
  keys.hash(keys.self, view.columns(), rows, count, hashes_.data());
  uint32_t known = bundle_->size();
  bundle_->find_or_insert({view.columns(), rows, count, hashes_.data()}, slots_.data());
  std::vector<uint8_t*> fresh;
  for (uint32_t group = known; group < bundle_->size(); ++group) fresh.push_back(bundle_->slot(group));
  aggregates.init(aggregates.self, fresh.data(), static_cast<uint32_t>(fresh.size()));
  for (uint32_t row : bundle_->new_rows()) order_.add(view.columns(), row);
  aggregates.merge(aggregates.self, context_->kernels, view.columns(), rows, count, slots_.data(), bundle_->heap());
  return Done{};
}

Step GlobalGroupAggregate::emit_bundle(Output& out) {
  if (leaving_.empty()) leaving_ = order_.order();
  for (;;) {
    if (queue_.drain(out) == Progress::Pending) return Progress::Pending;
    if (next_group_ == leaving_.size()) break;
    size_t count = std::min<size_t>(kBatchRowsMax, leaving_.size() - next_group_);
    SLUICE_DO(merge_groups({&leaving_[next_group_], count}));
    next_group_ += count;
  }
  bundle_->clear();
  order_.clear();
  leaving_.clear();
  next_group_ = 0;
  return Progress::Done;
}

// Groups of the bundle differ from each other, so each of them is one row here.
Status GlobalGroupAggregate::merge_groups(std::span<const uint32_t> groups) {
  auto count = static_cast<uint32_t>(groups.size());
  Batch batch = unpack_bundle(*bundle_, keys_->current(), aggregates_->current(), groups_.plan().key_count(),
                              context_->inputs[0], groups, *context_);
  BatchView view(batch);
  for (uint32_t i = 0; i < count; ++i) hashes_[i] = bundle_->hash(groups[i]);
  std::vector<uint8_t*> slots(count);
  std::vector<uint8_t> present(count);
  SLUICE_DO(
      groups_.table().find_or_insert({view.columns(), nullptr, count, hashes_.data()}, slots.data(), present.data()));
  groups_.table().touch(slots.data(), count);
  for (uint8_t& inserted : present) inserted = inserted == 0;

  NetChange change(*context_, format_);
  change.before(groups_, slots, std::move(present));
  groups_.merge({view.columns(), nullptr, rows_from(0), count, slots.data(), hashes_.data()});
  return change.after(groups_, queue_);
}

}  // namespace sluice::runtime
