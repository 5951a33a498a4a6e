#pragma once
// Columns outside of batches: constants of programs, vectors of the interpreter, rows of tests.
#include <memory>
#include <span>
#include <vector>

#include "base/column_abi.h"
#include "base/kernel_context.h"
#include "catalog/types/type.h"
#include "catalog/types/value.h"

namespace sluice {

// A column that owns its memory, with room for a number of rows; children of lists grow on demand. Fresh memory is
// zero. Does not move.
class OwnedColumn {
 public:
  OwnedColumn(const Type& type, uint32_t capacity);
  OwnedColumn(const OwnedColumn&) = delete;

  MutableColumn& column() { return *slot_; }
  // What was written, as `rows` rows; valid until the column grows. Without `has_nulls` no row of it is NULL.
  const ColumnView& view(uint32_t rows, bool has_nulls = true);
  // Writes a value at a row; strings are copied into the column.
  void set(uint32_t row, const Value& value);
  // Makes room in a column of this tree; false when `column` is not one of them.
  bool grow(const MutableColumn* column, uint32_t rows);
  // Forgets the elements of lists; everything else is simply written over.
  void clear();

 private:
  struct Free {
    void operator()(char* memory) const;
  };
  OwnedColumn(const Type& type, uint32_t capacity, MutableColumn* slot);
  void reserve(uint32_t rows);

  Type type_;
  MutableColumn own_;            // Of the top of a tree.
  MutableColumn* slot_ = &own_;  // A child's stands in its parent's array.
  std::unique_ptr<char, Free> values_;
  std::unique_ptr<char, Free> validity_;
  std::unique_ptr<MutableColumn[]> child_slots_;
  std::vector<std::unique_ptr<OwnedColumn>> children_;
  ColumnView view_;
  std::vector<ColumnView> child_views_;
  struct Strings {
    BufferPool pool;
    Arena arena{pool};
  };
  std::unique_ptr<Strings> strings_;  // Of `set`; made when first needed.
};

// Copies row from[i] of `column` to row to[i] of `out` (null: i), for every i below count. Strings are shared, elements
// of lists copied. False when a NULL meets an `out` without validity; `failed` is its i then.
bool copy_rows(KernelContext& context, const Type& type, const ColumnView& column, uint32_t row_mask,
               const uint32_t* from, const uint32_t* to, uint32_t count, MutableColumn& out, uint32_t& failed);

}  // namespace sluice
