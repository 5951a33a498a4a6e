#include "planner/jobgraph/codec.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "catalog/functions/function_table.h"
#include "planner/jobgraph/print.h"
#include "planner/jobgraph/validate.h"
#include "random_graph.h"

namespace sluice::jobgraph {
namespace {

// Source(id BIGINT, name STRING) -> Calc(id) -> Sink(id), in two fragments.
JobGraph small_graph() {
  RowSchema columns = {{"id", Type::bigint()}, {"name", Type::string()}};
  RowSchema projected = {{"id", Type::bigint()}};
  Source source;
  source.table.path = "c.d.t";
  source.table.columns = columns;
  source.paths = {{0}, {1}};
  Sink sink;
  sink.table.columns = projected;
  JobGraph graph;
  graph.fragments = {{0,
                      {{1, "u1", "Source", source, {}, columns},
                       {2, "", "Calc", Calc{{}, {column(0, Type::bigint())}}, {1}, projected}}},
                     {1, {{3, "u3", "Sink", sink, {2}, projected}}}};
  graph.edges = {{2, 3, 0, Distribution::Hash, {0}}};
  return graph;
}

Operator& calc_of(JobGraph& graph) { return graph.fragments[0].operators[1]; }

TEST(Codec, RoundTripsRandomGraphs) {
  for (uint32_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    JobGraph graph = RandomGraph(seed).draw();
    Status valid = validate(graph);
    ASSERT_TRUE(valid.has_value()) << valid.error().message << "\n" << print(graph);
    std::string bytes = encode(graph);
    Result<JobGraph> back = decode(bytes);
    ASSERT_TRUE(back.has_value()) << back.error().message;
    EXPECT_EQ(*back, graph);
    EXPECT_EQ(encode(*back), bytes);
    EXPECT_EQ(print(*back), print(graph));
  }
}

TEST(Codec, KeepsSpans) {
  JobGraph graph = small_graph();
  std::get<Calc>(calc_of(graph).kind).projections[0].span = {17, 23};
  Result<JobGraph> back = decode(encode(graph));
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(std::get<Calc>(calc_of(*back).kind).projections[0].span, (SourceSpan{17, 23}));
}

TEST(Codec, FindsTheFunctionsOfCallsAgain) {
  JobGraph graph = small_graph();
  Result<Expr> equal = make_call("=", {column(0, Type::bigint()), literal({int64_t{7}}, Type::bigint())}, {});
  ASSERT_TRUE(equal.has_value());
  std::get<Calc>(calc_of(graph).kind).condition = {*equal};
  Result<JobGraph> back = decode(encode(graph));
  ASSERT_TRUE(back.has_value()) << back.error().message;
  const Expr& read = std::get<Calc>(calc_of(*back).kind).condition[0];
  EXPECT_NE(read.as<Call>()->overload, nullptr);
  EXPECT_EQ(read.as<Call>()->overload, equal->as<Call>()->overload);

  std::get<Call>(equal->kind).version = 99;
  std::get<Calc>(calc_of(graph).kind).condition = {*equal};
  EXPECT_FALSE(decode(encode(graph)).has_value());
}

TEST(Codec, RefusesCallsOverOtherTypes) {
  auto with_call = [](const char* function, std::vector<Expr> args) {
    JobGraph graph = small_graph();
    Expr call{Call{function, find_function(function)->version, nullptr}, Type::boolean(), std::move(args), {}};
    std::get<Calc>(calc_of(graph).kind).condition = {std::move(call)};
    return encode(graph);
  };
  EXPECT_TRUE(decode(with_call("=", {column(0, Type::bigint()), column(0, Type::bigint())})).has_value());
  EXPECT_FALSE(decode(with_call("=", {column(0, Type::bigint()), column(1, Type::string())})).has_value());
  EXPECT_FALSE(decode(with_call("=", {column(0, Type::bigint())})).has_value());
  EXPECT_FALSE(decode(with_call("CAST", {})).has_value());
}

// Whatever is read from damaged bytes is refused, or is a graph that holds what `validate` promises.
TEST(Codec, SurvivesDamagedBytes) {
  testing::internal::CaptureStderr();  // Protobuf tells everyone about names that are no UTF-8.
  uint32_t refused = 0;
  for (uint32_t seed = 0; seed < 60; ++seed) {
    std::string bytes = encode(RandomGraph(seed).draw());
    std::mt19937 random(seed);
    for (int i = 0; i < 60; ++i) {
      std::string damaged = bytes;
      for (int flips = 0; flips < 1 + i % 4; ++flips) {
        damaged[random() % damaged.size()] = static_cast<char>(random());
      }
      if (i % 5 == 0) damaged.resize(random() % damaged.size());
      Result<JobGraph> graph = decode(damaged);
      if (!graph) {
        EXPECT_EQ(graph.error().code, ErrorCode::InvalidJobGraph);
        ++refused;
      } else {
        EXPECT_FALSE(print(*graph).empty());
      }
    }
  }
  testing::internal::GetCapturedStderr();
  EXPECT_GT(refused, 1000U);
}

TEST(Codec, RefusesANewerReaderVersion) {
  JobGraph graph = small_graph();
  graph.reader_version = JobGraph::kReaderVersion + 1;
  EXPECT_FALSE(decode(encode(graph)).has_value());
}

// Sixty types, each a row of the one before twice, are 2^60 nodes.
TEST(Codec, RefusesTypesThatExplode) {
  Type type = Type::bigint();
  for (int i = 0; i < 14; ++i) type = Type::row({{"a", type}, {"b", type}});
  JobGraph graph = small_graph();
  graph.fragments[0].operators[0].state = {{"t", StateKind::Value, {{0, "k", type}}, {}, 0}};
  EXPECT_TRUE(decode(encode(graph)).has_value());
  for (int i = 0; i < 2; ++i) type = Type::row({{"a", type}, {"b", type}});
  graph.fragments[0].operators[0].state[0].key[0].type = type;
  EXPECT_FALSE(decode(encode(graph)).has_value());
}

TEST(Codec, LimitsTheDepthOfExpressions) {
  auto nested = [](size_t depth) {
    Expr expr = literal({true}, Type::boolean());
    for (size_t i = 0; i < depth; ++i) expr = {Special{Form::And}, Type::boolean(), {std::move(expr)}, {}};
    JobGraph graph = small_graph();
    std::get<Calc>(calc_of(graph).kind).condition = {std::move(expr)};
    return encode(graph);
  };
  EXPECT_TRUE(decode(nested(kExpressionDepthMax)).has_value());
  EXPECT_FALSE(decode(nested(kExpressionDepthMax + 1)).has_value());
}

using Change = void (*)(JobGraph&);
struct Broken {
  const char* what;
  Change change;
};

class Validate : public testing::TestWithParam<Broken> {};

TEST_P(Validate, Refuses) {
  JobGraph graph = small_graph();
  ASSERT_TRUE(validate(graph).has_value());
  GetParam().change(graph);
  Status status = validate(graph);
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code, ErrorCode::InvalidJobGraph);
}

Calc& calc(JobGraph& graph) { return std::get<Calc>(calc_of(graph).kind); }

INSTANTIATE_TEST_SUITE_P(
    Graphs, Validate,
    testing::Values(
        Broken{"duplicate id", [](JobGraph& g) { calc_of(g).id = 1; }},
        Broken{"unknown input", [](JobGraph& g) { calc_of(g).inputs = {9}; }},
        Broken{"input after consumer", [](JobGraph& g) { std::swap(g.fragments[0].operators[0], calc_of(g)); }},
        Broken{"input of itself", [](JobGraph& g) { calc_of(g).inputs = {2}; }},
        Broken{"no edge", [](JobGraph& g) { g.edges.clear(); }},
        Broken{"edge twice", [](JobGraph& g) { g.edges.push_back(g.edges[0]); }},
        Broken{"edge inside a fragment", [](JobGraph& g) { g.edges.push_back({1, 2, 0}); }},
        Broken{"hash column out of range", [](JobGraph& g) { g.edges[0].hash_columns = {1}; }},
        Broken{"hash without columns", [](JobGraph& g) { g.edges[0].hash_columns.clear(); }},
        Broken{"column out of range", [](JobGraph& g) { calc(g).projections = {column(2, Type::bigint())}; }},
        Broken{"column of another type", [](JobGraph& g) { calc(g).projections = {column(1, Type::bigint())}; }},
        Broken{"output of another type", [](JobGraph& g) { calc_of(g).output[0].type = Type::integer(); }},
        Broken{"condition that is a number", [](JobGraph& g) { calc(g).condition = {column(0, Type::bigint())}; }},
        Broken{"literal of another type",
               [](JobGraph& g) { calc(g).projections = {literal({std::string("x")}, Type::bigint())}; }},
        Broken{"field of a number",
               [](JobGraph& g) {
                 calc(g).projections = {{FieldRef{0}, Type::bigint(), {column(0, Type::bigint())}, {}}};
               }},
        Broken{"empty CASE",
               [](JobGraph& g) { calc(g).projections = {{Special{Form::Case}, Type::bigint(), {}, {}}}; }},
        Broken{"decimal of 39 digits", [](JobGraph& g) { calc_of(g).output[0].type = Type::decimal(39, 0); }},
        Broken{"upsert key out of range", [](JobGraph& g) { calc_of(g).upsert_keys = {{5}}; }},
        Broken{"rowtime out of range", [](JobGraph& g) { calc_of(g).rowtime = 1; }},
        Broken{"two state tables of one name", [](JobGraph& g) { calc_of(g).state = {{"a"}, {"a"}}; }},
        Broken{"path to no field",
               [](JobGraph& g) { std::get<Source>(g.fragments[0].operators[0].kind).paths[0] = {0, 0}; }},
        Broken{"fragments in a circle",
               [](JobGraph& g) {
                 g.fragments[0].operators[0].kind = Union{};
                 g.fragments[0].operators[0].inputs = {3};
                 g.edges.push_back({3, 1, 0});
               }},
        Broken{"empty fragment", [](JobGraph& g) { g.fragments.push_back({7, {}}); }},
        Broken{"no key groups", [](JobGraph& g) { g.max_parallelism = 0; }},
        Broken{"unknown key hash", [](JobGraph& g) { g.key_hash_version = 2; }}),
    [](const testing::TestParamInfo<Broken>& info) {
      std::string name = info.param.what;
      std::ranges::replace(name, ' ', '_');
      return name;
    });

}  // namespace
}  // namespace sluice::jobgraph
