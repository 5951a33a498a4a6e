// Answers of single expressions as Flink 2.2.1 gave them when it was asked.
#include <gtest/gtest.h>

#include "catalog/types/value_text.h"
#include "sql_expression.h"

namespace sluice::tests {
namespace {

struct Measured {
  const char *sql, *answer;
};

std::string answer_of(const std::string& sql, const std::string& zone = "UTC") {
  SqlExpression expression(sql, {}, zone);
  if (!expression.ok()) return "DOES NOT BIND: " + expression.error();
  Outcome outcome = expression.evaluate({{}})[0];
  return outcome.error.empty() ? literal_text(outcome.value, expression.type()) : "ERROR " + outcome.error;
}

void expect_answers(std::span<const Measured> all) {
  for (const Measured& each : all) EXPECT_EQ(answer_of(each.sql), each.answer) << each.sql;
}

TEST(MeasuredAnswers, Escapes) {
  constexpr Measured kAll[] = {{R"(E'\x')", "'x'"},     {R"(E'\xg')", "'xg'"},   {R"(E'\x4')", "'\x04'"},
                               {R"(E'\x411')", "'A1'"}, {R"(E'\q')", R"('\q')"}, {R"(E'\8')", R"('\8')"}};
  expect_answers(kAll);
}

TEST(MeasuredAnswers, Json) {
  constexpr Measured kAll[] = {
      {"JSON_UNQUOTE('\"a' || CHR(10) || '\"')", "'\"a\n\"'"},
      {"JSON_UNQUOTE('\"a' || CHR(9) || 'b\"')", "'\"a\tb\"'"},
      {"JSON_VALUE('{\"a\":1}', 'lax $.z' DEFAULT 5 ON EMPTY)", "'5'"},
      {"JSON_VALUE('{\"a\":1}', 'lax $.z' DEFAULT 5.50 ON EMPTY)", "'5.50'"},
      {"JSON_VALUE('{\"a\":1}', 'lax $.z' DEFAULT 5e3 ON EMPTY)", "'5000.0'"},
      {"JSON_VALUE('{\"a\":1}', 'lax $.z' DEFAULT TRUE ON EMPTY)", "'true'"},
      {"JSON_VALUE('{\"a\":1}', 'lax $.z' DEFAULT DATE '2024-01-01' ON EMPTY)", "'19723'"},
      {"JSON_VALUE('{\"a\":1}', 'lax $.z' DEFAULT TIMESTAMP '2024-01-01 00:00:00' ON EMPTY)", "'2024-01-01T00:00'"},
      {"JSON_VALUE('{}', 'strict $.z' DEFAULT 5 ON ERROR)", "'5'"},
      {"JSON_VALUE('{\"z\":1}', 'lax $.z' DEFAULT 5 ON EMPTY)", "'1'"}};
  expect_answers(kAll);
}

TEST(MeasuredAnswers, Texts) {
  constexpr Measured kAll[] = {{"SUBSTRING('hello' FROM 2 FOR -1)", "NULL"},
                               {"RPAD('hi', 5, '')", "NULL"},
                               {"REGEXP_REPLACE('a', '(', 'x')", "NULL"},
                               {"TRANSLATE3('abc', 'ab', 'x')", "'xc'"},
                               {"TRANSLATE3('aabbcc', 'abc', 'xyz12')", "'xxyyzz'"},
                               {"TRANSLATE3('héé', 'é', '')", "'h'"},
                               {"TRANSLATE3('abc', 'ab', CAST(NULL AS STRING))", "'c'"},
                               {"TRANSLATE3('abc', 'aa', 'xy')", "'xbc'"},
                               {"REPLACE('hello', '', 'x')", "'xhxexlxlxox'"},
                               {"REPLACE('', '', 'x')", "'x'"},
                               {"SPLIT_INDEX('hello', '', 0)", "'hello'"},
                               {"SPLIT_INDEX('hello', '', 1)", "NULL"},
                               {"SPLIT_INDEX('a b', '', 1)", "'b'"},
                               {"SPLIT_INDEX(' a', '', 0)", "''"},
                               {"SPLIT_INDEX('a ', '', 1)", "''"}};
  expect_answers(kAll);
}

TEST(MeasuredAnswers, Printf) {
  constexpr Measured kAll[] = {{"PRINTF('%.2f', 1.5)", "NULL"},
                               {"PRINTF('%s', 1.5)", "'1.5'"},
                               {"PRINTF('%.2f', 1.5e0)", "'1.50'"},
                               {"PRINTF('%20s|', TIMESTAMP '2024-01-01 00:00:00')", "'    2024-01-01T00:00|'"},
                               {"PRINTF('%s', TIMESTAMP '2024-01-01 00:00:00.120')", "'2024-01-01T00:00:00.120'"},
                               {"PRINTF('%s|%s', INTERVAL '1' DAY, INTERVAL '1' YEAR)", "'86400000|12'"},
                               {"PRINTF('%d', INTERVAL '1' DAY)", "'86400000'"},
                               {"PRINTF('%d', DATE '2024-01-01')", "'19723'"},
                               {"PRINTF('%d', TIME '10:11:12')", "'36672000'"}};
  expect_answers(kAll);
}

TEST(MeasuredAnswers, TimesAndIntervals) {
  constexpr Measured kAll[] = {
      {"TIMESTAMP '2024-01-01'", "TIMESTAMP '2024-01-01 00:00:00'"},
      {"TIMESTAMP '2024-01-01 00:00:00.12345678999'", "TIMESTAMP '2024-01-01 00:00:00.123456789'"},
      {"CAST(CAST(5 AS INTERVAL YEAR) AS STRING)", "'+5-00'"},
      {"CAST(CAST(5 AS INTERVAL DAY) AS STRING)", "'+5 00:00:00.000'"},
      {"CAST(CAST(-5 AS INTERVAL DAY) AS STRING)", "'-5 00:00:00.000'"},
      {"CAST(CAST(CAST(5 AS BIGINT) AS INTERVAL DAY) AS STRING)", "'+0 00:00:00.005'"},
      {"CAST(CAST(2 + 3 AS INTERVAL HOUR) AS STRING)", "'+0 00:00:00.005'"}};
  expect_answers(kAll);
  // A literal is an instant of UTC, whatever the session's zone is.
  EXPECT_EQ(answer_of("CAST(TIMESTAMP WITH LOCAL TIME ZONE '2024-01-01 00:00:00' AS STRING)", "Asia/Shanghai"),
            "'2024-01-01 08:00:00'");
}

// An offset is read and not looked at.
TEST(MeasuredAnswers, OffsetsInDatePatterns) {
  auto read = [](const std::string& pattern, const std::string& offset) {
    return answer_of("TO_TIMESTAMP('2024-01-01T10:00:00" + offset + "', 'yyyy-MM-dd''T''HH:mm:ss" + pattern + "')");
  };
  const std::string with_colon(3, 'X');
  const std::string there = "TIMESTAMP '2024-01-01 10:00:00.000'";
  for (const char* offset : {"Z", "+02", "+0230"}) EXPECT_EQ(read("X", offset), there) << offset;
  for (const char* offset : {"Z", "+02:00"}) EXPECT_EQ(read(with_colon, offset), there) << offset;
  for (const char* offset : {"+02", "+00"}) EXPECT_EQ(read("x", offset), there) << offset;
  EXPECT_EQ(read("Z", "+0230"), there);
  for (const char* offset : {"+02:00", ""}) EXPECT_EQ(read("X", offset), "NULL") << offset;
  for (const char* offset : {"+02", "+0230"}) EXPECT_EQ(read(with_colon, offset), "NULL") << offset;
  for (const char* offset : {"Z", "+02", "+02:00"}) EXPECT_EQ(read("Z", offset), "NULL") << offset;
  EXPECT_EQ(read("x", "Z"), "NULL");
}

// What nobody needs must not take the memory of the process.
TEST(MeasuredAnswers, HugeValuesFailTheirRow) {
  EXPECT_TRUE(answer_of("CHAR_LENGTH(CAST('a' AS CHAR(2147483647)))").starts_with("ERROR"));
  EXPECT_TRUE(answer_of("CAST(X'01' AS BINARY(2147483647)) IS NULL").starts_with("ERROR"));
  EXPECT_TRUE(answer_of("CARDINALITY(SPLIT(REPEAT(',', 5000000), ','))").starts_with("ERROR"));
}

TEST(MeasuredAnswers, NullBesideNull) {
  constexpr Measured kAll[] = {{"NULL = NULL", "NULL"},
                               {"NULL <> NULL", "NULL"},
                               {"NULL BETWEEN NULL AND NULL", "NULL"},
                               {"NULL IS DISTINCT FROM NULL", "FALSE"},
                               {"NULL IS NOT DISTINCT FROM NULL", "TRUE"},
                               {"CASE NULL WHEN NULL THEN 1 ELSE 2 END", "2"}};
  expect_answers(kAll);
}

// NaN equals nothing but itself, where it stands on both sides of a constant.
TEST(MeasuredAnswers, NotANumberBesideItself) {
  SqlExpression expression("CAST('NaN' AS DOUBLE) = CAST('NaN' AS DOUBLE)", {});
  ASSERT_TRUE(expression.ok());
  EXPECT_TRUE(expression.fold_row({}).value == Value{true});
}

// Rows of a changelog show intervals as Java's Duration and Period.
TEST(MeasuredAnswers, IntervalsInChangelogs) {
  Type months = Type::interval_year_month(), time = Type::interval_day_time();
  constexpr std::pair<int64_t, const char*> kTimes[] = {
      {86'400'000, "PT24H"}, {93'784'567, "PT26H3M4.567S"}, {-86'400'000, "PT-24H"},  {0, "PT0S"}, {500, "PT0.5S"},
      {-500, "PT-0.5S"},     {5'400'000, "PT1H30M"},        {-90'250, "PT-1M-30.25S"}};
  for (auto [value, text] : kTimes) EXPECT_EQ(changelog_text(Value{value}, time), text);
  EXPECT_EQ(changelog_text(Value{int64_t{14}}, months), "P14M");
  EXPECT_EQ(changelog_text(Value{int64_t{-14}}, months), "P-14M");
  EXPECT_EQ(changelog_text(Value{int64_t{0}}, months), "P0D");
}

}  // namespace
}  // namespace sluice::tests
