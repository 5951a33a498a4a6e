#pragma once
// Everything an operator does per row is a bundle of kernels behind this C ABI. The interpreter (runtime/interp) and
// the code generator (codegen/) supply the same bundles; operators do not know which they hold.
//
// Conventions: `columns` are those of the input batch. `selection` names `count` of its rows; null means rows 0..count.
// `slots[i]` points to the packed row (state_row.h) that belongs to the i-th selected row or to the i-th entry.
// `positions[i]` is the row of the output columns which entry i is written to. All are noexcept and never block. Errors
// of rows go to `context->error`; the caller looks after each call.
#include <cstdint>

#include "base/kernel_context.h"
#include "runtime/abi/state_row.h"

namespace sluice::runtime {

// Of a key: some columns of the input, stored as the first fields of a packed row.
struct KeyKernels {
  const void* self = nullptr;
  // base/key_hash.h over the key's fields.
  void (*hash)(const void* self, const ColumnView* columns, const uint32_t* selection, uint32_t count,
               uint64_t* hashes) = nullptr;
  // equal[i] = 1 when the key of the i-th selected row is that of slots[i]. NULL equals NULL, NaN equals NaN;
  // 0.0 and -0.0 hash alike and are different keys, as in Flink.
  void (*equal)(const void* self, const ColumnView* columns, const uint32_t* selection, uint32_t count,
                const uint8_t* const* slots, uint8_t* equal) = nullptr;
  // Writes the key into fresh (zeroed) slots.
  void (*pack)(const void* self, const ColumnView* columns, const uint32_t* selection, uint32_t count,
               uint8_t* const* slots, StateHeap* heap) = nullptr;
  // Writes the key fields to output columns 0..n; long strings are copied into the context's arena.
  void (*unpack)(const void* self, KernelContext* context, const uint8_t* const* slots, uint32_t count,
                 const uint32_t* positions, MutableColumn* out) = nullptr;
};

// Of the aggregate calls of one operator that share their input rows. Accumulators are fields of the packed row.
struct AggKernels {
  const void* self = nullptr;
  void (*init)(const void* self, uint8_t* const* slots, uint32_t count) = nullptr;
  // Adds (+I, +U) or retracts (-U, -D) the selected rows in order; the same slot may occur more than once. `kinds` may
  // be null: all are added.
  void (*add)(const void* self, KernelContext* context, const ColumnView* columns, const int8_t* kinds,
              const uint32_t* selection, uint32_t count, uint8_t* const* slots, StateHeap* heap) = nullptr;
  // The columns hold accumulators as `accumulators` wrote them.
  void (*merge)(const void* self, KernelContext* context, const ColumnView* columns, const uint32_t* selection,
                uint32_t count, uint8_t* const* slots, StateHeap* heap) = nullptr;
  // Results of the calls, to consecutive output columns from out[0] on.
  void (*result)(const void* self, KernelContext* context, const uint8_t* const* slots, uint32_t count,
                 const uint32_t* positions, MutableColumn* out) = nullptr;
  // The accumulators themselves, for the local phase.
  void (*accumulators)(const void* self, KernelContext* context, const uint8_t* const* slots, uint32_t count,
                       const uint32_t* positions, MutableColumn* out) = nullptr;
};

// Of rows that are stored whole or in part: some columns of the input as consecutive fields of the packed row.
struct RowKernels {
  const void* self = nullptr;
  // Overwrites the fields; what they held before is released to the heap.
  void (*copy_in)(const void* self, const ColumnView* columns, const uint32_t* selection, uint32_t count,
                  uint8_t* const* slots, StateHeap* heap) = nullptr;
  void (*copy_out)(const void* self, KernelContext* context, const uint8_t* const* slots, uint32_t count,
                   const uint32_t* positions, MutableColumn* out) = nullptr;
  // equal[i] = 1 when the selected row's columns equal the stored fields.
  void (*equal)(const void* self, const ColumnView* columns, const uint32_t* selection, uint32_t count,
                const uint8_t* const* slots, uint8_t* equal) = nullptr;
};

// A stateless chain: filter and computed columns in one pass.
//
// `selection` receives the input rows that pass, in order. Computed column c of those rows is written densely to
// out[c]. Columns that are passed through are not written here: the caller shares or gathers them. Returns the number
// of selected rows; when a row failed, context->error is set and the result means nothing.
struct PipelineKernel {
  const void* self = nullptr;
  uint32_t (*run)(const void* self, KernelContext* context, const ColumnView* columns, uint32_t rows,
                  uint32_t* selection, MutableColumn* out) = nullptr;
};

}  // namespace sluice::runtime
