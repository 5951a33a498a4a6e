// A job over files with records that cannot be read: what it emits, and what is in the file of dead letters, over
// crashes, too.
#include <map>

#include <gtest/gtest.h>

#include "runtime/connectors/values/store.h"
#include "runtime/interp/interpreter_provider.h"
#include "tests/sim/graph_builder.h"
#include "tests/sim/job_world.h"

namespace sluice::runtime {
namespace {

class DeadLetterFileTest : public testing::Test {
 protected:
  jobgraph::JobGraph graph(std::map<std::string, std::string> options) {
    jobgraph::JobGraph graph = sim::counting_graph("job", false);
    options.insert(
        {{"connector", "filesystem"}, {"path", "/in"}, {"format", "csv"}, {"source.monitor-interval", "1 s"}});
    for (jobgraph::Fragment& fragment : graph.fragments) {
      for (jobgraph::Operator& op : fragment.operators) {
        if (auto* source = std::get_if<jobgraph::Source>(&op.kind)) source->table.options = options;
      }
    }
    return graph;
  }
  void write(const std::string& name, const std::string& rows) {
    ASSERT_TRUE(world_.files().create_directories("/in"));
    auto file = world_.files().create("/in/" + name);
    ASSERT_TRUE(file);
    ASSERT_TRUE((*file)->append(rows));
    ASSERT_TRUE((*file)->sync());
    ASSERT_TRUE(world_.files().sync_directory("/in"));
  }
  std::map<int64_t, int64_t> counts() {
    Status taken = world_.checkpoint("job");
    EXPECT_TRUE(taken) << taken.error().message;
    std::map<int64_t, int64_t> counts;
    for (const TableChange& change : store_.published("out")) {
      if (sign_of(change.kind) > 0) counts[change.row[0].get<int64_t>()] = change.row[1].get<int64_t>();
    }
    return counts;
  }
  std::string letters() {
    std::string out;
    auto entries = world_.files().list("/dead");
    if (!entries) return out;
    for (const DirectoryEntry& entry : *entries) out += *world_.files().read_all("/dead/" + entry.name);
    return out;
  }
  using Counts = std::map<int64_t, int64_t>;

  sim::RunMode mode_;
  InterpreterProvider code_;
  ValuesStore store_;
  sim::JobWorld world_{mode_, code_, store_, 3};
};

TEST_F(DeadLetterFileTest, RecordsThatCannotBeReadAreLettersAndTheOthersRows) {
  write("a.csv", "1,10\nbad,20\n2,30\n3\n");
  auto started = world_.start("job", graph({{"decode.on-error", "dead-letter"}, {"decode.dead-letter.path", "/dead"}}));
  ASSERT_TRUE(started) << started.error().message;
  world_.env().run_for_ms(500);
  EXPECT_EQ(counts(), (Counts{{1, 1}, {2, 1}}));
  std::string lines = letters();
  EXPECT_NE(lines.find(R"("source":"/in/a.csv","partition":-1,"offset":5,"fault":"wrong-value")"), std::string::npos)
      << lines;
  EXPECT_NE(lines.find(R"("offset":17,"fault":"missing-field")"), std::string::npos) << lines;
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 2);
}

TEST_F(DeadLetterFileTest, ACheckpointCoversItsLetters) {
  write("a.csv", "1,10\nbad,20\n");
  ASSERT_TRUE(world_.start("job", graph({{"decode.on-error", "dead-letter"}, {"decode.dead-letter.path", "/dead"}})));
  world_.env().run_for_ms(500);
  EXPECT_EQ(counts(), (Counts{{1, 1}}));
  world_.crash();
  EXPECT_NE(letters().find("\"offset\":5"), std::string::npos);
}

TEST_F(DeadLetterFileTest, SkippedRecordsLeaveNothing) {
  write("a.csv", "1,10\nbad,20\n2,30\n");
  ASSERT_TRUE(world_.start("job", graph({{"decode.on-error", "skip"}})));
  world_.env().run_for_ms(500);
  EXPECT_EQ(counts(), (Counts{{1, 1}, {2, 1}}));
  EXPECT_EQ(letters(), "");
}

}  // namespace
}  // namespace sluice::runtime
