#pragma once
// The changes that a mini-batch bundle makes to some groups: each group's result before and after, compared once.
//
// | the group before | after the bundle            | output                                                   |
// |------------------|-----------------------------|----------------------------------------------------------|
// | absent           | has rows                    | +I new                                                   |
// | absent           | has none                    | nothing; the group stays absent                          |
// | present          | same result                 | nothing, unless state expires: then -U old, +U new       |
// | present          | other result                | -U old, +U new; only +U when nobody needs the old row    |
// | present          | has none                    | -D old; the group is absent again                        |
#include <memory>
#include <vector>

#include "runtime/operators/accumulation.h"
#include "runtime/operators/emission_queue.h"

namespace sluice::runtime {

// Up to kBatchRowsMax different groups between the moment before their change and the moment after it.
class NetChange {
 public:
  struct Format {
    RowSchema keys;
    RowSchema results;
    bool counts_rows = false;
    bool sends_update_before = true;
    bool repeats_results = false;  // State expires: an unchanged result keeps state downstream alive.
  };

  NetChange(OperatorContext& context, const Format& format);

  // Stages the results of the groups that are present, and prepares the accumulators of the others.
  void before(Accumulation& groups, std::vector<uint8_t*> slots, std::vector<uint8_t> present);
  // Compares, writes the changes in the groups' order, and erases groups without rows.
  Status after(Accumulation& groups, EmissionQueue& queue);

 private:
  Status write(Accumulation& groups, EmissionQueue& queue);

  OperatorContext& context_;
  Format format_;
  std::unique_ptr<BatchBuilder> staged_;  // Old results at 0.., new ones at kBatchRowsMax...
  std::vector<uint8_t*> slots_;
  std::vector<uint8_t> present_, same_;
  std::vector<uint32_t> key_rows_, result_rows_;
  std::vector<uint32_t> gone_;  // Groups without rows.
  std::vector<RowKind> kinds_;
};

// From the operator's output schema: its keys, then its results.
Result<NetChange::Format> net_change_format(const jobgraph::Operator& op, const jobgraph::GroupAggregate& aggregate);

}  // namespace sluice::runtime
