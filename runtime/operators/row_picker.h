#pragma once
// Output rows put together from rows of several batches.
#include <cstdint>
#include <span>
#include <vector>

#include "base/kernel_context.h"
#include "runtime/abi/batch.h"

namespace sluice::runtime {

// One output row: where its values come from, and its kind.
struct PickedRow {
  uint32_t row = 0;
  uint32_t source = 0;
  RowKind kind = RowKind::Insert;
};

// Rows of `sources`, which have the columns of `schema`, in the order of `picks`. At most kBatchRowsMax.
Batch pick_rows(std::span<const Batch* const> sources, const RowSchema& schema, std::span<const PickedRow> picks,
                BufferPool& pool, KernelContext& context);

// Puts the columns of `right` behind those of `left`, which has as many rows.
Batch join_columns(Batch left, Batch right);

// Some columns of a batch, with its heaps and without its kinds.
Batch project(const Batch& batch, std::span<const uint32_t> columns);
RowSchema project(const RowSchema& schema, std::span<const uint32_t> columns);

// A column of kinds; absent when all are +I.
BufferRef make_kinds(std::span<const RowKind> kinds, BufferPool& pool);

// equal[i] &= rows a[i] and b[i] hold the same values: NULL equals NULL, numbers compare as numbers.
void compare_rows(const ColumnView* columns, const RowSchema& schema, std::span<const uint32_t> a,
                  std::span<const uint32_t> b, uint8_t* equal);

}  // namespace sluice::runtime
