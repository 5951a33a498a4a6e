#pragma once
// Values as one string of bytes that promises equality only: per value one null byte (1 is NULL), then its
// little-endian fixed width, or a 4-byte length and the bytes; ROW: its fields; ARRAY, MAP and MULTISET: a 4-byte
// count, then the elements (of maps key and value by turns) in their order. NaN has one form. -0.0 and 0.0 differ, as
// they do in Flink's group keys (their hashes are equal: base/key_hash.h).
//
// Used for nested values in packed rows (without the leading null byte), for the groups of ordered tables and for whole
// rows that are kept in one field.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/column_abi.h"
#include "base/kernel_context.h"
#include "catalog/types/type.h"

namespace sluice::runtime {

// The null byte and the value of a row.
void append_canonical(const ColumnView& column, const Type& type, uint32_t row, std::string& out);
// The value alone; the row is not NULL.
void append_canonical_value(const ColumnView& column, const Type& type, uint32_t row, std::string& out);

// Writes the value that stands at `at` to a row of the column and returns what is behind it. Long strings are copied to
// the context's arena. The bytes are ours: they are not checked.
const char* read_canonical(const char* at, const Type& type, KernelContext& context, MutableColumn& column,
                           uint32_t row);
const char* read_canonical_value(const char* at, const Type& type, KernelContext& context, MutableColumn& column,
                                 uint32_t row);
// Behind the value that stands at `at`.
const char* skip_canonical(const char* at, const Type& type);

// Writes NULL, with initialised bytes below it.
void write_null(const Type& type, MutableColumn& column, uint32_t row);

}  // namespace sluice::runtime
