#pragma once
// The local phase of a two-phase GROUP BY: folds the rows of a bundle per group, before the exchange. Writes one +I row
// per group with the keys, the accumulators of every call and, when the input takes rows back, the row count. Keeps
// nothing between bundles, so it has no state in checkpoints.
#include <memory>
#include <span>
#include <vector>

#include "runtime/operators/aggregate_plan.h"
#include "runtime/operators/bundle_order.h"
#include "runtime/operators/bundle_table.h"
#include "runtime/operators/bundled_operator.h"

namespace sluice::runtime {

class LocalGroupAggregate final : public BundledOperator {
 public:
  explicit LocalGroupAggregate(const jobgraph::GroupAggregate& op) : op_(op) {}
  Status open(OperatorContext& context) override;

 private:
  Status add_rows(const Batch& batch, const BatchView& view, uint32_t begin, uint32_t count) override;
  Step emit_bundle(Output& out) override;

  jobgraph::GroupAggregate op_;
  OperatorContext* context_ = nullptr;
  AggregatePlan plan_;
  KernelRef<KeyKernels> keys_;
  KernelRef<AggKernels> aggregates_;
  std::unique_ptr<BundleTable> bundle_;
  BundleOrder order_;
  std::vector<uint32_t> leaving_;  // The bundle's groups in the order in which they go out.
  size_t next_group_ = 0;          // Cursor of emission.
  std::vector<uint64_t> hashes_;
  std::vector<uint8_t*> slots_;
};

// Writes groups of a bundle: keys, then accumulators.
Batch unpack_bundle(BundleTable& bundle, const KeyKernels& keys, const AggKernels& aggregates, uint32_t key_count,
                    const RowSchema& schema, std::span<const uint32_t> groups, OperatorContext& context);

}  // namespace sluice::runtime
