#pragma once
// Columns as kernels, the interpreter and generated code see them. Plain structs with fixed layout; who owns the bytes
// is decided above (runtime/abi/batch.h).
#include <cstdint>

namespace sluice {

// Rows of one pass through the engine; a batch may hold fewer, never more.
inline constexpr uint32_t kBatchRowsMax = 1024;

// Readable column. `values` has Type::width() bytes per row (null for ROW). `validity` has one bit per row, bit i of
// word i/64 being 1 when row i is not NULL; a null pointer says that no row is NULL. Slots of NULL rows hold
// initialised bytes. A child of a ROW has the rows of its parent and its own validity (a field is NULL when it or its
// parent is); a child of a list has as many rows as the ListViews refer to.
struct ColumnView {
  const void* values = nullptr;
  const uint64_t* validity = nullptr;
  const ColumnView* children = nullptr;
  uint32_t child_count = 0;
  uint32_t rows = 0;
};

// Column to be written. Room for `capacity` rows in every buffer; `validity` is null where the type is NOT NULL.
// Writers fill values and validity of the rows they produce and leave `rows` to the caller, except for children of
// lists, to which they append at `rows` after asking KernelContext::grow for room.
struct MutableColumn {
  void* values = nullptr;
  uint64_t* validity = nullptr;
  MutableColumn* children = nullptr;
  uint32_t child_count = 0;
  uint32_t rows = 0;
  uint32_t capacity = 0;
};

inline bool is_valid(const uint64_t* validity, uint32_t row) {
  return validity == nullptr || ((validity[row >> 6] >> (row & 63)) & 1) != 0;
}
inline void set_valid(uint64_t* validity, uint32_t row, bool valid) {
  uint64_t bit = uint64_t{1} << (row & 63);
  validity[row >> 6] = valid ? validity[row >> 6] | bit : validity[row >> 6] & ~bit;
}
inline uint32_t validity_words(uint32_t rows) { return (rows + 63) / 64; }

}  // namespace sluice
