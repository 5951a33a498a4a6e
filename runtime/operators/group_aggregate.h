#pragma once
// Unbounded GROUP BY, row at a time: what each input row changes goes out before the next row is looked at, so the
// changelog does not depend on how rows are split into batches.
//
// | the group before | after the row            | output                                                      |
// |------------------|--------------------------|-------------------------------------------------------------|
// | absent           | has rows                 | +I new                                                      |
// | absent           | a row was taken back     | nothing; the group stays absent                             |
// | present          | same result              | nothing, unless state expires: then -U old, +U new all the  |
// |                  |                          | same, to keep state downstream alive                        |
// | present          | other result             | -U old, +U new; only +U when nobody needs the old row       |
// | present          | its last row taken back  | -D old; the group is absent again                           |
//
// Without keys there is one group, and it follows the same table: no row before the first input.
//
// Rows of one batch are worked off in rounds in which every group occurs once, with whole-batch kernels per round; the
// results wait in a staging batch until the changes are put together in the order of the input rows.
#include <vector>

#include "runtime/operators/accumulation.h"
#include "runtime/operators/emission_queue.h"
#include "runtime/operators/occurrence_rounds.h"
#include "runtime/operators/operator.h"
#include "runtime/operators/touched_slots.h"

namespace sluice::runtime {

class GroupAggregate final : public Operator {
 public:
  explicit GroupAggregate(const jobgraph::GroupAggregate& op) : op_(op) {}

  Status open(OperatorContext& context) override;
  Step on_batch(uint32_t input, Batch batch, Output& out) override;
  Step resume(Output& out) override { return queue_.drain(out); }

 private:
  // What a row changes; positions are those of the staged results.
  struct Change {
    static constexpr uint32_t kNone = UINT32_MAX;
    uint32_t before = kNone;
    RowKind before_kind = RowKind::UpdateBefore;
    uint32_t after = kNone;
    RowKind after_kind = RowKind::Insert;
  };

  Status find_groups(const Batch& batch);
  void stage_old_results(uint32_t rows, BatchBuilder& staged);
  Status work_off(std::span<const uint32_t> round, const int8_t* kinds, BatchBuilder& staged);
  Status note_change(uint32_t row, bool same, int64_t row_count);
  void write_changes(const Batch& batch, const Batch& staged);

  jobgraph::GroupAggregate op_;
  OperatorContext* context_ = nullptr;
  Accumulation groups_;
  RowSchema key_schema_, result_schema_, staged_schema_;
  EmissionQueue queue_;

  // Of the batch being worked off. Groups are numbered in the order of their first row.
  BatchView view_;
  TouchedSlots touched_;
  OccurrenceRounds rounds_;
  std::vector<uint64_t> hashes_;
  std::vector<uint8_t*> slots_;
  std::vector<uint8_t> inserted_;
  std::vector<uint32_t> numbers_;
  std::vector<uint8_t> present_;   // By group: it exists, and its result stands at latest_.
  std::vector<uint8_t> is_fresh_;  // By group: its accumulators are as `init` leaves them.
  std::vector<uint32_t> latest_;
  std::vector<Change> changes_;
  std::vector<uint32_t> round_rows_, olds_;
  std::vector<uint8_t*> round_slots_;
  std::vector<uint64_t> round_hashes_;
  std::vector<uint8_t> same_;
};

}  // namespace sluice::runtime
