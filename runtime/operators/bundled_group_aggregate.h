#pragma once
// Unbounded GROUP BY with mini-batch over whole rows: in one phase, or for calls whose rows cannot be folded before the
// exchange (DISTINCT, retracting MIN and MAX) in the place of two. Each group's net change goes out once per bundle
// (the table in net_change.h).
//
// | planned as | a bundle is full with                            | rows taken back from an absent group           |
// |------------|--------------------------------------------------|------------------------------------------------|
// | one phase  | `rows_max` rows                                  | dropped until something is added in the bundle |
// | two phases | `rows_max` groups that local bundles of          | counted, as the merge of a local phase does    |
// |            | `rows_max` rows give out, one behind the other   |                                                |
#include <memory>
#include <span>
#include <vector>

#include "runtime/operators/accumulation.h"
#include "runtime/operators/bundled_operator.h"
#include "runtime/operators/emission_queue.h"
#include "runtime/operators/net_change.h"
#include "runtime/operators/row_bundle.h"

namespace sluice::runtime {

class BundledGroupAggregate final : public BundledOperator {
 public:
  explicit BundledGroupAggregate(const jobgraph::GroupAggregate& op) : op_(op) {}
  Status open(OperatorContext& context) override;

 private:
  Status add_rows(const Batch& batch, const BatchView& view, uint32_t begin, uint32_t count) override;
  Step emit_bundle(Output& out) override;
  Step emit_two_phases(Output& out);
  void move_groups(std::span<const uint32_t> groups);
  Status work_off(RowBundle& bundle);
  Status add_rows_of(const RowBundle& bundle, std::vector<uint8_t*>& slots, std::vector<uint8_t>& exists);

  jobgraph::GroupAggregate op_;
  OperatorContext* context_ = nullptr;
  Accumulation groups_;
  NetChange::Format format_;
  RowBundle local_;                // Of rows as they come.
  RowBundle global_;               // Two phases only: rows of groups that local bundles gave out.
  uint64_t elements_ = 0;          // Groups in global_, as often as they were given out.
  std::vector<uint32_t> leaving_;  // Groups of local_ in the order in which they are given out.
  size_t next_group_ = 0;
  EmissionQueue queue_;
};

}  // namespace sluice::runtime
