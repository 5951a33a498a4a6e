#pragma once
// Keeps, per sink key, the rows that the changelog holds, in the order of their arrival, where the key of the sink is
// not the one by which changes are ordered: what the sink shows is always the row that came last.
//
// | the list before        | change                              | output                                       |
// |------------------------|-------------------------------------|----------------------------------------------|
// | empty                  | a row is added                      | +I row                                       |
// | has rows               | a row is added                      | +U row; it replaces the row with the same    |
// |                        |                                     | upsert key in its place, or goes to the end  |
// | has the row as last of | it is taken back                    | +U of the row before it                      |
// | several                |                                     |                                              |
// | has the row elsewhere  | it is taken back                    | nothing                                      |
// | has only the row       | it is taken back                    | -D of the row that took it back              |
// | does not have the row  | it is taken back                    | nothing                                      |
//
// Rows are found by the upsert key, or without one by all columns. Table "rows": sink keys, then one field with the
// canonical bytes of all rows, each with its length.
#include <string>
#include <vector>

#include "runtime/operators/emission_queue.h"
#include "runtime/operators/operator.h"
#include "runtime/operators/row_picker.h"
#include "runtime/operators/touched_slots.h"
#include "runtime/task/operator_context.h"

namespace sluice::runtime {

class SinkMaterialize final : public Operator {
 public:
  explicit SinkMaterialize(const jobgraph::SinkMaterialize& op) : op_(op) {}
  Status open(OperatorContext& context) override;
  Step on_batch(uint32_t input, Batch batch, Output& out) override;
  Step resume(Output& out) override { return queue_.drain(out); }

 private:
  // The rows of one sink key, taken out of the packed row while a batch is worked on.
  struct Rows {
    std::vector<std::string> rows;
    bool is_changed = false;
  };

  Status find_lists(const Batch& batch);
  void add(uint32_t row, Rows& list);
  void take_back(uint32_t row, Rows& list);
  size_t find(const Rows& list) const;
  std::string identity_of(const std::string& row) const;
  void read_row(uint32_t row);
  void emit(PickedRow change) { changes_.push_back(change); }
  void store_lists();
  void write_changes(const Batch& batch);

  jobgraph::SinkMaterialize op_;
  OperatorContext* context_ = nullptr;
  RowSchema schema_;
  KernelRef<KeyKernels> keys_;
  ValueTable* table_ = nullptr;
  uint32_t list_offset_ = 0;

  BatchView view_;
  TouchedSlots touched_;
  std::vector<uint32_t> numbers_;      // Of the sink key, by row of the batch.
  std::vector<Rows> lists_;            // By number.
  std::string row_, identity_;         // Of the row being worked on: its bytes, and what it is found by.
  std::vector<std::string> restored_;  // Rows of lists that go out; source 1 of the changes.
  std::vector<PickedRow> changes_;
  EmissionQueue queue_;
};

}  // namespace sluice::runtime
