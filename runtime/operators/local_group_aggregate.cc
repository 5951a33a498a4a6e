#include "runtime/operators/local_group_aggregate.h"

#include <algorithm>
#include <numeric>

#include "runtime/operators/selection.h"

namespace sluice::runtime {

Status LocalGroupAggregate::open(OperatorContext& context) {
  context_ = &context;
  SLUICE_TRY(plan_, plan_aggregates({context.inputs[0], op_.keys, op_.calls, op_.input_retracts, false}));
  if (!plan_.is_simple()) {
    return fail(ErrorCode::NotSupportedYet,
                "DISTINCT, and MIN or MAX over rows that are taken back, are not supported yet in two phases");
  }
  if (context.op->output.size() != plan_.row_types.size()) {
    return fail(ErrorCode::InvalidJobGraph, "a local aggregate writes its keys and accumulators, and nothing else");
  }
  std::vector<uint32_t> every(plan_.calls.size());
  std::iota(every.begin(), every.end(), 0);
  SLUICE_TRY(keys_, context.code->key(plan_.key_spec()));
  SLUICE_TRY(aggregates_, context.code->aggregates(plan_.spec_of(every)));
  bundle_ = std::make_unique<BundleTable>(plan_.layout, keys_);
  order_ = BundleOrder(op_.keys, context.inputs[0]);
  hashes_.resize(kBatchRowsMax);
  slots_.resize(kBatchRowsMax);
  set_bundle(op_.mini_batch ? op_.mini_batch->rows_max : 1, context.op->rowtime >= 0);
  return Done{};
}

Status LocalGroupAggregate::add_rows(const Batch& batch, const BatchView& view, uint32_t begin, uint32_t count) {
  const uint32_t* rows = begin == 0 ? nullptr : rows_from(begin);
  const KeyKernels& keys = keys_->current();
  const AggKernels& aggregates = aggregates_->current();
  keys.hash(keys.self, view.columns(), rows, count, hashes_.data());
  uint32_t known = bundle_->size();
  bundle_->find_or_insert({view.columns(), rows, count, hashes_.data()}, slots_.data());
  if (bundle_->size() > known) {
    std::vector<uint8_t*> fresh;
    for (uint32_t group = known; group < bundle_->size(); ++group) fresh.push_back(bundle_->slot(group));
    aggregates.init(aggregates.self, fresh.data(), static_cast<uint32_t>(fresh.size()));
    for (uint32_t row : bundle_->new_rows()) order_.add(view.columns(), row);
  }
  aggregates.add(aggregates.self, context_->kernels, view.columns(), batch.kinds_data(), rows, count, slots_.data(),
                 bundle_->heap());
  return Done{};
}

Step LocalGroupAggregate::emit_bundle(Output& out) {
  if (leaving_.empty()) leaving_ = order_.order();
  while (next_group_ < leaving_.size()) {
    if (!out.has_room()) return Progress::Pending;
    size_t count = std::min<size_t>(kBatchRowsMax, leaving_.size() - next_group_);
    out.emit(unpack_bundle(*bundle_, keys_->current(), aggregates_->current(), plan_.key_count(), context_->op->output,
                           {&leaving_[next_group_], count}, *context_));
    next_group_ += count;
  }
  bundle_->clear();
  order_.clear();
  leaving_.clear();
  next_group_ = 0;
  return Progress::Done;
}

Batch unpack_bundle(BundleTable& bundle, const KeyKernels& keys, const AggKernels& aggregates, uint32_t key_count,
                    const RowSchema& schema, std::span<const uint32_t> groups, OperatorContext& context) {
  auto count = static_cast<uint32_t>(groups.size());
  std::vector<uint8_t*> slots(count);
  for (uint32_t i = 0; i < count; ++i) slots[i] = bundle.slot(groups[i]);
  BatchBuilder builder(*context.buffers, schema, count);
  builder.bind(*context.kernels);
  keys.unpack(keys.self, context.kernels, slots.data(), count, rows_from(0), builder.columns());
  aggregates.accumulators(aggregates.self, context.kernels, slots.data(), count, rows_from(0),
                          builder.columns() + key_count);
  return builder.finish(count, context.arena);
}

}  // namespace sluice::runtime
