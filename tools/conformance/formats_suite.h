#pragma once
// formats.jsonl: what Flink makes of a message, and writes for a row. Formats that we do not have yet are refused.
#include <string>
#include <vector>

#include "tools/conformance/outcome.h"

namespace sluice::conformance {

struct FormatCase {
  std::string line;
  std::string suite;  // `json.decode`
  std::string id;     // Columns, options and message, shortened.
};

std::vector<FormatCase> format_cases(const std::string& directory);
Outcome run_format(const FormatCase& format);

}  // namespace sluice::conformance
