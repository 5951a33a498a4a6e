#pragma once
// One stored row per key, replaced row by row: what Deduplicate and ChangelogNormalize have in common.
//
// | rule          | a row that adds replaces the stored one               | a row that takes back | condition       |
// |---------------|-------------------------------------------------------|-----------------------|-----------------|
// | LatestTime    | when its time is the same or later                    | does not occur        | none            |
// | EarliestTime  | when its time is earlier                              | does not occur        | none            |
// | LatestArrival | always                                                | does not occur        | none            |
// | Changelog     | always; when the condition fails, it removes          | removes it            | may be there    |
//
// Output: +I for the first row of a key; -U stored, +U new (only +U when nobody needs the old row) when it is replaced;
// -D stored when it is removed, with the stored values, because the row that takes back may hold its key only; nothing
// for a removal where no row is stored. With LatestArrival and Changelog a replacement by an equal row is not sent,
// unless state expires. A NULL time counts as 1970-01-01, as in Flink.
//
// Table "rows": keys, then all columns of the row.
#include <memory>
#include <span>
#include <vector>

#include "runtime/operators/emission_queue.h"
#include "runtime/operators/occurrence_rounds.h"
#include "runtime/operators/row_picker.h"
#include "runtime/operators/touched_slots.h"
#include "runtime/task/operator_context.h"

namespace sluice::runtime {

class RowPerKey {
 public:
  enum class Rule : uint8_t { LatestTime, EarliestTime, LatestArrival, Changelog };
  struct Options {
    Rule rule = Rule::LatestArrival;
    std::vector<uint32_t> keys;
    int32_t rowtime = -1;
    std::vector<Expr> condition;
    bool sends_update_before = true;
    int64_t ttl_ms = 0;
    bool omits_insert = false;  // +U also for the first row of a key; only without -U.
  };

  Status open(OperatorContext& context, Options options);
  // Works off rows of a batch, in order, and puts the changes into the queue.
  Status work_off(const Batch& batch, std::span<const uint32_t> rows, EmissionQueue& queue);

 private:
  enum class Action : uint8_t { None, Insert, Update, Delete };

  Status find_keys(std::span<const uint32_t> rows);
  Status evaluate_condition(const Batch& batch);
  void work_off_round(const Batch& batch, std::span<const uint32_t> rows, std::span<const uint32_t> round,
                      BatchBuilder& stored);
  Action decide(const Batch& batch, uint32_t i, uint32_t row) const;
  void drop_equal(std::span<const uint32_t> rows, std::span<const uint32_t> round);
  void write_changes(const Batch& batch, std::span<const uint32_t> rows, BatchBuilder& stored, EmissionQueue& queue);
  void write_input_rows(const Batch& batch, std::span<const PickedRow> picks, EmissionQueue& queue);
  int64_t stored_time(const uint8_t* slot) const;

  Options options_;
  OperatorContext* context_ = nullptr;
  RowSchema schema_;
  uint32_t time_offset_ = 0;  // In the packed row.
  KernelRef<KeyKernels> keys_;
  KernelRef<RowKernels> rows_;
  KernelRef<PipelineKernel> condition_;  // Null: every row passes.
  ValueTable* table_ = nullptr;

  // Of the rows being worked off, by position among them; keys are numbered in the order of their first row.
  BatchView view_;
  TouchedSlots touched_;
  OccurrenceRounds rounds_;
  std::vector<uint64_t> hashes_;
  std::vector<uint8_t*> slots_;
  std::vector<uint8_t> inserted_;
  std::vector<uint32_t> numbers_;
  std::vector<uint8_t> present_;  // By key number.
  std::vector<Action> actions_;
  std::vector<uint8_t> passes_;  // By row of the batch.
  bool uses_stored_ = false;     // Some action needs the row that was stored.
  std::vector<uint32_t> chosen_, chosen_rows_, selection_;
  std::vector<uint8_t*> chosen_slots_;
  std::vector<uint8_t> equal_;
  std::vector<PickedRow> picks_;
};

}  // namespace sluice::runtime
