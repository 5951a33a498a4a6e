#pragma once
// One field of a packed row against one column of a batch, for many rows at a time: the physical type is looked at once
// per call. The bundles of this folder are loops over fields.
#include <cstdint>
#include <vector>

#include "base/column_abi.h"
#include "base/kernel_context.h"
#include "runtime/abi/state_row.h"

namespace sluice::runtime::interp {

// Where a field lies in the packed row, and which column of the input it belongs to.
struct StoredField {
  uint32_t column = 0;
  uint32_t offset = 0;
  uint32_t null_byte = 0;
  uint8_t null_mask = 0;
  bool is_blob = false;
  Type type;

  bool is_null(const uint8_t* slot) const { return (slot[null_byte] & null_mask) != 0; }
  void set_null(uint8_t* slot, bool null) const {
    slot[null_byte] = static_cast<uint8_t>(null ? slot[null_byte] | null_mask : slot[null_byte] & ~null_mask);
  }
};

StoredField stored_field(const StateRowLayout& layout, uint32_t field, uint32_t column);
std::vector<StoredField> stored_fields(const StateRowLayout& layout, uint32_t first_field,
                                       const std::vector<uint32_t>& columns);

// Rows named by a selection (null: 0..count), with what belongs to them.
struct Rows {
  const ColumnView* columns = nullptr;
  const uint32_t* selection = nullptr;
  uint32_t count = 0;
};

// Calls f(i, row) for every selected row, with a loop of its own for the case without selection.
template <class F>
inline void each_row(const uint32_t* selection, uint32_t count, F&& f) {
  if (selection == nullptr) {
    for (uint32_t i = 0; i < count; ++i) f(i, i);
  } else {
    for (uint32_t i = 0; i < count; ++i) f(i, selection[i]);
  }
}

// Folds the field into hashes[i].
void hash_field_of(const StoredField& field, const Rows& rows, uint64_t* hashes) noexcept;
// equal[i] &= the column's value equals the stored one.
void equal_field_of(const StoredField& field, const Rows& rows, const uint8_t* const* slots, uint8_t* equal) noexcept;
// Overwrites the field; long strings go to the heap, and what the field held before is released.
void store_field(const StoredField& field, const Rows& rows, uint8_t* const* slots, StateHeap* heap) noexcept;
// Writes the field to rows `positions[i]` of a column.
void load_field(const StoredField& field, KernelContext* context, const uint8_t* const* slots, uint32_t count,
                const uint32_t* positions, MutableColumn* out) noexcept;

// Stores one string where the row may hold another.
void store_string(const StoredField& field, uint8_t* slot, const StringView& value, StateHeap* heap) noexcept;

}  // namespace sluice::runtime::interp
