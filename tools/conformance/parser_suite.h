#pragma once
// parser.jsonl: statements that Flink's parser takes, with their normalised text, and those that it rejects, with the
// place of the error.
#include <string>
#include <vector>

#include "tools/conformance/outcome.h"

namespace sluice::conformance {

struct ParserCase {
  std::string sql;
  std::string marked;    // The text with two carets around the place of the error.
  std::string expected;  // The normalised text.
  std::string kind;      // `parse-ok`, `parse-error` or `validate`
  std::string suite;     // `FlinkSqlParserImplTest.parse-ok`
  std::string id;        // The statement, shortened.
};

std::vector<ParserCase> parser_cases(const std::string& directory);
Outcome run_parser_case(const ParserCase& parser_case);

}  // namespace sluice::conformance
