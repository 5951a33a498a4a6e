#pragma once
// ROW_NUMBER() OVER (PARTITION BY keys ORDER BY time) = 1 on a time attribute, over insert-only input.
//
// | order           | keeps | output |
// |-----------------|-------|-------------------------------------------------------------------------------------------|
// | processing time | first | +I for the first row of a key, nothing ever after (FirstRow) | | processing time | last
// | row_per_key.h, LatestArrival; with mini-batch only the last row of a key in a bundle      | | rowtime         |
// first | +I of the earliest row once the watermark has passed it (FirstRowByTime); with mini-batch | | |       | at
// once, and -U, +U when an earlier row arrives (row_per_key.h, EarliestTime)             | | rowtime         | last  |
// row_per_key.h, LatestTime: a row with the same or a later time replaces                   |
//
// With rowtime a bundle would change nothing, because Flink sends all changes of a bundle: so none is kept.
#include <vector>

#include "runtime/operators/bundle_table.h"
#include "runtime/operators/bundled_operator.h"
#include "runtime/operators/operator.h"
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

// Looks only at the last row of each key in a bundle.
class KeepRowBundled final : public BundledOperator {
 public:
  KeepRowBundled(RowPerKey::Options options, uint64_t rows_max) : options_(std::move(options)), rows_max_(rows_max) {}
  Status open(OperatorContext& context) override;

 private:
  struct Piece {
    Batch batch;
    uint32_t begin = 0;
    std::vector<uint32_t> keys;  // Number in the bundle, by row from `begin` on.
  };
  Status add_rows(const Batch& batch, const BatchView& view, uint32_t begin, uint32_t count) override;
  Step emit_bundle(Output& out) override;
  Status work_off(const Piece& piece, uint64_t first_row);

  RowPerKey::Options options_;
  uint64_t rows_max_;
  RowPerKey rows_;
  KernelRef<KeyKernels> keys_;
  uint32_t number_offset_ = 0;  // Of the key's number in the bundle's rows.
  std::unique_ptr<BundleTable> bundle_;
  std::vector<uint64_t> last_;  // By key number: its last row, counted from the begin of the bundle.
  std::vector<Piece> pieces_;
  uint64_t bundled_rows_ = 0;
  size_t next_piece_ = 0;
  uint64_t next_row_ = 0;
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
