#pragma once
// Rows for tables that have none: scripts of examples, run over values instead of what they read.
#include <random>
#include <string>
#include <vector>

#include "catalog/objects/table.h"
#include "runtime/connectors/values/store.h"

namespace sluice::conformance {

// What a script compares its columns with, so that made-up rows meet its conditions.
struct Literals {
  std::vector<std::string> texts;
  std::vector<int64_t> numbers;
};
Literals literals_of(const std::string& sql);

// Inserts whose times go up and are never NULL; of a table with a primary key as many as it has values for. The same
// seed gives the same rows.
std::vector<runtime::TableChange> made_up_rows(const Table& table, const Literals& literals, size_t count,
                                               std::mt19937_64& random);

}  // namespace sluice::conformance
