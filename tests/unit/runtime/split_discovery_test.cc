// A filesystem source that is told to look for new files: each is read once, over crashes, too.
#include <map>

#include <gtest/gtest.h>

#include "runtime/connectors/values/store.h"
#include "runtime/interp/interpreter_provider.h"
#include "tests/sim/graph_builder.h"
#include "tests/sim/job_world.h"

namespace sluice::runtime {
namespace {

class SplitDiscoveryTest : public testing::Test {
 protected:
  jobgraph::JobGraph graph() {
    jobgraph::JobGraph graph = sim::counting_graph("job", false);
    for (jobgraph::Fragment& fragment : graph.fragments) {
      for (jobgraph::Operator& op : fragment.operators) {
        auto* source = std::get_if<jobgraph::Source>(&op.kind);
        if (source == nullptr) continue;
        source->table.options = {
            {"connector", "filesystem"}, {"path", "/in"}, {"format", "csv"}, {"source.monitor-interval", "1 s"}};
      }
    }
    return graph;
  }
  void write(const std::string& name, const std::string& rows) {
    auto file = world_.files().create("/in/" + name);
    ASSERT_TRUE(file);
    ASSERT_TRUE((*file)->append(rows));
    ASSERT_TRUE((*file)->sync());
    ASSERT_TRUE(world_.files().sync_directory("/in"));
  }
  // count per key, after a checkpoint.
  std::map<int64_t, int64_t> counts() {
    Status taken = world_.checkpoint("job");
    EXPECT_TRUE(taken) << taken.error().message;
    std::map<int64_t, int64_t> counts;
    for (const TableChange& change : store_.published("out")) {
      if (sign_of(change.kind) > 0) counts[change.row[0].get<int64_t>()] = change.row[1].get<int64_t>();
    }
    return counts;
  }
  using Counts = std::map<int64_t, int64_t>;

  sim::RunMode mode_;
  InterpreterProvider code_;
  ValuesStore store_;
  sim::JobWorld world_{mode_, code_, store_, 3};
};

TEST_F(SplitDiscoveryTest, FilesThatComeLaterAreRead) {
  ASSERT_TRUE(world_.files().create_directories("/in"));
  write("a.csv", "1,10\n2,20\n");
  ASSERT_TRUE(world_.start("job", graph()));
  world_.env().run_for_ms(500);
  EXPECT_EQ(counts(), (Counts{{1, 1}, {2, 1}}));
  write("b.csv", "1,11\n");
  world_.env().run_for_ms(400);
  EXPECT_EQ(counts(), (Counts{{1, 1}, {2, 1}}));  // Not looked for yet.
  world_.env().run_for_ms(1500);
  EXPECT_EQ(counts(), (Counts{{1, 2}, {2, 1}}));
}

TEST_F(SplitDiscoveryTest, NoFileIsReadTwiceOrForgottenOverCrashes) {
  ASSERT_TRUE(world_.files().create_directories("/in"));
  ASSERT_TRUE(world_.start("job", graph()));
  for (int i = 1; i <= 6; ++i) {
    write(std::to_string(i) + ".csv", "1,1\n2,2\n");
    world_.env().run_for_ms(2500);
    EXPECT_EQ(counts(), (Counts{{1, i}, {2, i}}));
    world_.env().run_for_ms(i * 300);
    world_.crash();
    ASSERT_TRUE(world_.restart(static_cast<uint32_t>(i % 3 + 1)));
  }
  world_.env().run_for_ms(2500);
  EXPECT_EQ(counts(), (Counts{{1, 6}, {2, 6}}));
}

}  // namespace
}  // namespace sluice::runtime
