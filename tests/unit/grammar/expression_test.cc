// Precedence, words that change their meaning with their place, and the forms in which calls arrive.
#include "tests/unit/grammar/parse_fixture.h"

namespace sluice {
namespace {

TEST(Expression, BindsAsCalciteDoes) {
  EXPECT_EQ(print_expression("a OR b AND c"), "(`a` OR (`b` AND `c`))");
  EXPECT_EQ(print_expression("NOT a = b AND c"), "((NOT (`a` = `b`)) AND `c`)");
  EXPECT_EQ(print_expression("a + b * c || d"), "(`a` + ((`b` * `c`) || `d`))");
  EXPECT_EQ(print_expression("a - b - c"), "((`a` - `b`) - `c`)");
  EXPECT_EQ(print_expression("-a[1] + b"), "((- `a`[1]) + `b`)");
  EXPECT_EQ(print_expression("a = b IS NULL"), "((`a` = `b`) IS NULL)");
  EXPECT_EQ(print_expression("NOT a IS NULL"), "(NOT (`a` IS NULL))");
  EXPECT_EQ(print_expression("a = b IS DISTINCT FROM c"), "(`a` = (`b` IS DISTINCT FROM `c`))");
  EXPECT_EQ(print_expression("a < b = TRUE"), "((`a` < `b`) = TRUE)");
  EXPECT_EQ(print_expression("a + NOT b = c"), "(`a` + (NOT (`b` = `c`)))");
  EXPECT_EQ(print_expression("a LIKE b || c ESCAPE d AND e"), "((`a` LIKE (`b` || `c`) ESCAPE `d`) AND `e`)");
  EXPECT_EQ(print_expression("a BETWEEN b AND c + 1 AND d"), "((`a` BETWEEN ASYMMETRIC `b` AND (`c` + 1)) AND `d`)");
  EXPECT_EQ(print_expression("a BETWEEN b AND c = d"), "((`a` BETWEEN ASYMMETRIC `b` AND `c`) = `d`)");
}

TEST(Expression, ChainsOfAndAreOneCall) {
  SourceText source("test.sql", "a AND b AND (c AND d)");
  Diagnostics diagnostics;
  ast::ExprPtr expr = grammar::parse_expression(source, diagnostics);
  ASSERT_TRUE(expr);
  const auto& call = std::get<ast::Call>(expr->kind);
  EXPECT_EQ(call.lookup, "AND");
  EXPECT_EQ(call.args.size(), 3u);
  EXPECT_EQ(source.text(expr->span), "a AND b AND (c AND d)");
}

TEST(Expression, WordsAreNamesWhereTheyMeanNothing) {
  EXPECT_EQ(print_expression("if + key + final + model + format + json + week + a + interval_ + map"),
            "(((((((((`if` + `key`) + `final`) + `model`) + `format`) + `json`) + `week`) + `a`) + `interval_`) + "
            "`map`)");
  EXPECT_EQ(print_expression("IF(a, b, c)"), "`IF`(`a`, `b`, `c`)");
  EXPECT_EQ(print_expression("left(a, 1) = year(b)"), "(LEFT(`a`, 1) = YEAR(`b`))");
  EXPECT_EQ(print_expression("map[1, 2]"), "MAP[1, 2]");
  EXPECT_EQ(print_expression("days"), "`days`");
  EXPECT_EQ(print_expression("INTERVAL '1' DAYS"), "INTERVAL '1' DAY");
}

TEST(Expression, NamesKeepTheirCaseAndTheirDots) {
  SourceText source("test.sql", "Bid.`dateTime`.x");
  Diagnostics diagnostics;
  ast::ExprPtr expr = grammar::parse_expression(source, diagnostics);
  ASSERT_TRUE(expr);
  const auto& name = std::get<ast::ColumnRef>(expr->kind).name;
  ASSERT_EQ(name.parts.size(), 3u);
  EXPECT_EQ(name.parts[0].text, "Bid");
  EXPECT_EQ(name.parts[1].text, "dateTime");
  EXPECT_EQ(source.text(name.parts[1].span), "`dateTime`");
}

TEST(Expression, StringsAreDecoded) {
  auto value = [](std::string_view sql) {
    SourceText source("test.sql", sql);
    Diagnostics diagnostics;
    ast::ExprPtr expr = grammar::parse_expression(source, diagnostics);
    EXPECT_TRUE(expr) << diagnostics.render(source);
    return expr ? std::get<ast::StringLiteral>(expr->kind).value : "";
  };
  EXPECT_EQ(value("'it''s \\n'"), "it's \\n");
  EXPECT_EQ(value("U&'\\00e9\\\\ \\+01F600'"), "\u00e9\\ \U0001F600");
  EXPECT_EQ(value("U&'\\D83D\\DE00'"), "\U0001F600");
  EXPECT_EQ(value("U&'*0041' UESCAPE '*'"), "A");
  EXPECT_EQ(value("E'a\\tb\\'c''d\\101\\x42\\u0043'"), "a\tb'c'dABC");
  EXPECT_EQ(value("'a'\n  'b'"), "ab");
}

TEST(Expression, SpansAreBytesOfTheWholeNode) {
  SourceText source("test.sql", "SELECT 'é', f(a) FROM t;");
  Diagnostics diagnostics;
  ast::Script script = grammar::parse(source, diagnostics);
  ASSERT_EQ(script.statements.size(), 1u);
  EXPECT_EQ(source.text(script.statements[0].span), "SELECT 'é', f(a) FROM t");
  const auto& query = *std::get<ast::SelectStatement>(script.statements[0].kind).query;
  const auto& items = std::get<ast::Select>(query.body).items;
  EXPECT_EQ(source.text(items[1].expr->span), "f(a)");
}

TEST(Expression, EntryPointsTakeTheWholeText) {
  Diagnostics diagnostics;
  EXPECT_TRUE(grammar::parse_query(SourceText("v", "SELECT 1 UNION SELECT 2"), diagnostics));
  EXPECT_TRUE(grammar::parse_type(SourceText("t", "MAP<STRING, ROW<a INT>> NOT NULL"), diagnostics));
  EXPECT_TRUE(diagnostics.ok());
  EXPECT_FALSE(grammar::parse_expression(SourceText("e", "a + 1 b"), diagnostics));
  EXPECT_FALSE(grammar::parse_expression(SourceText("e", ""), diagnostics));
  EXPECT_EQ(diagnostics.count(), 2u);
}

}  // namespace
}  // namespace sluice
