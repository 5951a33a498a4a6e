// Statements at the limits, one below and one above. Nothing here may take the stack along.
#include "grammar/limits.h"
#include "grammar/format/format.h"
#include "tests/unit/grammar/parse_fixture.h"

namespace sluice {
namespace {

std::string repeat(std::string_view text, size_t times) {
  std::string out;
  for (size_t i = 0; i < times; ++i) out += text;
  return out;
}

std::string code_of(std::string_view sql) { return errors_of(sql).substr(0, 4); }

// What is printed for a large statement parses again, so that a view's text stays good.
void expect_right(const std::string& sql) {
  ast::Script script = parse_script(sql);
  ASSERT_EQ(script.statements.size(), 1u);
  EXPECT_FALSE(ast::print(script.statements[0]).empty());
  EXPECT_FALSE(ast::dump(script).empty());
  Diagnostics diagnostics;
  EXPECT_TRUE(grammar::format_script(SourceText("test.sql", sql), diagnostics));
}

TEST(Limits, Nesting) {
  auto parentheses = [](size_t depth) { return "SELECT " + repeat("(", depth) + "1" + repeat(")", depth); };
  auto queries = [](size_t depth) { return repeat("SELECT * FROM (", depth) + "SELECT 1" + repeat(")", depth); };
  auto cases = [](size_t depth) {
    return "SELECT " + repeat("CASE WHEN a THEN ", depth) + "1" + repeat(" END", depth);
  };
  auto types = [](size_t depth) {
    return "CREATE TABLE t (a " + repeat("ARRAY<", depth - 1) + "INT" + repeat(">", depth - 1) + ")";
  };
  for (size_t depth : {grammar::kNestingDepthMax - 1, grammar::kNestingDepthMax}) {
    expect_right(parentheses(depth));
    expect_right(queries(depth));
    expect_right(cases(depth));
    expect_right(types(depth));
  }
  for (size_t depth : {grammar::kNestingDepthMax + 1, size_t{20'000}}) {
    EXPECT_EQ(code_of(parentheses(depth)), "1003");
    EXPECT_EQ(code_of(queries(depth)), "1003");
    EXPECT_EQ(code_of(cases(depth)), "1003");
    EXPECT_EQ(code_of(types(depth)), "1003");
  }
}

TEST(Limits, ChainsOfOperators) {
  auto sum = [](size_t operators) { return "SELECT 1" + repeat(" + 1", operators); };
  auto nots = [](size_t operators) { return "SELECT " + repeat("NOT ", operators) + "a"; };
  auto unions = [](size_t operators) { return "SELECT 1" + repeat(" UNION SELECT 1", operators); };
  auto joins = [](size_t operators) { return "SELECT 1 FROM t" + repeat(" CROSS JOIN t", operators); };
  // One level is the statement itself.
  for (size_t count : {grammar::kTreeHeightMax - 2, grammar::kTreeHeightMax - 1}) {
    expect_right(sum(count));
    expect_right(nots(count));
    expect_right(unions(count));
    expect_right(joins(count));
  }
  for (size_t count : {grammar::kTreeHeightMax, size_t{100'000}}) {
    EXPECT_EQ(code_of(sum(count)), "1003");
    EXPECT_EQ(code_of(nots(count)), "1003");
    EXPECT_EQ(code_of(unions(count)), "1003");
    EXPECT_EQ(code_of(joins(count)), "1003");
  }
}

TEST(Limits, ChainsAddUpOverTheirNesting) {
  // Each level is 100 operators high: ten of them are the limit.
  std::string sql = "SELECT ";
  for (int i = 0; i < 11; ++i) sql += "(1" + repeat(" + 1", 99);
  sql += repeat(" + 1)", 11);
  EXPECT_EQ(code_of(sql), "1003");
}

TEST(Limits, ChainsOfOrAndListsAreFlat) {
  expect_right("SELECT a FROM t WHERE a = 0" + repeat(" OR a = 1", 20'000));
  expect_right("SELECT a FROM t WHERE a IN (0" + repeat(", 1", 20'000) + ")");
  expect_right("SELECT a + 1" + repeat(", a + 1", 20'000));
  expect_right("SELECT 1 FROM t" + repeat(", t", 900));
  EXPECT_EQ(code_of("SELECT 1 FROM t" + repeat(", t", 5'000)), "1003");
}

TEST(Limits, ListsAndBytes) {
  auto list = [](size_t elements) { return "SELECT 1" + repeat(",1", elements - 1); };
  expect_right(list(grammar::kListLengthMax - 1));
  expect_right(list(grammar::kListLengthMax));
  EXPECT_EQ(code_of(list(grammar::kListLengthMax + 1)), "1002");

  auto bytes = [](size_t size) { return "SELECT '" + std::string(size - 9, 'x') + "'"; };
  expect_right(bytes(grammar::kStatementBytesMax - 1));
  expect_right(bytes(grammar::kStatementBytesMax));
  EXPECT_EQ(code_of(bytes(grammar::kStatementBytesMax + 1)), "1002");
}

}  // namespace
}  // namespace sluice
