#pragma once
// Between columns and single values: for literals, tests, rows on their way to a person. Not for hot paths.
#include "base/buffer.h"
#include "base/column_abi.h"
#include "base/kernel_context.h"
#include "catalog/types/type.h"
#include "catalog/types/value.h"

namespace sluice {

// The value in a row of a column of that type.
Value value_at(const ColumnView& column, const Type& type, uint32_t row);

// Writes `value` to a row of a column. Long strings go to the context's arena; elements of lists are appended to the
// child columns. `row` is below the capacity.
void put_value(MutableColumn& column, const Type& type, uint32_t row, const Value& value, KernelContext& context);

}  // namespace sluice
