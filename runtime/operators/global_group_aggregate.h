#pragma once
// The global phase of a two-phase GROUP BY: merges the accumulators that local phases send, first within a bundle, then
// into the groups, and writes each group's net change once per bundle (the table in net_change.h).
#include <memory>
#include <span>
#include <vector>

#include "runtime/operators/accumulation.h"
#include "runtime/operators/bundle_order.h"
#include "runtime/operators/bundle_table.h"
#include "runtime/operators/bundled_operator.h"
#include "runtime/operators/emission_queue.h"
#include "runtime/operators/net_change.h"

namespace sluice::runtime {

class GlobalGroupAggregate final : public BundledOperator {
 public:
  explicit GlobalGroupAggregate(const jobgraph::GroupAggregate& op) : op_(op) {}
  Status open(OperatorContext& context) override;

 private:
  Status add_rows(const Batch& batch, const BatchView& view, uint32_t begin, uint32_t count) override;
  Step emit_bundle(Output& out) override;
  Status merge_groups(std::span<const uint32_t> groups);

  jobgraph::GroupAggregate op_;
  OperatorContext* context_ = nullptr;
  Accumulation groups_;
  NetChange::Format format_;
  KernelRef<KeyKernels> keys_;
  KernelRef<AggKernels> aggregates_;
  std::unique_ptr<BundleTable> bundle_;
  BundleOrder order_;
  std::vector<uint32_t> leaving_;  // The bundle's groups in the order in which they are merged and go out.
  size_t next_group_ = 0;          // The first one that is not merged yet.
  EmissionQueue queue_;
  std::vector<uint64_t> hashes_;
  std::vector<uint8_t*> slots_;
};

}  // namespace sluice::runtime
