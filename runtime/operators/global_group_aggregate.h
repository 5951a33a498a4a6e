#pragma once
// The global phase of a two-phase GROUP BY: merges the accumulators that local phases send, first within a bundle, then
// into the groups, and writes each group's net change once per bundle (the table in net_change.h).
#include <memory>
#include <vector>

#include "runtime/operators/accumulation.h"
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
  Status merge_groups(uint32_t begin, uint32_t count);

  jobgraph::GroupAggregate op_;
  OperatorContext* context_ = nullptr;
  Accumulation groups_;
  NetChange::Format format_;
  KernelRef<KeyKernels> keys_;
  KernelRef<AggKernels> aggregates_;
  std::unique_ptr<BundleTable> bundle_;
  uint32_t next_group_ = 0;  // Of the bundle: the first one that is not merged yet.
  EmissionQueue queue_;
  std::vector<uint64_t> hashes_;
  std::vector<uint8_t*> slots_;
};

}  // namespace sluice::runtime
