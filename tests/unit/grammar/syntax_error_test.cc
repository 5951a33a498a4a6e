// Code, place and hint of what does not parse.
#include "tests/unit/grammar/parse_fixture.h"

namespace sluice {
namespace {

TEST(SyntaxError, PointsToTheTokenAndSaysWhatWasMeant) {
  EXPECT_EQ(errors_of("SELECT a FORM t", true), "1001 1:10 Did you mean `FROM`?");
  EXPECT_EQ(errors_of("SELEC a FROM t", true), "1001 1:1 Did you mean `SELECT`?");
  EXPECT_EQ(errors_of("SELECT a FROM t WHER a > 1", true), "1001 1:17 Did you mean `WHERE`?");
  EXPECT_EQ(errors_of("SELECT a FROM t GROUP BT a", true), "1001 1:23 Did you mean `BY`?");
  EXPECT_EQ(errors_of("SELECT a FROM t ORDR BY a", true), "1001 1:17 Did you mean `ORDER`?");
  EXPECT_EQ(errors_of("SELECT a FROM t JION u ON TRUE", true), "1001 1:17 Did you mean `JOIN`?");
  EXPECT_EQ(errors_of("CRAETE TABLE t (a INT)", true), "1001 1:1 Did you mean `CREATE`?");
  EXPECT_EQ(errors_of("CREATE TABEL t (a INT)", true), "1001 1:8 Did you mean `TABLE`?");
  EXPECT_EQ(errors_of("INSERT INOT t SELECT 1", true), "1001 1:8 Did you mean `INTO`?");
  EXPECT_EQ(errors_of("SHOW TABELS", true), "1001 1:6 Did you mean `TABLES`?");
}

TEST(SyntaxError, OperatorsWithoutAnOperandAreNamed) {
  EXPECT_EQ(errors_of("SELECT a + FROM t", true), "1001 1:10 Expected an expression.");
  EXPECT_EQ(errors_of("SELECT a FROM t WHERE a = = 1", true), "1001 1:25 Expected an expression.");
  EXPECT_EQ(errors_of("SELECT a FROM t WHERE a LIKE", true), "1001 1:25 Expected an expression.");
  EXPECT_EQ(errors_of("SELECT a FROM t WHERE a NOT NULL", true), "1001 1:25 Write `IS NOT NULL`.");
  EXPECT_EQ(errors_of("SELECT a FROM t WHERE a IS 1").substr(0, 9), "1001 1:25");
  EXPECT_EQ(errors_of("SELECT a FROM t WHERE a => 1", true),
            "1001 1:25 It names an argument of a call; to compare, write `>=`.");
}

TEST(SyntaxError, WhatFlinkCannotRunHasAWayOut) {
  EXPECT_EQ(errors_of("SELECT * FROM t PIVOT (SUM(a) FOR b IN (1, 2))", true),
            "1001 1:17 Write one `SUM(a) FILTER (WHERE b = ..)` per column.");
  EXPECT_EQ(errors_of("SELECT * FROM t LEFT SEMI JOIN u ON a = b", true),
            "1001 1:17 Write WHERE EXISTS (SELECT ..) or WHERE NOT EXISTS (SELECT ..).");
  EXPECT_EQ(errors_of("MERGE INTO t USING u ON a = b WHEN MATCHED THEN UPDATE SET a = 1", true),
            "1902 1:1 INSERT INTO a table with a primary key replaces the rows of the same key.");
}

TEST(SyntaxError, ReservedWordsAskForBackTicks) {
  EXPECT_EQ(errors_of("SELECT order FROM t", true), "1007 1:8 As a name it stands in back-ticks: `order`.");
  EXPECT_EQ(errors_of("CREATE TABLE t (a INT, date DATE)", true),
            "1007 1:24 As a name it stands in back-ticks: `date`.");
  EXPECT_EQ(errors_of("SELECT a AS value FROM t", true), "1007 1:13 As a name it stands in back-ticks: `value`.");
}

TEST(SyntaxError, AMisspeltWordIsFoundBehindWhatItSwallowed) {
  EXPECT_EQ(errors_of("CREATE TABLE t (a INT, PRIMRY KEY (a) NOT ENFORCED)", true),
            "1001 1:24 Did you mean `PRIMARY`?");
  EXPECT_EQ(errors_of("CREATE TABLE t (a TIMESTAMP, WATERMRK FOR a AS a)", true),
            "1001 1:30 Did you mean `WATERMARK`?");
  EXPECT_EQ(errors_of("SELECT a FROM t WHERE a BEETWEEN 1 AND 2", true), "1001 1:25 Did you mean `BETWEEN`?");
  EXPECT_EQ(
      errors_of("SELECT date, time FROM t", true),
      "1007 1:8 As a name it stands in back-ticks: `date`.\n1007 1:14 As a name it stands in back-ticks: `time`.");
}

TEST(SyntaxError, SuggestionsLetTheParserGoOn) {
  // `orders` is near to ORDER, but ORDER would not help.
  EXPECT_EQ(errors_of("SELECT * FROM orders FULL users", true), "1001 1:22 Write FULL JOIN.");
  EXPECT_EQ(errors_of("SELECT a FROM (orders", true).find("ORDER"), std::string::npos);
  EXPECT_EQ(errors_of("SELECT a + FROM t", true), "1001 1:10 Expected an expression.");
}

TEST(SyntaxError, TheEndOfAStatementIsAPlace) {
  EXPECT_EQ(errors_of("SELECT a FROM"), "1001 1:10");
  EXPECT_EQ(errors_of("SELECT a FROM t WHERE;"), "1001 1:17");
  EXPECT_EQ(errors_of("CREATE TABLE t (a INT"), "1001 1:19");
}

TEST(SyntaxError, EveryBrokenStatementIsReported) {
  EXPECT_EQ(errors_of("SELECT FROM t;\nSELECT 1;\nSELECT a b c FROM;\nCREATE x;\n"),
            "1001 1:8\n1001 3:12\n1001 3:14\n1001 4:8");
  SourceText source("test.sql", "SELECT FROM; SELECT 1; SELEC; SELECT 2");
  Diagnostics diagnostics;
  EXPECT_EQ(grammar::parse(source, diagnostics).statements.size(), 2u);
  EXPECT_EQ(diagnostics.count(), 2u);
}

TEST(SyntaxError, SemicolonsInsideOfAStatementSetDoNotSplit) {
  EXPECT_EQ(errors_of("EXECUTE STATEMENT SET BEGIN INSERT INTO t SELECT 1; INSERT INTO u SELECT; END; SELECT 1"),
            "1001 1:73");
  EXPECT_EQ(errors_of("EXECUTE STATEMENT SET BEGIN INSERT INTO t SELECT 1; SELECT 1"), "1001 1:50");
}

TEST(SyntaxError, TextThatIsNoTokenIsReported) {
  EXPECT_EQ(errors_of("SELECT 'abc FROM t"), "1006 1:8");
  EXPECT_EQ(errors_of("SELECT `abc FROM t;\nSELECT"), "1006 1:8\n1001 2:1");
  EXPECT_EQ(errors_of("SELECT /* abc"), "1006 1:8");
  EXPECT_EQ(errors_of("SELECT 'it's' FROM t", true), "1006 1:8 A quote inside a string is written twice: `'it''s'`.");
  EXPECT_EQ(errors_of("SELECT DATE '2024-01-01 FROM t"), "1006 1:8");
  EXPECT_EQ(errors_of("SELECT a != b FROM t", true), "1001 1:10 Write `<>`.");
  EXPECT_EQ(errors_of("SELECT \"a\" FROM t", true),
            "1001 1:8 Texts stand in single quotes: 'text'; names in back-ticks: `name`.");
}

TEST(SyntaxError, LiteralsAreChecked) {
  EXPECT_EQ(errors_of("SELECT x'0'"), "1004 1:8");
  EXPECT_EQ(errors_of("SELECT x'0g'"), "1004 1:8");
  EXPECT_EQ(errors_of("SELECT U&'\\00'"), "1004 1:8");
  EXPECT_EQ(errors_of("SELECT 'a' 'b'"), "1001 1:12");
  EXPECT_EQ(errors_of("SELECT CAST(a AS DECIMAL(99999999999))"), "1004 1:26");
}

// Flink refuses these, too; the words around them are its own.
TEST(SyntaxError, WhatTheGrammarLetsPassIsCheckedBehindIt) {
  EXPECT_EQ(errors_of("SELECT CAST(a AS INT NOT NULL)"), "1001 1:22");
  EXPECT_EQ(errors_of("SELECT a BETWEEN 1"), "1001 1:10");
  EXPECT_EQ(errors_of("SELECT a ESCAPE 'b'"), "1001 1:10");
  EXPECT_EQ(errors_of("SELECT () FROM t"), "1001 1:9");
  EXPECT_EQ(errors_of("SELECT 1(2)"), "1001 1:9");
  EXPECT_EQ(errors_of("SELECT a IGNORE NULLS"), "1001 1:10");
  EXPECT_EQ(errors_of("SELECT * FROM (t)"), "1001 1:17");
  EXPECT_EQ(errors_of("CREATE TABLE t (a)"), "1001 1:17");
  EXPECT_EQ(errors_of("CREATE TABLE t (a INT FIRST)"), "1001 1:17");
  EXPECT_EQ(errors_of("CREATE TABLE t (b AS (SELECT 1))"), "1001 1:22");
  EXPECT_EQ(errors_of("CREATE SYSTEM FUNCTION f AS 'c'"), "1001 1:8");
  EXPECT_EQ(errors_of("ALTER TABLE t SUSPEND"), "1001 1:15");
  EXPECT_EQ(errors_of("DROP TABLE t CASCADE"), "1001 1:14");
  EXPECT_EQ(errors_of("SELECT a FROM t LIMIT 1 FETCH NEXT 2 ROWS ONLY"), "1001 1:25");
  EXPECT_EQ(errors_of("SELECT a FROM t OFFSET 1 LIMIT 2"), "1001 1:26");
  EXPECT_EQ(errors_of("SELECT SUM(a ORDER BY b) FROM t"), "1001 1:14");
  EXPECT_EQ(errors_of("SELECT COUNT(*, *), COUNT(DISTINCT *) FROM t"), "1001 1:15");
  EXPECT_EQ(errors_of("STATEMENT SET BEGIN INSERT INTO t SELECT 1; END"), "1001 1:1");
  EXPECT_EQ(errors_of("EXPLAIN PLAN_ADVICE, PLAN_ADVICE SELECT 1"), "1001 1:22");
  EXPECT_EQ(errors_of("EXPLAIN DELETE FROM t"), "1001 1:9");
  EXPECT_EQ(errors_of("ALTER VIEW IF EXISTS v RENAME TO w"), "1001 1:12");
}

}  // namespace
}  // namespace sluice
