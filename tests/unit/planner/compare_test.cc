#include "planner/jobgraph/compare.h"

#include <gtest/gtest.h>

namespace sluice::jobgraph {
namespace {

StateTable accumulators(std::vector<StateField> value) {
  return {"accumulators", StateKind::Value, {{0, "key", Type::bigint()}}, std::move(value), 0};
}

const StateField kCount = {10, "count", Type::bigint().not_null()};
const StateField kSum = {11, "sum", Type::integer()};

JobGraph graph_of(std::string uid, std::vector<StateTable> state) {
  JobGraph graph;
  Operator op;
  op.id = 1;
  op.uid = std::move(uid);
  op.name = "GroupAggregate[1]";
  op.kind = GroupAggregate{};
  op.state = std::move(state);
  graph.fragments = {{0, {op}}};
  return graph;
}

Comparison compare_state(std::vector<StateTable> older, std::vector<StateTable> newer) {
  return compare(graph_of("u", std::move(older)), graph_of("u", std::move(newer)));
}

TEST(Compare, TheSameIsCompatible) {
  Comparison comparison = compare_state({accumulators({kCount})}, {accumulators({kCount})});
  EXPECT_EQ(comparison.compatibility, Compatibility::Compatible);
  EXPECT_EQ(print(comparison), "compatible\n  compatible GroupAggregate[1]\n");
}

TEST(Compare, ANewAggregateIsAMigration) {
  Comparison comparison = compare_state({accumulators({kCount})}, {accumulators({kCount, kSum})});
  EXPECT_EQ(comparison.compatibility, Compatibility::Migratable);
  EXPECT_EQ(comparison.operators[0].reason, "field `sum` is new and starts empty");
}

TEST(Compare, ADroppedAggregateIsAMigration) {
  EXPECT_EQ(compare_state({accumulators({kCount, kSum})}, {accumulators({kCount})}).compatibility,
            Compatibility::Migratable);
}

TEST(Compare, WideningIsAMigrationAndNarrowingIsNot) {
  StateField wide = {11, "sum", Type::bigint()};
  EXPECT_EQ(compare_state({accumulators({kSum})}, {accumulators({wide})}).compatibility, Compatibility::Migratable);
  EXPECT_EQ(compare_state({accumulators({wide})}, {accumulators({kSum})}).compatibility, Compatibility::Not);
  StateField not_null = {11, "sum", Type::integer().not_null()};
  EXPECT_EQ(compare_state({accumulators({kSum})}, {accumulators({not_null})}).compatibility, Compatibility::Not);
}

TEST(Compare, AnotherKeyTypeIsNot) {
  StateTable other = accumulators({kCount});
  other.key[0].type = Type::string();
  EXPECT_EQ(compare_state({accumulators({kCount})}, {other}).compatibility, Compatibility::Not);
}

TEST(Compare, OtherOperatorsArePartly) {
  JobGraph older = graph_of("u", {accumulators({kCount})});
  JobGraph newer = older;
  newer.fragments[0].operators.push_back(newer.fragments[0].operators[0]);
  newer.fragments[0].operators[1].uid = "v";
  EXPECT_EQ(compare(older, newer).compatibility, Compatibility::Partly);
  EXPECT_EQ(compare(newer, older).compatibility, Compatibility::Partly);
  EXPECT_EQ(compare(newer, older).operators[1].reason, "is gone, and its state with it");
}

TEST(Compare, NothingInCommonIsNot) {
  JobGraph older = graph_of("u", {accumulators({kCount})}), newer = graph_of("v", {accumulators({kCount})});
  EXPECT_EQ(compare(older, newer).compatibility, Compatibility::Not);
}

TEST(Compare, OtherKeyGroupsAreNot) {
  JobGraph older = graph_of("u", {accumulators({kCount})}), newer = older;
  newer.max_parallelism = 256;
  EXPECT_EQ(compare(older, newer).compatibility, Compatibility::Not);
}

}  // namespace
}  // namespace sluice::jobgraph
