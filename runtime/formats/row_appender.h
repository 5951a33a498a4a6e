#pragma once
// Rows that decoders append to batches.
#include <cstdint>
#include <vector>

#include "base/kernel_context.h"
#include "runtime/abi/batch.h"

namespace sluice::runtime {

// Fills what a message's decoder does not: columns of its key, metadata such as offset and time.
class RowCompletion {
 public:
  virtual ~RowCompletion() = default;
  virtual void complete(MutableColumn* columns, uint32_t row, KernelContext& context) = 0;
};

// A batch that is full is set aside and the next one begun, so a message may yield any number of rows.
class RowAppender {
 public:
  RowAppender(BufferPool& pool, RowSchema schema, const SessionContext* session, uint32_t rows_max = kBatchRowsMax);
  RowAppender(const RowAppender&) = delete;

  // Columns and the row in them that is to be written next. Valid until `commit` or `take`.
  MutableColumn* columns() { return builder_.columns(); }
  uint32_t row() const { return rows_; }
  KernelContext& context() { return context_; }
  const RowSchema& schema() const { return schema_; }

  // The row is complete. A row that was begun and is not committed is overwritten by the next one.
  void commit(RowKind kind = RowKind::Insert);
  // Called with every row that is committed, before it is; may be null. Borrowed.
  void set_completion(RowCompletion* completion) { completion_ = completion; }
  RowCompletion* completion() const { return completion_; }
  // While held, `commit` only counts: what was written stays in the row that is next. So the decoder of a key leaves
  // its columns to the decoder of the value. `release` says how many rows there were.
  void hold() { is_held_ = true, rows_held_ = 0; }
  uint32_t release();

  // Takes back the rows that were committed since `mark`. Nothing was taken in between.
  struct Mark {
    size_t full = 0;
    uint32_t rows = 0;
    uint64_t committed = 0;
  };
  Mark mark() const { return {full_.size(), rows_, rows_committed_}; }
  void rollback(const Mark& mark);

  uint64_t rows_committed() const { return rows_committed_; }
  bool has_full_batch() const { return !full_.empty(); }
  // The oldest batch that is full, else what there is, else an empty one.
  Batch take();

 private:
  void finish();

  Arena arena_;
  RowSchema schema_;
  BatchBuilder builder_;
  KernelContext context_;
  RowCompletion* completion_ = nullptr;
  uint32_t rows_max_;
  uint32_t rows_ = 0;
  bool is_held_ = false;
  uint32_t rows_held_ = 0;
  uint64_t rows_committed_ = 0;
  std::vector<Batch> full_;
};

}  // namespace sluice::runtime
