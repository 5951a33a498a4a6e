#pragma once
// The steps of a record as one script.
#include <simdjson.h>

#include <map>
#include <string>
#include <vector>

#include "base/result.h"

namespace sluice::conformance {

struct TableStep {
  simdjson::dom::element json;
  std::string name;
  bool is_source = false;
};

struct Program {
  std::string sql;
  std::vector<TableStep> tables;
  size_t statements = 0;  // Every step is one, also when its text holds none.
  bool must_fail = false;
  SourceSpan failing;          // In `sql`: the statement that must fail.
  bool only_plans = false;     // Ends with EXPLAIN or DDL: nothing runs.
  bool is_mini_batch = false;  // What it folds depends on where barriers stand.
  std::string skipped;
};

// `settings` come before the program's own.
Program program_of(simdjson::dom::element record, const std::map<std::string, std::string>& settings);

// Whether the record is a valid program that calls no aggregate beyond COUNT, SUM, AVG, MIN and MAX.
bool has_basic_aggregates_only(simdjson::dom::element record);

// Members of a record; empty when they are missing.
std::string string_at(simdjson::dom::element object, std::string_view key);
std::vector<std::string> strings_at(simdjson::dom::element object, std::string_view key);

}  // namespace sluice::conformance
