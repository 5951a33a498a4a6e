#pragma once
// Types and values in the Java source forms of expressions.jsonl.
#include <optional>
#include <string>
#include <string_view>

#include "catalog/types/type.h"
#include "catalog/types/value.h"

namespace sluice::tests {

// `DataTypes.ARRAY(DataTypes.INT().notNull())`; nothing for a form that is not known.
std::optional<Type> java_type(std::string_view source);
// `new Integer[] {1, null}`, `LocalDate.of(2020, 2, 29)`, as a value of the type; nothing for a form that is not known.
std::optional<Value> java_value(std::string_view source, const Type& type);

}  // namespace sluice::tests
