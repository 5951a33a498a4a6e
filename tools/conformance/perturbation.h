#pragma once
// Rows of a table with one of its columns changed: what an experiment about lineage does to its input.
#include <random>
#include <string>
#include <vector>

#include "runtime/connectors/values/store.h"

namespace sluice::conformance {

// A column, or a field inside of ROWs: `bid.price`.
struct Leaf {
  std::string name;
  std::vector<size_t> path;  // Column, then fields.
  Type type;
  bool is_unique = false;  // Part of a primary key: different values stay different.
};

std::vector<Leaf> leaves_of(const RowSchema& columns, const std::vector<uint32_t>& key);

enum class Change : uint8_t {
  Permute,   // Every value becomes another one that occurs.
  Shift,     // Every value moves by the same distance, or gets the same text behind it.
  Collapse,  // Different values become the same.
  // For rows that are only inserted: other kinds of rows must keep naming each other.
  Shuffle,  // Values change places.
  OneRow,   // One row gets a value that another one has.
  Nulls,    // Some rows lose their value.
};
inline constexpr Change kChanges[] = {Change::Permute, Change::Shift,  Change::Collapse,
                                      Change::Shuffle, Change::OneRow, Change::Nulls};

// False when the change does nothing to these rows, or must not be done to them.
bool perturb(std::vector<runtime::TableChange>& rows, const Leaf& leaf, Change change, std::mt19937_64& random);

}  // namespace sluice::conformance
