// Which types CAST and TRY_CAST take, for every pair, against what Flink says (cast_matrix.txt).
#include <gtest/gtest.h>

#include <fstream>

#include "sql_expression.h"

namespace sluice::tests {
namespace {

struct Row {
  std::string signs, type;
};

std::vector<Row> read_matrix() {
  std::ifstream in(std::string(SLUICE_SOURCE_DIR) + "/tests/unit/functions/cast_matrix.txt");
  std::vector<Row> rows;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with('#')) continue;
    size_t blank = line.find(' ');
    rows.push_back({line.substr(0, blank), line.substr(blank + 1)});
  }
  return rows;
}

TEST(Casts, TakeThePairsOfTypesThatFlinkTakes) {
  std::vector<Row> rows = read_matrix();
  ASSERT_GT(rows.size(), 20U);
  for (const Row& from : rows) {
    ASSERT_EQ(from.signs.size(), rows.size()) << from.type;
    Type type = parse_type(from.type);
    ASSERT_FALSE(type.is_invalid()) << from.type;
    for (size_t i = 0; i < rows.size(); ++i) {
      for (const char* cast : {"CAST(c AS ", "TRY_CAST(c AS "}) {
        SqlExpression expression(cast + rows[i].type + ")", {{"c", type}});
        EXPECT_EQ(expression.ok(), from.signs[i] != '-')
            << cast << rows[i].type << ") of " << from.type << ": " << expression.error();
        EXPECT_FALSE(expression.refused()) << cast << rows[i].type << ") of " << from.type;
        if (!expression.ok()) continue;
        auto outcome = expression.evaluate({{Value::null()}})[0];
        EXPECT_TRUE(outcome.error.empty() && outcome.value.is_null()) << cast << rows[i].type << ") of " << from.type;
      }
    }
  }
}

}  // namespace
}  // namespace sluice::tests
