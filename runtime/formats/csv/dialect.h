#pragma once
// The characters of a CSV dialect, from its options.
#include <map>
#include <string>

#include "base/result.h"
#include "catalog/formats/csv.h"

namespace sluice::runtime::csv {

struct Dialect {
  char delimiter = ',';
  int quote = '"';  // -1: none
  int escape = -1;  // -1: none
  char element_delimiter = ';';
  std::string null_literal;
  bool has_null_literal = false;
  bool allow_comments = false;
  bool ignore_errors = false;
  bool scientific_decimals = false;
};

Result<Dialect> dialect_of(const std::map<std::string, std::string>& options);

}  // namespace sluice::runtime::csv
