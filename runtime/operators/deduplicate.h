#pragma once
// ROW_NUMBER() OVER (PARTITION BY keys ORDER BY time) = 1 on a time attribute, over insert-only input.
//
// | order           | keeps | output                                                                            |
// |-----------------|-------|-----------------------------------------------------------------------------------|
// | processing time | first | +I for the first row of a key, nothing ever after (FirstRow)                      |
// | processing time | last  | row_per_key.h, LatestArrival; with mini-batch the last row of a key in a bundle   |
// | rowtime         | first | +I of the earliest row once the watermark has passed it (FirstRowByTime); with    |
// |                 |       | mini-batch at once, and -U, +U when an earlier row arrives (row_per_key.h,        |
// |                 |       | EarliestTime)                                                                     |
// | rowtime         | last  | row_per_key.h, LatestTime: a row with the same or a later time replaces           |
//
// With rowtime a bundle would change nothing, because Flink sends all changes of a bundle: so none is kept, unless
// changes are to be compacted.
#include <span>
#include <vector>

#include "runtime/operators/bundled_operator.h"
#include "runtime/operators/operator.h"
#include "runtime/operators/row_bundle.h"
#include "runtime/operators/row_per_key.h"

namespace sluice::runtime {

// Sends every replacement of a stored row at once.
class KeepRow final : public Operator {
 public:
  explicit KeepRow(RowPerKey::Options options) : options_(std::move(options)) {}
  Status open(OperatorContext& context) override { return rows_.open(context, options_); }
  Step on_batch(uint32_t input, Batch batch, Output& out) override;
  Step resume(Output& out) override { return queue_.drain(out); }

 private:
  RowPerKey::Options options_;
  RowPerKey rows_;
  EmissionQueue queue_;
};

// Looks at one row of each key in a bundle: the last one, or by rowtime the one that the rule prefers.
class KeepRowBundled final : public BundledOperator {
 public:
  KeepRowBundled(RowPerKey::Options options, uint64_t rows_max) : options_(std::move(options)), rows_max_(rows_max) {}
  Status open(OperatorContext& context) override;

 private:
  // Where a row of the bundle stands.
  struct Place {
    uint32_t piece = UINT32_MAX;
    uint32_t row = 0;
    int64_t time = 0;
  };
  Status add_rows(const Batch& batch, const BatchView& view, uint32_t begin, uint32_t count) override;
  Step emit_bundle(Output& out) override;
  void choose_rows();
  Status work_off(std::span<const uint32_t> keys);

  RowPerKey::Options options_;
  uint64_t rows_max_;
  OperatorContext* context_ = nullptr;
  RowPerKey rows_;
  RowBundle bundle_;
  std::vector<Place> chosen_;      // By key number.
  std::vector<uint32_t> leaving_;  // Keys in the order in which they go out.
  size_t next_key_ = 0;
  EmissionQueue queue_;
};

// Lets the first row of each key pass. Table "rows": keys only.
class FirstRow final : public Operator {
 public:
  explicit FirstRow(const jobgraph::Deduplicate& op) : op_(op) {}
  Status open(OperatorContext& context) override;
  Step on_batch(uint32_t input, Batch batch, Output& out) override;
  Step resume(Output& out) override { return queue_.drain(out); }

 private:
  jobgraph::Deduplicate op_;
  OperatorContext* context_ = nullptr;
  KernelRef<KeyKernels> keys_;
  ValueTable* table_ = nullptr;
  BatchView view_;
  EmissionQueue queue_;
};

}  // namespace sluice::runtime
