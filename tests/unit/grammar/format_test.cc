// `sluice fmt`: the layout, and what it must keep.
#include "grammar/format/format.h"

#include "tests/unit/grammar/parse_fixture.h"

namespace sluice {
namespace {

std::string format(std::string_view sql) {
  SourceText source("test.sql", sql);
  Diagnostics diagnostics;
  auto out = grammar::format_script(source, diagnostics);
  EXPECT_TRUE(out) << diagnostics.render(source);
  return out.value_or("");
}

void expect_format(std::string_view sql, std::string_view expected) {
  std::string once = format(sql);
  EXPECT_EQ(once, expected) << sql;
  EXPECT_EQ(format(once), once) << sql;
}

TEST(Format, ShortStatementsAreOneLine) {
  expect_format("", "");
  expect_format("select a,b from t where a=1", "SELECT a, b FROM t WHERE a = 1;\n");
  expect_format("set 'a'='b';;  show tables;\n\n\n\nuse db", "SET 'a' = 'b';\nSHOW TABLES;\n\nUSE db;\n");
  expect_format("insert into s select Count(*),f(X.y [ 1 ]) from t x",
                "INSERT INTO s SELECT COUNT(*), f(X.y[1]) FROM t x;\n");
}

TEST(Format, NamesStayAndKeywordsAreUpperCase) {
  expect_format("select `Order`, view, State from jobs", "SELECT `Order`, view, State FROM jobs;\n");
  expect_format("create view V as select cast(a as decimal ( 10,2 )) , - -1, -a , not b from t",
                "CREATE VIEW V AS SELECT CAST(a AS DECIMAL(10, 2)), - -1, -a, NOT b FROM t;\n");
  expect_format("select x from ${T} where a = '${A}'", "SELECT x FROM ${T} WHERE a = '${A}';\n");
}

TEST(Format, ClausesOfLongQueriesBegin) {
  expect_format(R"(select first_column, second_column, third_column, sum(fourth_column) as total from orders o
left join customers c on o.customer = c.id and o.region = c.region, lateral table(split(o.tags)) as x (tag)
where o.amount > 100 and (c.state = 'CA' or c.state = 'OR') group by first_column having count(*) > 1 order by 1)",
                R"(SELECT first_column, second_column, third_column, SUM(fourth_column) AS total
FROM orders o
LEFT JOIN customers c ON o.customer = c.id AND o.region = c.region,
  LATERAL TABLE(split(o.tags)) AS x (tag)
WHERE o.amount > 100 AND (c.state = 'CA' OR c.state = 'OR')
GROUP BY first_column
HAVING COUNT(*) > 1
ORDER BY 1;
)");
}

TEST(Format, LongExpressionsBreakAtTheirOperators) {
  expect_format(
      "select case when a_long_condition = 1 then 'the first result' when another_condition = 2 then "
      "'the second result' else 'x' end as outcome from t",
      R"(SELECT
  CASE
    WHEN a_long_condition = 1 THEN 'the first result'
    WHEN another_condition = 2 THEN 'the second result'
    ELSE 'x'
  END AS outcome
FROM t;
)");
  expect_format(
      "select a from t where a_very_long_column between 1 and 2 and another_long_column = 3 and "
      "yet_another_very_long_column = 4",
      R"(SELECT a
FROM t
WHERE a_very_long_column BETWEEN 1 AND 2
  AND another_long_column = 3
  AND yet_another_very_long_column = 4;
)");
}

TEST(Format, Definitions) {
  expect_format(
      "create table t (a int, b array<row<c int,d string>> not null comment 'x', watermark for a as a) "
      "partitioned by (b) with ('connector'='x','y'='z') like u (including all excluding options)",
      R"(CREATE TABLE t (
  a INT,
  b ARRAY<ROW<c INT, d STRING>> NOT NULL COMMENT 'x',
  WATERMARK FOR a AS a
) PARTITIONED BY (b) WITH (
  'connector' = 'x',
  'y' = 'z'
) LIKE u (INCLUDING ALL EXCLUDING OPTIONS);
)");
  expect_format("create table t with ('connector'='print') as select a from u",
                "CREATE TABLE t WITH ('connector' = 'print') AS SELECT a FROM u;\n");
  expect_format("execute statement set begin insert into a select 1; insert into b select 2; end",
                R"(EXECUTE STATEMENT SET BEGIN
  INSERT INTO a SELECT 1;
  INSERT INTO b SELECT 2;
END;
)");
}

TEST(Format, MatchRecognizeHasALinePerClause) {
  expect_format(
      "select * from bids match_recognize (partition by auction order by ts measures first(a.price) as p, "
      "last(b.price) as q one row per match after match skip past last row pattern (a b+?  c{2,3}) within "
      "interval '1' hour define b as b.price<last(b.price,1)) as m",
      R"(SELECT *
FROM bids MATCH_RECOGNIZE (
  PARTITION BY auction
  ORDER BY ts
  MEASURES first(a.price) AS p, last(b.price) AS q
  ONE ROW PER MATCH
  AFTER MATCH SKIP PAST LAST ROW
  PATTERN (a b+? c{2,3}) WITHIN INTERVAL '1' HOUR
  DEFINE b AS b.price < last(b.price, 1)
) AS m;
)");
}

TEST(Format, CommentsStay) {
  expect_format("select -- one\no.id from o", "SELECT -- one\n  o.id\nFROM o;\n");
  expect_format(R"(-- head

/* block */ select a -- the first
  , b /* inline */ from t -- end
;
-- between
set 'a' = 'b'; -- behind

-- last)",
                R"(-- head

/* block */
SELECT
  a, -- the first
  b /* inline */
FROM t; -- end
-- between
SET 'a' = 'b'; -- behind

-- last
)");
  expect_format("create table t (\n  -- about a\n  a int, -- a\n  /* about b */\n  b int\n  -- nothing more\n)",
                R"(CREATE TABLE t (
  -- about a
  a INT, -- a
  /* about b */
  b INT
-- nothing more
);
)");
}

TEST(Format, WhatDoesNotParseIsReported) {
  SourceText source("test.sql", "SELECT 1; SELECT FROM t");
  Diagnostics diagnostics;
  EXPECT_FALSE(grammar::format_script(source, diagnostics));
  EXPECT_EQ(diagnostics.count(), 1u);
}

}  // namespace
}  // namespace sluice
