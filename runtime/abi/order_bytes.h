#pragma once
// One value as bytes whose order is the value's: big-endian with the sign flipped; floats with NaN above all and -0.0
// below 0.0; strings as they are. Elements of ordered tables.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/column_abi.h"
#include "catalog/types/type.h"

namespace sluice::runtime {

// Whether values of the type have such bytes: all but nested ones.
bool has_order_bytes(const Type& type);

// The row is not NULL.
void append_order_bytes(const ColumnView& column, const Type& type, uint32_t row, std::string& out);

// The value's bytes as they stand in a column, Type::width() of them; not for strings, whose bytes are their own.
void read_order_bytes(std::string_view bytes, const Type& type, void* value);

}  // namespace sluice::runtime
