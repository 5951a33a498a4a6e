#pragma once
// What somebody who looks at a sink sees, and whether it could come about at all.
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "runtime/connectors/values/store.h"

namespace sluice::sim {

// Rows as text, with how often they are there.
using Table = std::map<std::string, int64_t>;

enum class Folding : uint8_t {
  Append,   // Only +I.
  Retract,  // -U and -D name a row that is there.
  Upsert,   // The newest row of a key counts.
  Files,    // Visible files.
};

struct SinkSpec {
  std::string name;
  Folding folding = Folding::Append;
  std::vector<size_t> key;  // Of Upsert.
};

std::string cell(const Value& value);
std::string line_of(const ValueList& row);

// Appends what is wrong with the changelog to `problems`.
Table fold(const SinkSpec& sink, const std::vector<runtime::TableChange>& changes, std::vector<std::string>& problems);

// One line per difference, the first few only.
void compare(const std::string& sink, const Table& expected, const Table& actual, std::vector<std::string>& problems);

}  // namespace sluice::sim
