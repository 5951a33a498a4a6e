#include <numeric>
#include <thread>

#include <gtest/gtest.h>

#include "base/key_hash.h"
#include "runtime/exchange/channel.h"
#include "runtime/exchange/edge_writer.h"
#include "runtime/exchange/key_targets.h"
#include "runtime/exchange/valve.h"
#include "runtime/interp/interpreter_provider.h"

namespace sluice::runtime {
namespace {

struct CountingWakeable final : Wakeable {
  void wake() override { ++count; }
  std::atomic<int> count{0};
};

TEST(ChannelTest, CapacityOneTakesOneBatchAndWakesBothSides) {
  CountingWakeable producer, consumer;
  Channel channel(1);
  channel.connect(&producer, &consumer);
  ASSERT_TRUE(channel.has_room());
  channel.push(Element::of({}));
  EXPECT_EQ(consumer.count, 1);
  EXPECT_FALSE(channel.has_room());
  channel.push(Element::watermark(7));  // Control elements pass beyond the capacity.
  ASSERT_NE(channel.front(), nullptr);
  channel.pop();
  EXPECT_EQ(producer.count, 0);  // The watermark still fills the place.
  EXPECT_EQ(channel.front()->value, 7);
  channel.pop();
  EXPECT_EQ(producer.count, 1);
  EXPECT_EQ(channel.front(), nullptr);
  EXPECT_TRUE(channel.has_room());
}

// Both sides sleep only when the other one is going to wake them: a lost wake-up would hang.
TEST(ChannelTest, TwoThreadsLoseNothing) {
  struct Sleeper final : Wakeable {
    void wake() override {
      std::lock_guard lock(mutex);
      woken = true;
      ready.notify_one();
    }
    void sleep() {
      std::unique_lock lock(mutex);
      ready.wait(lock, [this] { return woken; });
      woken = false;
    }
    std::mutex mutex;
    std::condition_variable ready;
    bool woken = false;
  };
  for (uint32_t capacity : {1U, 2U, 8U}) {
    Sleeper producer, consumer;
    Channel channel(capacity);
    channel.connect(&producer, &consumer);
    constexpr int64_t kCount = 50'000;
    std::thread writer([&] {
      for (int64_t i = 0; i < kCount; ++i) {
        while (!channel.has_room()) producer.sleep();
        channel.push(Element::watermark(i));
      }
    });
    for (int64_t i = 0; i < kCount; ++i) {
      Element* next = nullptr;
      while ((next = channel.front()) == nullptr) consumer.sleep();
      ASSERT_EQ(next->value, i);
      channel.pop();
    }
    writer.join();
  }
}

std::vector<std::pair<int, int64_t>> take(Valve& valve, size_t input, const Element& element) {
  std::vector<Element> out;
  valve.take(input, element, out);
  std::vector<std::pair<int, int64_t>> seen;
  for (const Element& forwarded : out) seen.emplace_back(static_cast<int>(forwarded.kind), forwarded.value);
  return seen;
}
using Seen = std::vector<std::pair<int, int64_t>>;
constexpr int kWatermark = static_cast<int>(Element::Kind::Watermark);
constexpr int kIdle = static_cast<int>(Element::Kind::Idle);
constexpr int kActive = static_cast<int>(Element::Kind::Active);
constexpr int kFlush = static_cast<int>(Element::Kind::Flush);
constexpr int kBarrier = static_cast<int>(Element::Kind::Barrier);
constexpr int kEnd = static_cast<int>(Element::Kind::End);

TEST(ValveTest, WatermarkIsTheMinimum) {
  Valve valve(2);
  EXPECT_EQ(take(valve, 0, Element::watermark(10)), Seen());
  EXPECT_EQ(take(valve, 1, Element::watermark(5)), (Seen{{kWatermark, 5}}));
  EXPECT_EQ(take(valve, 1, Element::watermark(4)), Seen());
  EXPECT_EQ(take(valve, 1, Element::watermark(20)), (Seen{{kWatermark, 10}}));
}

TEST(ValveTest, IdleInputsDoNotHoldBackAndMustCatchUp) {
  Valve valve(2);
  take(valve, 0, Element::watermark(10));
  EXPECT_EQ(take(valve, 1, Element::idle()), (Seen{{kWatermark, 10}}));
  EXPECT_EQ(take(valve, 1, Element::active()), Seen());
  EXPECT_EQ(take(valve, 1, Element::watermark(3)), Seen());  // Behind what was forwarded: does not count yet.
  EXPECT_EQ(take(valve, 0, Element::watermark(12)), (Seen{{kWatermark, 12}}));
  EXPECT_EQ(take(valve, 1, Element::watermark(13)), Seen());
  EXPECT_EQ(take(valve, 0, Element::watermark(20)), (Seen{{kWatermark, 13}}));
  EXPECT_EQ(take(valve, 1, Element::idle()), (Seen{{kWatermark, 20}}));
  EXPECT_EQ(take(valve, 0, Element::idle()), (Seen{{kIdle, 0}}));
  EXPECT_EQ(take(valve, 1, Element::active()), (Seen{{kActive, 0}}));
}

TEST(ValveTest, BarriersAlignAndEndedInputsCount) {
  Valve valve(3);
  EXPECT_EQ(take(valve, 0, Element::barrier(1)), Seen());
  EXPECT_TRUE(valve.is_blocked(0));
  EXPECT_EQ(take(valve, 1, Element::end()), Seen());
  EXPECT_EQ(take(valve, 2, Element::barrier(1)), (Seen{{kBarrier, 1}}));
  EXPECT_FALSE(valve.is_blocked(0));
  EXPECT_EQ(take(valve, 0, Element::barrier(2)), Seen());
  EXPECT_EQ(take(valve, 2, Element::end()), (Seen{{kBarrier, 2}}));
  EXPECT_EQ(take(valve, 0, Element::end()), (Seen{{kEnd, 0}}));
}

TEST(ValveTest, FlushIsTheMinimumOfThoseThatStillRun) {
  Valve valve(2);
  EXPECT_EQ(take(valve, 0, Element::flush(100)), Seen());
  EXPECT_EQ(take(valve, 1, Element::flush(50)), (Seen{{kFlush, 50}}));
  EXPECT_EQ(take(valve, 1, Element::end()), (Seen{{kFlush, 100}}));
  EXPECT_EQ(take(valve, 0, Element::flush(150)), (Seen{{kFlush, 150}}));
}

TEST(KeyTargetsTest, AgreeWithTheDefinition) {
  std::vector<uint64_t> hashes = {0, 1, UINT64_MAX, 0x80000000, 0x7fffffff};
  for (uint64_t i = 0; i < 100'000; ++i) hashes.push_back(hash_field(kKeyHashSeed, i));
  std::vector<uint32_t> targets(hashes.size());
  for (uint32_t max_parallelism : {1U, 3U, 100U, 128U, 32768U}) {
    for (uint32_t parallelism : {1U, 2U, 3U}) {
      if (parallelism > max_parallelism) continue;
      KeyTargets(parallelism, max_parallelism)
          .compute(hashes.data(), static_cast<uint32_t>(hashes.size()), targets.data());
      for (size_t i = 0; i < hashes.size(); ++i) {
        ASSERT_EQ(targets[i], subtask_of(key_group_of(hashes[i], max_parallelism), parallelism, max_parallelism));
      }
    }
  }
}

TEST(EdgeWriterTest, HashSendsEveryRowToTheOwnerOfItsKeyGroup) {
  BufferPool pool;
  Arena arena(pool);
  InterpreterProvider code;
  RowSchema schema = {{"k", Type::bigint().not_null()}, {"v", Type::bigint().not_null()}};
  CountingWakeable nobody;
  std::vector<std::unique_ptr<Channel>> channels;
  std::vector<Channel*> targets;
  for (int i = 0; i < 3; ++i) {
    channels.push_back(std::make_unique<Channel>(4));
    channels.back()->connect(&nobody, &nobody);
    targets.push_back(channels.back().get());
  }
  auto writer = make_edge_writer(targets, {.distribution = jobgraph::Distribution::Hash,
                                           .schema = schema,
                                           .hash_columns = {0},
                                           .subtask = 0,
                                           .max_parallelism = 128,
                                           .buffers = &pool,
                                           .arena = &arena,
                                           .code = &code});
  ASSERT_TRUE(writer);
  BatchBuilder builder(pool, schema);
  auto* keys = static_cast<int64_t*>(builder.columns()[0].values);
  auto* values = static_cast<int64_t*>(builder.columns()[1].values);
  for (int64_t row = 0; row < 1000; ++row) keys[row] = row % 37, values[row] = row;
  (*writer)->write(builder.finish(1000, nullptr));
  (*writer)->write_control(Element::watermark(1));
  uint32_t rows = 0;
  for (uint32_t target = 0; target < 3; ++target) {
    Element* first = channels[target]->front();
    ASSERT_EQ(first->kind, Element::Kind::Batch);
    const Batch& batch = first->batch;
    rows += batch.rows;
    auto* key = reinterpret_cast<const int64_t*>(batch.columns[0].values.data());
    auto* value = reinterpret_cast<const int64_t*>(batch.columns[1].values.data());
    for (uint32_t row = 0; row < batch.rows; ++row) {
      uint64_t hash = hash_field(kKeyHashSeed, static_cast<uint64_t>(key[row]));
      EXPECT_EQ(subtask_of(key_group_of(hash, 128), 3, 128), target);
      EXPECT_EQ(value[row] % 37, key[row]);
      if (row > 0) EXPECT_LT(value[row - 1], value[row]);
    }
    channels[target]->pop();
    EXPECT_EQ(channels[target]->front()->kind, Element::Kind::Watermark);
  }
  EXPECT_EQ(rows, 1000U);
}

}  // namespace
}  // namespace sluice::runtime
