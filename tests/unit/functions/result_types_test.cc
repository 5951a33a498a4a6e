// The types, with nullability, that Flink gives to calls over columns that are NOT NULL: result_types.tsv holds a call,
// Flink's type (or `rejected`) and, where ours is another on purpose, ours: see docs/compatibility.md, and what Flink
// accepts here but cannot run.
#include <gtest/gtest.h>

#include <fstream>

#include "sql_expression.h"

namespace sluice::tests {
namespace {

// `INT NOT NULL` and what DESCRIBE prints otherwise.
Type type_of(std::string text) {
  constexpr std::string_view kNotNull = " NOT NULL";
  bool nullable = !text.ends_with(kNotNull);
  if (!nullable) text.resize(text.size() - kNotNull.size());
  return parse_type(text).with_nullability(nullable);
}

RowSchema not_null_columns() {
  constexpr std::pair<const char*, const char*> kColumns[] = {{"i", "INT"},
                                                              {"l", "BIGINT"},
                                                              {"ti", "TINYINT"},
                                                              {"si", "SMALLINT"},
                                                              {"f", "FLOAT"},
                                                              {"d", "DOUBLE"},
                                                              {"n", "DECIMAL(10, 2)"},
                                                              {"c", "CHAR(3)"},
                                                              {"v", "VARCHAR(10)"},
                                                              {"s", "STRING"},
                                                              {"b", "BYTES"},
                                                              {"ts", "TIMESTAMP(3)"},
                                                              {"tz", "TIMESTAMP_LTZ(3)"},
                                                              {"dt", "DATE"},
                                                              {"t", "TIME(0)"},
                                                              {"z", "BOOLEAN"},
                                                              {"ai", "ARRAY<INT NOT NULL>"},
                                                              {"ac", "ARRAY<CHAR(2) NOT NULL>"},
                                                              {"m", "MAP<CHAR(1) NOT NULL, INT NOT NULL>"},
                                                              {"r", "ROW<a INT NOT NULL, b STRING>"},
                                                              {"ar", "ARRAY<ROW<a INT NOT NULL> NOT NULL>"}};
  RowSchema columns;
  for (auto [name, type] : kColumns) columns.push_back({name, parse_type(type).not_null()});
  return columns;
}

TEST(FunctionTable, ResultTypesAreFlinks) {
  std::ifstream file(std::string(SLUICE_SOURCE_DIR) + "/tests/unit/functions/result_types.tsv");
  std::string line;
  size_t count = 0;
  while (std::getline(file, line)) {
    size_t tab = line.find('\t'), last = line.rfind('\t');
    ASSERT_NE(tab, std::string::npos) << line;
    std::string call = line.substr(0, tab), expected = line.substr(last + 1);
    SqlExpression expression(call, not_null_columns());
    std::string found = expression.ok() ? expression.type().to_string() : "rejected";
    if (expected == "rejected") {
      EXPECT_EQ(found, expected) << call;
    } else {
      EXPECT_EQ(found, type_of(expected).to_string()) << call << " " << expression.error();
    }
    ++count;
  }
  EXPECT_GT(count, 500U);
}

// A kernel that says NULL in a column that has none fails the job: what the table declares must allow for it.
TEST(FunctionTable, WhatCanBeNullSaysSo) {
  RowSchema columns = not_null_columns();
  constexpr const char* kCalls[] = {"SUBSTRING('hello' FROM 2 FOR -1)",
                                    "SUBSTRING(s, 1, -1)",
                                    "LPAD(s, -1, 'x')",
                                    "RPAD(s, 5, '')",
                                    "RPAD(s, i, v)",
                                    "REGEXP_REPLACE(s, '(', 'x')",
                                    "REGEXP_REPLACE(s, v, 'x')",
                                    "TO_DATE(s, 'yyyy')",
                                    "CONVERT_TZ(s, 'UTC', 'UTC')"};
  for (const char* call : kCalls) {
    SqlExpression expression(call, columns);
    ASSERT_TRUE(expression.ok()) << call << " " << expression.error();
    EXPECT_TRUE(expression.type().nullable()) << call;
  }
}

}  // namespace
}  // namespace sluice::tests
