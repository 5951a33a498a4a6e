// What Nexmark's events must be: proportions, ids, times, and the same events however they are read.
#include <gtest/gtest.h>

#include "base/env/real_env.h"
#include "runtime/connectors/nexmark/event_batch.h"
#include "runtime/connectors/nexmark/source.h"
#include "runtime/connectors/row_batch.h"

namespace sluice::runtime {
namespace {

Type row_of(nexmark::Kind kind) { return Type::row(nexmark::fields_of(kind)); }

jobgraph::Source source_of(std::vector<jobgraph::FieldPath> paths, const std::map<std::string, std::string>& options) {
  jobgraph::Source source;
  source.table.columns = {{"event_type", Type::integer()},
                          {"person", row_of(nexmark::Kind::Person)},
                          {"auction", row_of(nexmark::Kind::Auction)},
                          {"bid", row_of(nexmark::Kind::Bid)}};
  source.table.options["base-time"] = "0";
  source.table.options["first-event.rate"] = "1000";
  for (const auto& [key, text] : options) source.table.options[key] = text;
  source.paths = std::move(paths);
  return source;
}

Expr event_type_is(int64_t kind) {
  Expr equals{Call{"=", 1, nullptr}, Type::boolean(), {}, {}};
  equals.args = {column(0, Type::integer()), literal({kind}, Type::integer())};
  return equals;
}

class NexmarkTest : public testing::Test {
 protected:
  ConnectorContext context() {
    ConnectorContext context;
    context.env = env_.env();
    context.buffers = &buffers_;
    return context;
  }

  std::unique_ptr<SourceConnector> make(const jobgraph::Source& source, const RowSchema& output) {
    auto made = make_nexmark_source(source, output, context());
    EXPECT_TRUE(made) << made.error().message;
    return *std::move(made);
  }

  // All rows of a split from a position on, in batches of `rows_max`.
  std::vector<TableChange> read(SourceConnector& source, const Split& split, const RowSchema& output, uint32_t rows_max,
                                std::string* middle = nullptr, size_t middle_rows = 0) {
    auto reader = source.open(split, [] {});
    EXPECT_TRUE(reader);
    std::vector<TableChange> rows;
    for (;;) {
      auto poll = (*reader)->poll(rows_max);
      EXPECT_TRUE(poll);
      if (poll->state == Poll::State::End) return rows;
      for (TableChange& change : changes_of(poll->rows, output)) rows.push_back(std::move(change));
      if (middle && middle->empty() && rows.size() >= middle_rows) *middle = (*reader)->position();
    }
  }

  BufferPool buffers_;
  RealEnv env_{{.task_threads = 1}};
};

const RowSchema kWide = {{"event_type", Type::integer()},
                         {"person", row_of(nexmark::Kind::Person)},
                         {"auction", row_of(nexmark::Kind::Auction)},
                         {"bid", row_of(nexmark::Kind::Bid)}};

TEST_F(NexmarkTest, ProportionsIdsAndTimes) {
  auto source = make(source_of({{0}, {1}, {2}, {3}}, {{"events.num", "5000"}}), kWide);
  auto splits = source->enumerate(1);
  auto rows = read(*source, splits->front(), kWide, 1000);
  ASSERT_EQ(rows.size(), 5000U);
  int64_t counts[3] = {0, 0, 0};
  for (size_t i = 0; i < rows.size(); ++i) {
    int64_t kind = rows[i].row[0].get<int64_t>();
    ++counts[kind];
    size_t id = i + 2;  // Event number 1 has id 2.
    EXPECT_EQ(kind, id % 50 == 0 ? 0 : id % 50 <= 3 ? 1 : 2);
    for (int64_t other = 0; other < 3; ++other) {
      EXPECT_EQ(rows[i].row[static_cast<size_t>(other) + 1].is_null(), other != kind);
    }
    const ValueList& event = *rows[i].row[static_cast<size_t>(kind) + 1].get<std::shared_ptr<const ValueList>>();
    int64_t time = event[kind == 0 ? 6 : 5].get<int64_t>();
    EXPECT_EQ(time, static_cast<int64_t>(i) + 1);  // 1,000 events per second.
    if (kind == 0) EXPECT_EQ(event[0].get<int64_t>(), static_cast<int64_t>(id / 50) + 1000);
    if (kind == 2) {
      EXPECT_GE(event[2].get<int64_t>(), 100);
      EXPECT_LE(event[2].get<int64_t>(), 100'000'000);
      EXPECT_GE(event[1].get<int64_t>(), 2000);
      size_t extra = event[6].get<std::string>().size();
      EXPECT_TRUE(extra >= 54 && extra < 82) << extra;
    }
  }
  EXPECT_EQ(counts[0], 100);
  EXPECT_EQ(counts[1], 300);
  EXPECT_EQ(counts[2], 4600);
}

TEST_F(NexmarkTest, AFilterDropsEventsAndChangesNone) {
  std::vector<jobgraph::FieldPath> paths = {{0}, {3, 0}, {3, 2}, {3, 4}};
  RowSchema output = {
      {"event_type", Type::integer()}, {"auction", Type::bigint()}, {"price", Type::bigint()}, {"url", Type::string()}};
  auto all = make(source_of(paths, {{"events.num", "5000"}}), output);
  auto filtered_source = source_of(paths, {{"events.num", "5000"}});
  filtered_source.pushed_filters = {event_type_is(2)};
  auto bids = make(filtered_source, output);
  auto expected = read(*all, all->enumerate(1)->front(), output, 100);
  std::erase_if(expected, [](const TableChange& change) { return change.row[0].get<int64_t>() != 2; });
  EXPECT_EQ(read(*bids, bids->enumerate(1)->front(), output, 1024), expected);
  EXPECT_EQ(expected.size(), 4600U);
}

TEST_F(NexmarkTest, AnyPositionContinuesTheSameEvents) {
  for (const char* rows_max : {"1", "7", "500"}) {
    auto source = make(source_of({{0}, {1}, {2}, {3}}, {{"events.num", "2000"}}), kWide);
    Split split = source->enumerate(1)->front();
    std::string middle;
    auto whole = read(*source, split, kWide, static_cast<uint32_t>(std::stoul(rows_max)), &middle, 777);
    split.position = middle;
    auto rest = read(*source, split, kWide, 64);
    ASSERT_LT(rest.size(), whole.size());
    EXPECT_TRUE(std::equal(rest.rbegin(), rest.rend(), whole.rbegin()));
  }
}

TEST_F(NexmarkTest, SplitsShareTheEvents) {
  auto source = make(source_of({{0}, {1}, {2}, {3}}, {{"events.num", "1001"}}), kWide);
  auto splits = *source->enumerate(3);
  size_t rows = 0;
  for (const Split& split : splits) rows += read(*source, split, kWide, 1024).size();
  EXPECT_EQ(rows, 1001U);
}

TEST_F(NexmarkTest, AnotherTableIsRefused) {
  auto source = source_of({{3}}, {});
  source.table.columns[3].type = Type::row({{"auction", Type::integer()}});
  EXPECT_FALSE(make_nexmark_source(source, {}, context()));
  auto rate = source_of({{0}}, {{"first-event.rate", "0"}});
  rate.table.options["first-event.rate"] = "0";
  EXPECT_FALSE(make_nexmark_source(rate, {}, context()));
}

}  // namespace
}  // namespace sluice::runtime
