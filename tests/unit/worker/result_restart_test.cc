// A job that restarts while its result is read.
#include <algorithm>

#include "tests/unit/worker/server_fixture.h"

namespace sluice::runtime {
namespace {

// `datagen` that fails once, as a broker does that restarts.
std::atomic<bool> source_fails = false;

class FailingReader final : public SplitReader {
 public:
  explicit FailingReader(std::unique_ptr<SplitReader> reader) : reader_(std::move(reader)) {}
  Result<Poll> poll(uint32_t rows_max) override {
    if (source_fails.exchange(false)) return fail(ErrorCode::ConnectorUnavailable, "the source is away");
    return reader_->poll(rows_max);
  }
  std::string position() const override { return reader_->position(); }

 private:
  std::unique_ptr<SplitReader> reader_;
};

class FailingSource final : public SourceConnector {
 public:
  explicit FailingSource(std::unique_ptr<SourceConnector> source) : source_(std::move(source)) {}
  bool is_bounded() const override { return source_->is_bounded(); }
  Result<std::vector<Split>> enumerate(uint32_t parallelism) override { return source_->enumerate(parallelism); }
  Result<std::unique_ptr<SplitReader>> open(const Split& split, std::function<void()> wake) override {
    SLUICE_TRY(std::unique_ptr<SplitReader> reader, source_->open(split, std::move(wake)));
    return std::unique_ptr<SplitReader>(std::make_unique<FailingReader>(std::move(reader)));
  }

 private:
  std::unique_ptr<SourceConnector> source_;
};

const ConnectorFactory& datagen() {
  return *std::ranges::find(connectors(), std::string("datagen"), &ConnectorFactory::name);
}

Result<std::unique_ptr<SourceConnector>> make_failing_source(const jobgraph::Source& source, const RowSchema& output,
                                                             const ConnectorContext& context) {
  SLUICE_TRY(std::unique_ptr<SourceConnector> made, datagen().source(source, output, context));
  return std::unique_ptr<SourceConnector>(std::make_unique<FailingSource>(std::move(made)));
}

const std::vector<ConnectorFactory>& connectors_that_fail() {
  static const std::vector<ConnectorFactory> table = [] {
    std::vector<ConnectorFactory> out = connectors();
    for (ConnectorFactory& factory : out) {
      if (factory.name == "datagen") factory.source = make_failing_source;
    }
    return out;
  }();
  return table;
}

class ResultRestartTest : public WorkerServerTest {
 protected:
  ResultRestartTest() { connector_table = &connectors_that_fail(); }
};

// Whoever takes back what a restart says has every row once.
TEST_F(ResultRestartTest, ARestartSaysWhichRowsCount) {
  std::string sql = "SET 'execution.checkpointing.interval' = '1 h';\nSET 'execution.checkpointing.dir' = '" + root +
                    "/checkpoints';\nSET 'restart-strategy.type' = 'fixed-delay';\n"
                    "SET 'restart-strategy.fixed-delay.attempts' = '10';\n"
                    "SET 'restart-strategy.fixed-delay.delay' = '5 ms';\n" +
                    numbers(1'000'000'000) + "SELECT n FROM numbers;";
  ASSERT_TRUE(client->deploy({.job_graph = job_of(sql), .parallelism = 2}));
  ASSERT_TRUE(client->read_result(0));
  std::vector<std::vector<int64_t>> seen(2);
  uint64_t position = 0, restarts = 0, taken_back = 0;
  auto read_until = [&](const std::function<bool()>& done) {
    while (!done()) {
      auto item = client->next_result(kPatienceMs);
      ASSERT_TRUE(item);
      if (auto* rows = std::get_if<ResultRows>(&*item)) {
        EXPECT_EQ(rows->position, position);
        position += rows->changes.size();
        for (const TableChange& change : rows->changes) seen[rows->subtask].push_back(change.row[0].get<int64_t>());
        client->acknowledge(position);
      } else if (auto* restarted = std::get_if<ResultRestarted>(&*item)) {
        ++restarts;
        EXPECT_EQ(restarted->position, position);
        restarted->kept.resize(2);
        for (size_t subtask : {size_t{0}, size_t{1}}) {
          ASSERT_LE(restarted->kept[subtask], seen[subtask].size());
          taken_back += seen[subtask].size() - restarted->kept[subtask];
          seen[subtask].resize(restarted->kept[subtask]);
        }
      } else {
        FAIL() << "item " << item->index();
      }
    }
  };
  for (int round = 1; round <= 3; ++round) {
    SCOPED_TRACE(round);
    uint64_t begin = position;
    read_until([&] { return position >= begin + 20'000; });  // Rows behind a restart: the job runs again.
    if (round > 1) {                                         // The first restart goes back to the beginning.
      ASSERT_TRUE(client->trigger_checkpoint(kPatienceMs));
    }
    uint64_t mark = position + 5000;
    read_until([&] { return position >= mark; });
    source_fails = true;
    read_until([&] { return restarts == static_cast<uint64_t>(round); });
  }
  uint64_t begin = position;
  read_until([&] { return position >= begin + 50'000; });
  EXPECT_GT(taken_back, 25'000U);
  EXPECT_EQ(client->report()->status.restarts, 3U);
  std::vector<int64_t> all;
  for (const auto& rows : seen) {
    EXPECT_TRUE(std::ranges::is_sorted(rows));
    all.insert(all.end(), rows.begin(), rows.end());
  }
  std::ranges::sort(all);
  EXPECT_EQ(std::ranges::adjacent_find(all), all.end());
  int64_t complete = std::min(seen[0].back(), seen[1].back());
  for (int64_t n = 0; n <= complete; ++n) ASSERT_EQ(all[static_cast<size_t>(n)], n);
}

}  // namespace
}  // namespace sluice::runtime
