#pragma once
// A batch: columns of up to kBatchRowsMax rows, and the buffers that own their bytes.
//
// Who owns bytes: a batch holds references to its buffers and heaps. A StringView in it points into one of them, into a
// constant of the job (alive as long as the job's program), or is inline. Projection shares buffers and heaps; a gather
// that keeps less than a quarter of the rows copies the strings it keeps; scatter to other tasks and insertion into
// state copy. No pointer into state ever stands in a batch that leaves its operator.
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/buffer.h"
#include "base/column_abi.h"
#include "base/kernel_context.h"
#include "base/row_kind.h"
#include "catalog/types/type.h"

namespace sluice::runtime {

struct Column {
  BufferRef values;    // Empty for ROW.
  BufferRef validity;  // Empty: no row is NULL.
  std::vector<Column> children;
  uint32_t rows = 0;  // Of lists' children the count of elements, else the batch's.
};

struct Batch {
  uint32_t rows = 0;
  std::vector<Column> columns;
  BufferRef kinds;               // int8 per row, RowKind; empty when every row is +I.
  std::vector<BufferRef> heaps;  // What the StringViews of all columns point into.

  RowKind kind(uint32_t row) const {
    return kinds ? static_cast<RowKind>(reinterpret_cast<const int8_t*>(kinds->data())[row]) : RowKind::Insert;
  }
  const int8_t* kinds_data() const { return kinds ? reinterpret_cast<const int8_t*>(kinds->data()) : nullptr; }
};

// The columns of a batch as kernels want them. Views of nested columns stand behind the top-level ones; the object must
// outlive its use. Reusable: `assign` keeps the memory.
class BatchView {
 public:
  BatchView() = default;
  explicit BatchView(const Batch& batch) { assign(batch); }
  BatchView(const BatchView&) = delete;
  void assign(const Batch& batch);
  const ColumnView* columns() const { return views_.data(); }
  uint32_t rows() const { return rows_; }

 private:
  std::vector<ColumnView> views_;
  uint32_t rows_ = 0;
};

// Columns that are being written, with room for `capacity` rows; becomes a Batch. Children of lists grow on demand
// through KernelContext::grow, which `bind` sets up.
class BatchBuilder {
 public:
  BatchBuilder(BufferPool& pool, const RowSchema& schema, uint32_t capacity = kBatchRowsMax);
  BatchBuilder(const BatchBuilder&) = delete;
  ~BatchBuilder();

  MutableColumn* columns() {
    if (!is_allocated_) allocate();
    return columns_.data();
  }
  int8_t* kinds();  // Allocated when first asked for, all +I.
  uint32_t capacity() const { return capacity_; }
  // The context's `grow` works for the columns of the builder that was bound last.
  void bind(KernelContext& context);
  // The first `rows` rows as a batch, with `heaps` besides the arena's blocks; the builder is empty afterwards and
  // allocates anew when it is used again. Validity without a NULL and kinds without anything but +I are dropped.
  Batch finish(uint32_t rows, Arena* arena);

 private:
  struct Owned;
  void allocate();
  Owned* find(const MutableColumn* column);

  BufferPool& pool_;
  RowSchema schema_;
  uint32_t capacity_;
  std::vector<MutableColumn> columns_;
  std::vector<std::unique_ptr<Owned>> owned_;
  bool is_allocated_ = false;
  BufferRef kinds_;
};

// The rows `selection[0..count)` of a batch, in that order, for the given types.
Batch gather(const Batch& batch, const RowSchema& schema, std::span<const uint32_t> selection, BufferPool& pool,
             Arena& arena);
// As above for one column, appended to an owner's list of heaps.
Column gather(const Column& column, const Type& type, std::span<const uint32_t> selection, BufferPool& pool,
              Arena& arena, bool copy_strings);

}  // namespace sluice::runtime
