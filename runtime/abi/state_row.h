#pragma once
// The packed row: how keys, accumulators and stored rows stand in state tables. Interpreter, generated code and tables
// compute the same layout from the types alone.
//
//   null bytes (bit i%8 of byte i/8 is 1 when field i is NULL; whole bytes, padded to 8) | fields, each at the natural
//   alignment of its width (at most 8), in order | padding to a multiple of 8
//
// Fixed-width values stand as in a column. Strings are StringViews whose long bytes belong to the table's StateHeap.
// ARRAY, MAP, MULTISET and ROW values stand as one StringView over their canonical bytes. A NULL field's value bytes
// are zero. A row is 8-byte aligned and does not move while a batch is worked on.
#include <cstdint>
#include <vector>

#include "catalog/types/type.h"

namespace sluice::runtime {

struct StateRowLayout {
  struct Field {
    Type type;
    uint32_t offset = 0;
    bool is_blob = false;  // A nested value, packed.
  };
  std::vector<Field> fields;
  uint32_t null_bytes = 0;
  uint32_t size = 0;
};

StateRowLayout layout_of(const std::vector<Type>& fields);

// Where the long strings of a table's rows live. Implemented by the table; frozen bytes outlive their release until the
// checkpoint that needs them is packed.
struct StateHeap {
  char* (*allocate)(StateHeap* self, uint32_t size) = nullptr;
  void (*release)(StateHeap* self, const char* data, uint32_t size) = nullptr;
};

}  // namespace sluice::runtime
