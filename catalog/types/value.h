#pragma once
// One SQL value outside of columns: literals, constants, test rows, results on their way to a person.
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/scalar_abi.h"
#include "catalog/types/type.h"

namespace sluice {

struct Value;
using ValueList = std::vector<Value>;                   // ARRAY: elements. ROW: fields.
using ValueMap = std::vector<std::pair<Value, Value>>;  // MAP; MULTISET: element and count.

// Which alternative holds a value follows from Type::physical(): Bool -> bool; Int8..Int64 -> int64_t; Int128 ->
// Int128; Float32 -> float; Float64 -> double; String -> std::string; TimestampNs -> TimestampNs; List, Struct ->
// ValueList; Map -> ValueMap. monostate is NULL.
struct Value {
  std::variant<std::monostate, bool, int64_t, Int128, float, double, std::string, TimestampNs,
               std::shared_ptr<const ValueList>, std::shared_ptr<const ValueMap>>
      data;

  bool is_null() const { return data.index() == 0; }
  template <class T>
  const T& get() const {
    return std::get<T>(data);
  }
  static Value null() { return {}; }
  static Value list(ValueList values) { return {std::make_shared<const ValueList>(std::move(values))}; }
  static Value map(ValueMap entries) { return {std::make_shared<const ValueMap>(std::move(entries))}; }
  bool operator==(const Value& other) const;
};

}  // namespace sluice
