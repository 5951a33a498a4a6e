#pragma once
// What a JSON decoder does with each member of the objects it meets, decided once from the columns and what the query
// reads of them.
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "catalog/types/type.h"
#include "runtime/formats/format.h"

namespace sluice::runtime::json {

struct ObjectPlan;

// A column with one value of a fixed width per row.
struct FlatColumn {
  uint32_t column = 0;
  uint32_t width = 0;
};

// One value and the column that takes it.
struct ValuePlan {
  enum class Kind : uint8_t {
    Scalar,
    Integer,
    Text,
    Timestamp,
    Array,
    Map,
    Row,           // A column of its own; its fields go to the children of the column.
    ProjectedRow,  // Some fields of a ROW, to columns beside each other.
  };
  Kind kind = Kind::Scalar;
  Type type;
  uint32_t column = 0;  // Among the columns of the object around it.
  std::unique_ptr<ObjectPlan> object;
  // ProjectedRow: its columns, at every depth, unless one of them is nested.
  std::vector<FlatColumn> flat;
  std::vector<ValuePlan> children;  // ARRAY: the element. MAP, MULTISET: key and value.
};

struct FieldPlan {
  std::string name;
  std::vector<ValuePlan> values;  // Mostly one; none when nothing reads it.
  uint64_t seen = 0;              // The object (ObjectPlan::generation) in which it was met last.
};

// A key as it stood in the object before, with quotes and colon. Messages of a topic have their keys in one order, so
// one comparison of 32 bytes finds the field.
struct ExpectedKey {
  alignas(32) std::array<char, 32> bytes = {};
  uint32_t size = 0;
  int32_t field = -1;  // -1: not declared.
};

struct ObjectPlan {
  std::vector<FieldPlan> fields;
  std::map<std::string, uint32_t, std::less<>> by_name;
  uint64_t generation = 0;
  std::vector<ExpectedKey> expected;
};

ObjectPlan plan_of(const DecoderSpec& spec);

}  // namespace sluice::runtime::json
