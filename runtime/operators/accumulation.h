#pragma once
// The state of an aggregate, and what happens to it for some rows: the packed row per group, and the tables beside it
// (aggregate_plan.h). Of a window aggregate there is such state per slice, and one slice is selected at a time.
//
// Rows of the tables beside belong to the key group of their group: their hashes have its lower half.
#include <memory>
#include <string>
#include <vector>

#include "runtime/operators/aggregate_plan.h"
#include "runtime/operators/touched_slots.h"
#include "runtime/state/state_tables.h"
#include "runtime/task/operator_context.h"

namespace sluice::runtime {

// Rows of a batch with the group each belongs to. The same group may occur more than once.
struct GroupedRows {
  const ColumnView* columns = nullptr;
  const int8_t* kinds = nullptr;
  const uint32_t* selection = nullptr;  // Never null.
  uint32_t count = 0;
  uint8_t* const* slots = nullptr;   // By position in the selection.
  const uint64_t* hashes = nullptr;  // As well.
};

class Accumulation {
 public:
  // Tables "accumulators", "distinct_N" and "values_N".
  Status open(OperatorContext& context, AggregatePlan plan, int64_t ttl_ms);
  // The same per slice, the first one named "slices".
  Status open_slices(OperatorContext& context, AggregatePlan plan);

  // Slices only: which one the other functions work on. It is made when it is missing.
  Status select(int64_t slice_end_ms);
  std::vector<int64_t> slice_ends() const { return slices_->slice_ends(); }
  // What `forget_values` does not do for its groups, for all of them at once.
  void drop_slice(int64_t slice_end_ms);

  const AggregatePlan& plan() const { return plan_; }
  ValueTable& table() { return *table_; }

  void hash(const ColumnView* columns, const uint32_t* selection, uint32_t count, uint64_t* hashes) const;
  void init(uint8_t* const* slots, uint32_t count) const;
  // Adds or takes back the rows, in order.
  Status add(const GroupedRows& rows);
  // The rows are accumulators of a local phase.
  void merge(const GroupedRows& rows);
  // The results of all calls, the row count last.
  void results(uint8_t* const* slots, uint32_t count, const uint32_t* positions, MutableColumn* out) const;
  void unpack_keys(uint8_t* const* slots, uint32_t count, const uint32_t* positions, MutableColumn* out) const;
  // Of groups that are gone: erases the values of MIN and MAX. The columns are the keys alone.
  Status forget_values(const ColumnView* keys, const uint32_t* rows, uint32_t count);
  // Makes the row of a group that is gone as it was before `init`.
  void reset(uint8_t* slot);

 private:
  // The values a set of DISTINCT calls has seen, and the kernels that see each value once.
  struct DistinctValues {
    const DistinctSet* set = nullptr;
    KernelRef<KeyKernels> keys;
    ValueTable* table = nullptr;
    SliceTables* slices = nullptr;
    std::vector<uint32_t> count_offsets;         // Per call, in the table's packed row.
    std::vector<KernelRef<AggKernels>> kernels;  // Per call.
  };
  struct OrderedValues {
    uint32_t call = 0;
    OrderedTable* table = nullptr;
    StateRowLayout::Field field;
    uint32_t field_index = 0;
  };

  Status open_kernels(OperatorContext& context, AggregatePlan plan);
  Status open_beside(OperatorContext& context, int64_t ttl_ms);
  Status open_distinct(OperatorContext& context, const DistinctSet& set, size_t index, int64_t ttl_ms);
  void name_group(const ColumnView* columns, const std::vector<uint32_t>& keys, uint32_t row);
  Status add_distinct(DistinctValues& values, const GroupedRows& rows);
  Status add_ordered(OrderedValues& values, const GroupedRows& rows);
  bool takes(const AggregateCall& call, const ColumnView* columns, uint32_t row) const;
  void store_extreme(const OrderedValues& values, uint8_t* slot, const std::string* element);

  AggregatePlan plan_;
  KernelContext* kernels_ = nullptr;
  ValueTable* table_ = nullptr;
  SliceTables* slices_ = nullptr;  // Null: not sliced.
  int64_t slice_end_ = 0;
  KernelRef<KeyKernels> keys_;
  KernelRef<KeyKernels> bare_keys_;     // Over the keys alone.
  std::vector<uint32_t> bare_columns_;  // 0, 1, ...: of those.
  KernelRef<AggKernels> plain_;         // Calls that add and merge alone.
  KernelRef<AggKernels> all_;           // All calls, for init and results.
  std::vector<DistinctValues> distinct_;
  std::vector<OrderedValues> ordered_;

  // Scratch.
  TouchedSlots touched_;
  std::vector<uint8_t*> value_slots_;
  std::vector<uint8_t> inserted_;
  std::vector<uint64_t> value_hashes_, group_hashes_;
  std::vector<uint32_t> chosen_rows_, value_rows_;
  std::vector<uint8_t*> chosen_slots_, group_slots_;
  std::string group_, element_;
};

}  // namespace sluice::runtime
