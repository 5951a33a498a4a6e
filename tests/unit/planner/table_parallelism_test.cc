// `scan.parallelism` and `sink.parallelism`: tables whose subtasks are not as many as the job's; and what of a job
// graph is written down.
#include <gtest/gtest.h>

#include "planner/jobgraph/secrets.h"
#include "planner/script/compile.h"

namespace sluice::planner {
namespace {

jobgraph::JobGraph graph_of(const std::string& sql) {
  Diagnostics diagnostics;
  SourceText source("test.sql", sql);
  CompiledScript script = compile_script(source, Catalog{}, Settings{}, diagnostics);
  EXPECT_TRUE(diagnostics.ok()) << diagnostics.render(source);
  for (CompiledStatement& statement : script.statements) {
    if (auto* job = std::get_if<CompiledJob>(&statement.kind)) return job->graph;
  }
  ADD_FAILURE() << "no job";
  return {};
}

std::string kafka(const std::string& connector, const std::string& topic, const std::string& more) {
  return " WITH ('connector' = '" + connector + "', 'topic' = '" + topic +
         "', 'properties.bootstrap.servers' = 'b:1', 'value.format' = 'json'" + more + ");\n";
}

std::vector<uint32_t> parallelisms(const jobgraph::JobGraph& graph) {
  std::vector<uint32_t> out;
  for (const jobgraph::Fragment& fragment : graph.fragments) out.push_back(fragment.parallelism_max);
  return out;
}

TEST(TableParallelism, CutsItsSourceAndSinkOff) {
  std::string rows = "CREATE TABLE src (id BIGINT)" +
                     kafka("kafka", "in", ", 'scan.startup.mode' = 'earliest-offset', 'scan.parallelism' = '3'") +
                     "CREATE TABLE dst (id BIGINT)";
  std::string copy = "INSERT INTO dst SELECT id FROM src WHERE id > 5;\n";
  jobgraph::JobGraph both = graph_of(rows + kafka("kafka", "out", ", 'sink.parallelism' = '2'") + copy);
  EXPECT_EQ(parallelisms(both), (std::vector<uint32_t>{3, 0, 2}));
  for (const jobgraph::Edge& edge : both.edges) EXPECT_EQ(edge.distribution, jobgraph::Distribution::Forward);
  EXPECT_EQ(parallelisms(graph_of(rows + kafka("kafka", "out", "") + copy)), (std::vector<uint32_t>{3, 0}));
}

TEST(TableParallelism, OfOneDoesNotGatherWhatComesBehind) {
  jobgraph::JobGraph graph =
      graph_of("CREATE TABLE src (id BIGINT)" +
               kafka("kafka", "in", ", 'scan.startup.mode' = 'earliest-offset', 'scan.parallelism' = '1'") +
               "CREATE TABLE dst (id BIGINT)" + kafka("kafka", "out", "") +
               "INSERT INTO dst SELECT id FROM src WHERE id > 5;\n");
  EXPECT_EQ(parallelisms(graph), (std::vector<uint32_t>{1, 0}));
}

TEST(TableParallelism, ChangesOfAKeyGoToOneSubtaskOfTheSink) {
  jobgraph::JobGraph graph =
      graph_of("CREATE TABLE src (id BIGINT)" + kafka("kafka", "in", ", 'scan.startup.mode' = 'earliest-offset'") +
               "CREATE TABLE dst (n BIGINT, id BIGINT, PRIMARY KEY (id) NOT ENFORCED)" +
               kafka("upsert-kafka", "out", ", 'key.format' = 'json', 'sink.parallelism' = '2'") +
               "INSERT INTO dst SELECT COUNT(*), id FROM src GROUP BY id;\n");
  ASSERT_FALSE(graph.edges.empty());
  const jobgraph::Edge& last = graph.edges.back();
  EXPECT_EQ(last.distribution, jobgraph::Distribution::Hash);
  EXPECT_EQ(last.hash_columns, (std::vector<uint32_t>{1}));
  EXPECT_EQ(graph.fragments.back().parallelism_max, 2U);
}

TEST(JobGraphSecrets, AreHidden) {
  jobgraph::JobGraph graph =
      graph_of("CREATE TABLE src (id BIGINT)" +
               kafka("kafka", "in", ", 'scan.startup.mode' = 'earliest-offset', 'properties.sasl.password' = 'hush'") +
               "CREATE TABLE dst (id BIGINT)" + kafka("kafka", "out", ", 'properties.ssl.key.password' = 'hush'") +
               "INSERT INTO dst SELECT id FROM src /*+ OPTIONS('properties.sasl.password'='hush') */;\n");
  jobgraph::JobGraph hidden = jobgraph::without_secrets(graph);
  EXPECT_NE(hidden, graph);
  EXPECT_EQ(hidden.sql.find("hush"), std::string::npos) << hidden.sql;
  int seen = 0;
  for (const jobgraph::Fragment& fragment : hidden.fragments) {
    for (const jobgraph::Operator& op : fragment.operators) {
      const auto* source = std::get_if<jobgraph::Source>(&op.kind);
      const auto* sink = std::get_if<jobgraph::Sink>(&op.kind);
      if (source == nullptr && sink == nullptr) continue;
      for (const auto& [key, value] : source != nullptr ? source->table.options : sink->table.options) {
        EXPECT_NE(value, "hush") << key;
        seen += value == "******" ? 1 : 0;
      }
    }
  }
  EXPECT_EQ(seen, 2);
}

}  // namespace
}  // namespace sluice::planner
