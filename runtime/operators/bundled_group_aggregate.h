#pragma once
// Unbounded GROUP BY with mini-batch, in one phase: rows wait in a bundle, and each group's net change goes out once
// per bundle (the table in net_change.h). Rows that take back from a group that does not exist are dropped as long as
// nothing was added to it in the bundle.
#include <memory>
#include <vector>

#include "runtime/operators/accumulation.h"
#include "runtime/operators/bundled_operator.h"
#include "runtime/operators/emission_queue.h"
#include "runtime/operators/net_change.h"
#include "runtime/operators/touched_slots.h"

namespace sluice::runtime {

class BundledGroupAggregate final : public BundledOperator {
 public:
  explicit BundledGroupAggregate(const jobgraph::GroupAggregate& op) : op_(op) {}
  Status open(OperatorContext& context) override;

 private:
  // Consecutive rows of a batch, and what was found for them.
  struct Piece {
    Batch batch;
    uint32_t begin = 0;
    uint32_t count = 0;
    std::vector<uint64_t> hashes;
    std::vector<uint8_t*> slots;
    std::vector<uint32_t> numbers;
  };

  Status add_rows(const Batch& batch, const BatchView& view, uint32_t begin, uint32_t count) override;
  Step emit_bundle(Output& out) override;
  Status work_off();
  Status find_groups(Piece& piece, std::vector<uint8_t>& present);
  Status add_piece(Piece& piece, std::vector<uint8_t>& exists);

  jobgraph::GroupAggregate op_;
  OperatorContext* context_ = nullptr;
  Accumulation groups_;
  NetChange::Format format_;
  std::vector<Piece> pieces_;
  uint32_t rows_ = 0;
  TouchedSlots touched_;
  EmissionQueue queue_;
};

}  // namespace sluice::runtime
