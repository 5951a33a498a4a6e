// Statements that stand for far more than they say: each is bound and optimized at once, or refused by a named limit.
// Without the limits these tests do not come to an end.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "planner/script/compile.h"

namespace sluice::planner {
namespace {

constexpr const char* kTable = "CREATE TABLE t (a INT, b STRING, f BOOLEAN) WITH ('connector' = 'values');\n";

// The codes of what is wrong, in the order of the text.
std::string codes_of(const std::string& sql, ExplainStage stage = ExplainStage::Physical) {
  SourceText source("case.sql", kTable + sql);
  Diagnostics checked, explained;
  compile_script(source, Catalog(), Settings(), checked, ToPlan{});
  compile_script(source, Catalog(), Settings(), explained, stage);
  EXPECT_EQ(checked.count(), explained.count()) << explained.render(source);
  std::string out;
  for (const Error& error : checked.errors()) out += fmt::format("{} ", static_cast<int>(error.code));
  return out;
}

std::string doubled_with(int steps) {
  std::string sql = "WITH w0 AS (SELECT a FROM t)";
  for (int i = 1; i <= steps; ++i)
    sql += fmt::format(", w{0} AS (SELECT a FROM w{1} UNION ALL SELECT a FROM w{1})", i, i - 1);
  return sql + fmt::format(" SELECT a FROM w{};", steps);
}

std::string doubled_views(int steps) {
  std::string sql = "CREATE VIEW v0 AS SELECT a FROM t;\n";
  for (int i = 1; i <= steps; ++i) {
    sql += fmt::format("CREATE VIEW v{0} AS SELECT x.a FROM v{1} AS x JOIN v{1} AS y ON x.a = y.a;\n", i, i - 1);
  }
  return sql + fmt::format("SELECT a FROM v{};", steps);
}

TEST(SizeLimits, QueriesOfWithThatAreUsedTwiceAndThatTwice) {
  EXPECT_EQ(codes_of(doubled_with(5), ExplainStage::Logical), "");
  EXPECT_EQ(codes_of(doubled_with(40), ExplainStage::Logical), "1002 ");
}

TEST(SizeLimits, ViewsThatAreUsedTwiceAndThatTwice) {
  EXPECT_EQ(codes_of(doubled_views(4), ExplainStage::Logical), "");
  EXPECT_EQ(codes_of(doubled_views(40), ExplainStage::Logical), "1002 ");
}

TEST(SizeLimits, FormsThatCopyTheirValue) {
  std::string nested = "a", cases = "a";
  for (int i = 0; i < 60; ++i) {
    nested = fmt::format("NULLIF({}, {})", nested, i);
    cases = fmt::format("CASE {} WHEN 1 THEN 2 WHEN 3 THEN 4 END", cases);
  }
  EXPECT_EQ(codes_of("SELECT NULLIF(NULLIF(NULLIF(a, 1), 2), 3) FROM t;", ExplainStage::Logical), "");
  EXPECT_EQ(codes_of("SELECT " + nested + " FROM t;", ExplainStage::Logical), "1002 ");
  EXPECT_EQ(codes_of("SELECT " + cases + " FROM t;", ExplainStage::Logical), "1002 ");
}

TEST(SizeLimits, LongListsAreNoTroubleByThemselves) {
  std::string list = "0", conditions = "a <> 0";
  for (int i = 1; i < 5'000; ++i) {
    list += fmt::format(", {}", i);
    conditions += fmt::format(" AND a <> {}", i);
  }
  EXPECT_EQ(codes_of("SELECT a FROM t WHERE a NOT IN (" + list + ");", ExplainStage::Logical), "");
  EXPECT_EQ(codes_of("SELECT a FROM t WHERE " + conditions + ";", ExplainStage::Logical), "");
}

TEST(SizeLimits, StarsOverStars) {
  std::string stars = "*";
  for (int i = 1; i < 4'000; ++i) stars += ", *";
  EXPECT_EQ(codes_of("SELECT " + stars + " FROM t;", ExplainStage::Logical), "1002 ");
}

}  // namespace
}  // namespace sluice::planner
