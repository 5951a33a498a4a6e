// Rewrites seen through whole scripts: the optimized plan of a query, and that rules keep their exceptions.
#include <gtest/gtest.h>

#include "grammar/parser.h"
#include "planner/explain/plan_text.h"
#include "planner/jobgraph/compare.h"
#include "planner/physical/plan_job.h"
#include "planner/script/compile.h"

namespace sluice::planner {
namespace {

constexpr const char* kTables = R"(
CREATE TABLE t (a INT, b BIGINT NOT NULL, s STRING, r ROW<x INT, y ROW<z BIGINT>>, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector' = 'datagen');
CREATE TABLE upserts (k INT PRIMARY KEY NOT ENFORCED, v INT) WITH ('connector' = 'values', 'changelog-mode' = 'I,UA,D');
CREATE TABLE events (event_type INT, bid ROW<price BIGINT>, person ROW<id BIGINT>, auction ROW<id BIGINT>)
  WITH ('connector' = 'nexmark');
CREATE TABLE keyed (k INT PRIMARY KEY NOT ENFORCED, v BIGINT)
  WITH ('connector' = 'values', 'sink-insert-only' = 'false');
CREATE TABLE counts (k INT, n BIGINT) WITH ('connector' = 'values', 'sink-insert-only' = 'false');
)";

std::string explain(const std::string& sql, ExplainStage stage, const Settings& settings = {}) {
  Diagnostics diagnostics;
  SourceText source("test.sql", kTables + sql);
  CompiledScript script = compile_script(source, Catalog{}, settings, diagnostics, stage);
  if (!diagnostics.ok()) return diagnostics.render(source);
  std::string out;
  for (const CompiledStatement& statement : script.statements) {
    if (auto* text = std::get_if<ExplainText>(&statement.kind)) out += text->text;
  }
  return out;
}

std::string optimized(const std::string& sql) { return explain(sql, ExplainStage::Optimized); }
std::string physical(const std::string& sql, const Settings& settings = {}) {
  return explain(sql, ExplainStage::Physical, settings);
}

jobgraph::JobGraph graph_of(const std::string& sql, const Settings& settings = {}) {
  Diagnostics diagnostics;
  SourceText source("test.sql", kTables + sql);
  CompiledScript script = compile_script(source, Catalog{}, settings, diagnostics);
  EXPECT_TRUE(diagnostics.ok()) << diagnostics.render(source);
  for (CompiledStatement& statement : script.statements) {
    if (auto* job = std::get_if<CompiledJob>(&statement.kind)) return std::move(job->graph);
  }
  return {};
}

size_t count(const std::string& text, const std::string& part) {
  size_t found = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

#define EXPECT_HAS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)
#define EXPECT_HAS_NOT(text, part) EXPECT_EQ((text).find(part), std::string::npos) << (text)

const Settings kMiniBatch({{"table.exec.mini-batch.enabled", "true"},
                           {"table.exec.mini-batch.allow-latency", "1 s"},
                           {"table.exec.mini-batch.size", "10"}});

TEST(Rules, FoldConstantsButNotThoseThatFail) {
  EXPECT_HAS(optimized("SELECT b + (1 + 2) FROM t;"), "($0 + 3)");
  EXPECT_HAS(optimized("SELECT CAST(s || 'x' AS INT) FROM t;"), "CAST(");
}

TEST(Rules, SimplifyThreeValuedLogic) {
  EXPECT_HAS_NOT(optimized("SELECT a FROM t WHERE a > 1 AND TRUE;"), "AND");
  EXPECT_HAS(optimized("SELECT a FROM t WHERE a > 1 AND FALSE;"), "Values");
  EXPECT_HAS(optimized("SELECT a FROM t WHERE (a > 1 AND CAST(NULL AS BOOLEAN)) IS NULL;"), "AND");
  EXPECT_HAS_NOT(optimized("SELECT a FROM t WHERE b IS NOT NULL;"), "Filter");
  EXPECT_HAS(optimized("SELECT a FROM t WHERE a IS NOT NULL;"), "Filter");
}

TEST(Rules, SimplifyCaseAndCoalesce) {
  EXPECT_HAS_NOT(optimized("SELECT CASE WHEN FALSE THEN 1 ELSE a END FROM t;"), "CASE");
  EXPECT_HAS_NOT(optimized("SELECT COALESCE(b, 7) FROM t;"), "COALESCE");
  EXPECT_HAS(optimized("SELECT COALESCE(a, 7) FROM t;"), "COALESCE");
}

TEST(Rules, PushFiltersToTheScan) {
  std::string plan = optimized("SELECT a, n FROM (SELECT a, COUNT(*) AS n FROM t GROUP BY a) WHERE a > 3 AND n > 1;");
  EXPECT_LT(plan.find("Aggregate"), plan.find("($0 > 3)")) << plan;
  EXPECT_GT(plan.find("Aggregate"), plan.find("> 1)")) << plan;
  plan = optimized("SELECT x FROM (SELECT a AS x FROM t UNION ALL SELECT CAST(b AS INT) FROM t) WHERE x > 3;");
  EXPECT_EQ(count(plan, "Filter"), 2U) << plan;
}

TEST(Rules, KeepFiltersAboveClocks) {
  std::string plan = optimized("SELECT x FROM (SELECT NOW() AS x FROM t) WHERE CAST(x AS STRING) > '2';");
  EXPECT_LT(plan.find("Filter"), plan.find("NOW")) << plan;
}

TEST(Rules, ReadOnlyTheFieldsThatAreUsed) {
  std::string plan = optimized("SELECT r.y.z FROM t WHERE r.x = 1;");
  EXPECT_HAS(plan, "r.x");
  EXPECT_HAS(plan, "r.y.z");
  EXPECT_HAS_NOT(plan, "names=[a");
  EXPECT_HAS(optimized("SELECT COUNT(*) FROM t;"), "Scan");
}

TEST(Rules, PushEqualityIntoSourcesThatTakeIt) {
  std::string plan = optimized(
      "SELECT CASE WHEN event_type = 0 THEN person.id WHEN event_type = 2 THEN bid.price END FROM events "
      "WHERE event_type = 2;");
  EXPECT_HAS(plan, "filters=[($");
  EXPECT_HAS_NOT(plan, "CASE");
  EXPECT_HAS_NOT(plan, "person.id");
  EXPECT_HAS_NOT(optimized("SELECT bid.price FROM events WHERE event_type > 1;"), "filters=");
  EXPECT_HAS_NOT(optimized("SELECT a FROM t WHERE a = 2;"), "filters=");
}

TEST(Rules, MakeWatermarksOnlyForThoseWhoReadThem) {
  EXPECT_HAS_NOT(optimized("SELECT a FROM t;"), "watermark=");
  EXPECT_HAS(optimized("SELECT a, COUNT(*) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' SECOND)) "
                       "GROUP BY a, window_start, window_end;"),
             "watermark=");
}

TEST(Physical, UpsertSinksNeedNoUpdateBefore) {
  std::string plan = physical("INSERT INTO keyed SELECT a, COUNT(*) FROM t WHERE a IS NOT NULL GROUP BY a;");
  EXPECT_HAS(plan, "no_update_before");
  EXPECT_HAS_NOT(plan, "UB");
  plan = physical("INSERT INTO counts SELECT a, COUNT(*) FROM t GROUP BY a;");
  EXPECT_HAS(plan, "[I,UB,UA]");
}

TEST(Physical, NormalizesUpsertsOnlyWhereItMatters) {
  EXPECT_HAS(physical("INSERT INTO counts SELECT k, v FROM upserts;"), "ChangelogNormalize");
  EXPECT_HAS_NOT(physical("INSERT INTO keyed SELECT k, v FROM upserts;"), "ChangelogNormalize");
  EXPECT_HAS_NOT(physical("INSERT INTO keyed SELECT k, v FROM upserts WHERE k > 2;"), "ChangelogNormalize");
  std::string plan = physical("INSERT INTO keyed SELECT k, v FROM upserts WHERE v > 2;");
  EXPECT_HAS(plan, "ChangelogNormalize");
  EXPECT_HAS(plan, "condition=($1 > 2)");
}

TEST(Physical, MaterializesWhereKeysDiffer) {
  std::string sql = "INSERT INTO keyed SELECT CAST(n AS INT), n FROM (SELECT COUNT(*) AS n FROM t GROUP BY a);";
  EXPECT_HAS(physical(sql), "SinkMaterialize");
  EXPECT_HAS_NOT(physical(sql, Settings({{"table.exec.sink.upsert-materialize", "NONE"}})), "SinkMaterialize");
}

TEST(Physical, TwoPhasesOnlyWithMiniBatchAndCallsThatFold) {
  std::string sum = "INSERT INTO counts SELECT a, SUM(b) FROM t GROUP BY a;";
  EXPECT_HAS_NOT(physical(sum), "phase=");
  EXPECT_HAS(physical(sum, kMiniBatch), "phase=local");
  Settings one_phase = kMiniBatch;
  one_phase.set("table.optimizer.agg-phase-strategy", "ONE_PHASE");
  EXPECT_HAS_NOT(physical(sum, one_phase), "phase=");
  EXPECT_HAS(physical(sum, one_phase), "MiniBatchAssigner");
  EXPECT_HAS_NOT(physical("INSERT INTO counts SELECT a, COUNT(DISTINCT b) FROM t GROUP BY a;", kMiniBatch), "phase=");
}

TEST(Physical, MiniBatchWantsLatencyAndSize) {
  EXPECT_HAS(physical("SELECT a FROM t;", Settings({{"table.exec.mini-batch.enabled", "true"}})), "SL1403");
}

constexpr const char* kTwoReads =
    "EXECUTE STATEMENT SET BEGIN INSERT INTO counts SELECT a, COUNT(*) FROM t GROUP BY a; "
    "INSERT INTO counts SELECT CHAR_LENGTH(s), b FROM t WHERE a > 3; END;";

size_t sources_in(const std::string& sql, const Settings& settings = {}) {
  size_t found = 0;
  for (const jobgraph::Fragment& fragment : graph_of(sql, settings).fragments) {
    for (const jobgraph::Operator& op : fragment.operators) found += std::holds_alternative<jobgraph::Source>(op.kind);
  }
  return found;
}

TEST(Physical, ScansThatDifferInColumnsAreOneSource) {
  EXPECT_EQ(sources_in(kTwoReads), 1u);
  std::string plan = explain(kTwoReads, ExplainStage::JobGraph);
  EXPECT_HAS(plan, "columns=[a, ts, b, s]");
  // The condition and the projection of the second sink are one Calc over the shared source.
  EXPECT_EQ(count(plan, "Calc "), 2u) << plan;
  EXPECT_EQ(sources_in("SELECT a FROM t UNION ALL SELECT CHAR_LENGTH(s) FROM t;"), 1u);
}

TEST(Physical, ScansStayApartWhereRowsDifferOrTheOptionSaysSo) {
  EXPECT_EQ(sources_in(kTwoReads, Settings({{"table.optimizer.reuse-source-enabled", "false"}})), 2u);
  EXPECT_EQ(sources_in(kTwoReads, Settings({{"table.optimizer.reuse-sub-plan-enabled", "false"}})), 2u);
  EXPECT_EQ(sources_in("SELECT bid.price FROM events WHERE event_type = 2 UNION ALL "
                       "SELECT person.id FROM events WHERE event_type = 0;"),
            2u);
  EXPECT_EQ(
      sources_in("SELECT a FROM t /*+ OPTIONS('number-of-rows' = '5') */ UNION ALL SELECT CHAR_LENGTH(s) FROM t;"), 2u);
}

TEST(Physical, StatementSetsShareEqualSubPlans) {
  std::string sql =
      "EXECUTE STATEMENT SET BEGIN INSERT INTO counts SELECT a, COUNT(*) FROM t GROUP BY a; "
      "INSERT INTO counts SELECT a, COUNT(*) FROM t GROUP BY a; END;";
  EXPECT_EQ(count(physical(sql), "(above)"), 1U) << physical(sql);
  EXPECT_HAS_NOT(physical(sql, Settings({{"table.optimizer.reuse-sub-plan-enabled", "false"}})), "(above)");
}

TEST(Uids, StayOverPhysicalSwitchesAndNewAggregates) {
  std::string sql = "INSERT INTO counts SELECT a, SUM(b) FROM t GROUP BY a;";
  jobgraph::JobGraph before = graph_of(sql);
  EXPECT_EQ(jobgraph::compare(before, graph_of(sql, kMiniBatch)).compatibility, jobgraph::Compatibility::Compatible);
  jobgraph::Comparison added =
      jobgraph::compare(before, graph_of("INSERT INTO counts SELECT a, SUM(b) + COUNT(*) FROM t GROUP BY a;"));
  EXPECT_EQ(added.compatibility, jobgraph::Compatibility::Migratable) << jobgraph::print(added);
  jobgraph::Comparison other =
      jobgraph::compare(before, graph_of("INSERT INTO counts SELECT CAST(b AS INT), SUM(b) FROM t GROUP BY b;"));
  EXPECT_EQ(other.compatibility, jobgraph::Compatibility::Partly) << jobgraph::print(other);
}

TEST(Lineage, TellsValuesFromInfluences) {
  std::string lineage =
      explain("INSERT INTO counts SELECT a, SUM(b + r.x) FROM t WHERE s = 'x' GROUP BY a;", ExplainStage::Lineage);
  EXPECT_EQ(lineage,
            "default_catalog.default_database.counts.k <- default_catalog.default_database.t.a  identity\n"
            "default_catalog.default_database.counts.n <- default_catalog.default_database.t.b  aggregation\n"
            "default_catalog.default_database.counts.n <- default_catalog.default_database.t.r.x  aggregation\n"
            "default_catalog.default_database.counts.* <~ default_catalog.default_database.t.s  filter\n"
            "default_catalog.default_database.counts.* <~ default_catalog.default_database.t.a  group\n");
}

}  // namespace
}  // namespace sluice::planner
