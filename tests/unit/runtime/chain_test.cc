#include "runtime/task/chain.h"

#include <gtest/gtest.h>

#include "base/kernel_context.h"
#include "runtime/task/stateless_operators.h"

namespace sluice::runtime {
namespace {

const RowSchema kSchema = {{"v", Type::bigint().not_null()}};

Batch numbers(BufferPool& pool, int64_t begin, uint32_t rows) {
  BatchBuilder builder(pool, kSchema);
  auto* values = static_cast<int64_t*>(builder.columns()[0].values);
  for (uint32_t i = 0; i < rows; ++i) values[i] = begin + i;
  return builder.finish(rows, nullptr);
}

// Counts what it gets and keeps the order; may be told to have no room.
class Probe final : public Operator {
 public:
  Status open(OperatorContext&) override { return Done{}; }
  Step on_batch(uint32_t input, Batch batch, Output&) override {
    EXPECT_FALSE(pending_);
    rows += batch.rows;
    log.push_back("batch" + std::to_string(input));
    return maybe_pending();
  }
  Step on_watermark(TimestampMs time, Output&) override {
    EXPECT_FALSE(pending_);
    log.push_back("watermark" + std::to_string(time));
    return maybe_pending();
  }
  Step on_flush(Output&) override {
    log.push_back("flush");
    return Progress::Done;
  }
  Step on_barrier(CheckpointId id, Output&) override {
    EXPECT_FALSE(pending_);
    log.push_back("barrier" + std::to_string(id));
    return maybe_pending();
  }
  Step on_end(Output&) override {
    log.push_back("end");
    return Progress::Done;
  }
  Step resume(Output&) override {
    EXPECT_TRUE(pending_);
    if (stubborn > 0 && --stubborn > 0) return Progress::Pending;
    pending_ = false;
    return Progress::Done;
  }

  uint64_t rows = 0;
  std::vector<std::string> log;
  int stubborn = 0;  // How often resume is wanted before a call is done.

 private:
  Step maybe_pending() {
    pending_ = stubborn > 0;
    return pending_ ? Progress::Pending : Progress::Done;
  }
  bool pending_ = false;
};

// Writes `total` rows when a watermark comes: the window with millions of keys.
class Flood final : public Operator {
 public:
  Flood(BufferPool& pool, uint64_t total) : pool_(pool), total_(total) {}
  Status open(OperatorContext&) override { return Done{}; }
  Step on_batch(uint32_t, Batch, Output&) override { return Progress::Done; }
  Step on_watermark(TimestampMs, Output& out) override {
    next_ = 0;
    return resume(out);
  }
  Step resume(Output& out) override {
    while (next_ < total_) {
      if (!out.has_room()) return Progress::Pending;
      auto rows = static_cast<uint32_t>(std::min<uint64_t>(kBatchRowsMax, total_ - next_));
      out.emit(numbers(pool_, static_cast<int64_t>(next_), rows));
      next_ += rows;
    }
    return Progress::Done;
  }

 private:
  BufferPool& pool_;
  uint64_t total_;
  uint64_t next_ = 0;
};

struct Fixture {
  BufferPool pool;
  KernelContext kernels;
  std::vector<std::unique_ptr<Metrics>> metrics;
  std::vector<Chain::Node> nodes;

  template <class T>
  T* add(std::unique_ptr<T> op, uint32_t inputs, std::vector<Chain::Consumer> consumers,
         std::vector<EdgeWriter*> edges = {}) {
    T* raw = op.get();
    metrics.push_back(std::make_unique<Metrics>());
    nodes.push_back({std::move(op), inputs, std::move(consumers), std::move(edges), metrics.back().get()});
    return raw;
  }
  std::unique_ptr<Chain> chain() {
    auto made = std::make_unique<Chain>(std::move(nodes), &kernels);
    made->refill(1'000'000);
    return made;
  }
};

struct NullWakeable final : Wakeable {
  void wake() override {}
};

TEST(ChainTest, MillionsOfRowsFromOneWatermarkThroughAChannelOfOne) {
  Fixture f;
  NullWakeable nobody;
  Channel channel(1);
  channel.connect(&nobody, &nobody);
  auto edge = make_edge_writer({&channel}, {});
  ASSERT_TRUE(edge);
  constexpr uint64_t kRows = 3'000'000;
  f.add(std::make_unique<Flood>(f.pool, kRows), 1, {{1, 0}});
  f.add(std::make_unique<UnionAll>(), 1, {}, {edge->get()});
  auto chain = f.chain();
  chain->deliver(0, 0, Element::watermark(5));
  uint64_t rows = 0;
  bool saw_watermark = false;
  while (!saw_watermark) {
    while (!chain->is_settled() && chain->resume()) {}
    Element* next = channel.front();
    ASSERT_NE(next, nullptr);
    if (next->kind == Element::Kind::Batch) rows += next->batch.rows;
    saw_watermark = next->kind == Element::Kind::Watermark;
    channel.pop();
  }
  EXPECT_EQ(rows, kRows);  // Everything stands before the watermark.
  EXPECT_TRUE(chain->is_settled());
  EXPECT_EQ(f.metrics[0]->rows_out.value(), kRows);
  EXPECT_EQ(f.metrics[1]->watermark.value(), 5);
}

TEST(ChainTest, ABudgetSuspendsAnOperatorThatHasMuchToSay) {
  Fixture f;
  f.add(std::make_unique<Flood>(f.pool, 100 * kBatchRowsMax), 1, {{1, 0}});
  Probe* probe = f.add(std::make_unique<Probe>(), 1, {});
  auto chain = f.chain();
  chain->refill(10);
  chain->deliver(0, 0, Element::watermark(5));
  EXPECT_FALSE(chain->is_settled());
  EXPECT_TRUE(chain->is_out_of_budget());
  EXPECT_EQ(probe->rows, 10U * kBatchRowsMax);
  while (!chain->is_settled()) {
    chain->refill(10);
    chain->resume();
  }
  EXPECT_EQ(probe->rows, 100U * kBatchRowsMax);
  EXPECT_EQ(probe->log.back(), "watermark5");
}

// One operator feeds another over two ways: what is pending on one of them delays, and reorders nothing.
TEST(ChainTest, DiamondKeepsOrderWhileConsumersArePending) {
  for (int stubborn : {0, 1, 3}) {
    Fixture f;
    f.add(std::make_unique<UnionAll>(), 1, {{1, 0}, {2, 0}});
    f.add(std::make_unique<UnionAll>(), 1, {{3, 0}});
    f.add(std::make_unique<UnionAll>(), 1, {{3, 1}});
    Probe* probe = f.add(std::make_unique<Probe>(), 2, {});
    auto chain = f.chain();
    auto feed = [&](Element element) {
      probe->stubborn = stubborn;
      chain->deliver(0, 0, std::move(element));
      for (int i = 0; i < 100 && !chain->is_settled(); ++i) {
        if (probe->stubborn == 0) probe->stubborn = 0;
        chain->resume();
      }
      ASSERT_TRUE(chain->is_settled());
    };
    feed(Element::of(numbers(f.pool, 0, 10)));
    feed(Element::watermark(1));
    chain->begin_barrier();
    feed(Element::barrier(1));
    EXPECT_TRUE(chain->has_passed_barrier());
    feed(Element::flush(9));
    feed(Element::of(numbers(f.pool, 0, 10)));
    feed(Element::end());
    EXPECT_EQ(probe->log, (std::vector<std::string>{"batch0", "batch1", "watermark1", "barrier1", "flush", "batch0",
                                                    "batch1", "end"}));
    EXPECT_TRUE(chain->is_ended());
  }
}

class Fails final : public Operator {
 public:
  Status open(OperatorContext&) override { return Done{}; }
  Step on_batch(uint32_t, Batch, Output&) override { return fail(ErrorCode::RowExpressionFailed, "division by zero"); }
};

TEST(ChainTest, AFailureStopsEverything) {
  Fixture f;
  f.add(std::make_unique<UnionAll>(), 1, {{1, 0}, {2, 0}});
  f.add(std::make_unique<Fails>(), 1, {});
  Probe* probe = f.add(std::make_unique<Probe>(), 1, {});
  auto chain = f.chain();
  chain->deliver(0, 0, Element::of(numbers(f.pool, 0, 1)));
  ASSERT_TRUE(chain->failure());
  EXPECT_EQ(chain->failure()->error.message, "division by zero");
  EXPECT_TRUE(probe->log.empty());
  EXPECT_TRUE(chain->is_settled());
}

}  // namespace
}  // namespace sluice::runtime
