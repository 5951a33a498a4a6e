// When markers of mini-batches come: at multiples of the interval of processing time, and before the first row behind
// such a time.
#include <set>

#include <gtest/gtest.h>

#include "runtime/task/stateless_operators.h"
#include "tests/sim/sim_env.h"

namespace sluice::runtime {
namespace {

class Recorder final : public ElementOutput {
 public:
  bool has_room() const override { return true; }
  void emit(Batch batch) override { log.push_back(std::to_string(batch.rows) + " rows"); }
  void control(const Element& element) override {
    ASSERT_EQ(element.kind, Element::Kind::Flush);
    log.push_back("flush " + std::to_string(element.value - sim::SimClock::kEpochMs));
  }
  std::vector<std::string> take() { return std::exchange(log, {}); }
  std::vector<std::string> log;
};
using Log = std::vector<std::string>;

class MiniBatchAssignerTest : public testing::Test {
 protected:
  // The clock of the simulation begins at a multiple of the interval.
  MiniBatchAssignerTest() {
    context_.env = env_.env();
    context_.register_timer = [this](TimestampMs time) { timers_.insert(time); };
    assigner_.bind(out_);
    EXPECT_TRUE(assigner_.open(context_));
  }
  void advance(int64_t ms) { env_.clock().now_ns += ms * 1'000'000; }
  void fire() {
    while (!timers_.empty() && *timers_.begin() <= env_.clock().wall_ms()) {
      TimestampMs time = *timers_.begin();
      timers_.erase(timers_.begin());
      ASSERT_TRUE(assigner_.on_timer(time, out_));
    }
  }
  void row() {
    Batch batch;
    batch.rows = 1;
    ASSERT_TRUE(assigner_.on_batch(0, std::move(batch), out_));
  }

  sim::SimEnv env_{1};
  OperatorContext context_;
  std::set<TimestampMs> timers_;
  jobgraph::MiniBatchAssigner spec_{.interval_ms = 500};
  MiniBatchAssigner assigner_{spec_};
  Recorder out_;
};

TEST_F(MiniBatchAssignerTest, MarkersComeAtMultiplesOfTheInterval) {
  row();
  advance(499);
  fire();
  EXPECT_EQ(out_.take(), (Log{"1 rows"}));
  advance(1);
  fire();
  EXPECT_EQ(out_.take(), (Log{"flush 500"}));
  advance(500);
  fire();
  EXPECT_EQ(out_.take(), (Log{"flush 1000"}));  // Also without rows.
}

TEST_F(MiniBatchAssignerTest, ARowBehindTheTimeComesBehindTheMarkerThoughTheTimerIsLate) {
  row();
  advance(700);
  row();
  EXPECT_EQ(out_.take(), (Log{"1 rows", "flush 500", "1 rows"}));
  fire();
  EXPECT_EQ(out_.take(), Log());  // That marker has been.
}

TEST_F(MiniBatchAssignerTest, MissedTimesGiveOneMarker) {
  advance(2600);
  fire();
  EXPECT_EQ(out_.take(), (Log{"flush 2500"}));
  EXPECT_EQ(timers_, (std::set<TimestampMs>{sim::SimClock::kEpochMs + 3000}));
}

}  // namespace
}  // namespace sluice::runtime
