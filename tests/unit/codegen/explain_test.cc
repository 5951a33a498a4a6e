// Generated code as text, for every operator of a job graph.
#include "codegen/explain.h"

#include <gtest/gtest.h>

#include "base/check.h"
#include "base/env/real_env.h"
#include "catalog/functions/function_table.h"

namespace sluice::testing {
namespace {

using codegen::CodeText;

jobgraph::JobGraph graph_of_sums() {
  RowSchema bids{{"auction", Type::bigint()}, {"price", Type::bigint()}};
  auto above = make_call(">", {column(1, bids[1].type), literal({int64_t{5}}, Type::bigint().not_null())}, {});
  auto doubled = make_call("+", {column(1, bids[1].type), column(1, bids[1].type)}, {});
  SLUICE_CHECK(above && doubled);
  jobgraph::Operator source{1, "s", "Source[1]", jobgraph::Source{}, {}, bids};
  jobgraph::Operator calc{2, "", "Calc[2]", jobgraph::Calc{{*above}, {column(0, bids[0].type), *doubled}}, {1}, bids};
  jobgraph::AggregateCall sum;
  sum.function = "SUM";
  sum.arguments = {1};
  sum.argument_types = {Type::bigint()};
  sum.result = Type::bigint();
  jobgraph::Operator aggregate{3, "a", "GroupAggregate[3]", jobgraph::GroupAggregate{{0}, {sum}}, {2}, bids};
  jobgraph::JobGraph graph;
  graph.fragments = {{0, {source, calc, aggregate}, 0}};
  return graph;
}

TEST(ExplainCode, ShowsEveryBundle) {
  RealEnv env;
  codegen::ExplainCodeOptions options{env.env(), CodeText::Ir, {}, runtime::layout_of};
  auto text = codegen::explain_code(graph_of_sums(), options);
  ASSERT_TRUE(text);
  for (const char* expected :
       {"; ==== Source[1]", "no generated code", "; ==== Calc[2]", "; filter ($1 > 5)", "define i32 @pipeline(",
        "%price", "; ==== GroupAggregate[3]", "@key_hash(", "@agg_add("}) {
    EXPECT_NE(text->find(expected), std::string::npos) << expected;
  }
  options.text = CodeText::OptimizedIr;
  EXPECT_EQ(codegen::explain_code(graph_of_sums(), options)->find("call i1 @sluice_"), std::string::npos);
  options.text = CodeText::Assembly;
  EXPECT_NE(codegen::explain_code(graph_of_sums(), options)->find("pipeline:"), std::string::npos);
}

}  // namespace
}  // namespace sluice::testing
