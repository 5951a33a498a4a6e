// The strategies under Flink's keys; how many attempts each allows was counted in Flink 2.2.
#include "runtime/job/restart_strategy.h"

#include <gtest/gtest.h>

#include "tests/sim/sim_env.h"

namespace sluice::runtime {
namespace {

class RestartStrategyTest : public testing::Test {
 protected:
  std::unique_ptr<RestartStrategy> make(std::map<std::string, std::string> settings, bool takes_checkpoints = true) {
    Settings values;
    for (const auto& [key, value] : settings) values.set("restart-strategy." + key, value);
    return make_restart_strategy(values, takes_checkpoints, random_);
  }
  sim::SimRandom random_{1};
};

TEST_F(RestartStrategyTest, NoneWithoutCheckpoints) {
  EXPECT_EQ(make({}, false)->on_failure(0), std::nullopt);
  EXPECT_NE(make({}, true)->on_failure(0), std::nullopt);
  EXPECT_EQ(make({{"type", "none"}})->on_failure(0), std::nullopt);
}

TEST_F(RestartStrategyTest, FixedDelayCountsAttempts) {
  auto strategy = make({{"type", "fixed-delay"}, {"fixed-delay.attempts", "2"}, {"fixed-delay.delay", "3 s"}});
  EXPECT_EQ(strategy->on_failure(0), 3000);
  EXPECT_EQ(strategy->on_failure(1'000'000), 3000);
  EXPECT_EQ(strategy->on_failure(9'000'000), std::nullopt);
}

TEST_F(RestartStrategyTest, FailureRateForgetsOldFailures) {
  auto strategy = make({{"type", "failure-rate"},
                        {"failure-rate.max-failures-per-interval", "2"},
                        {"failure-rate.failure-rate-interval", "10 s"},
                        {"failure-rate.delay", "1 s"}});
  EXPECT_EQ(strategy->on_failure(0), 1000);
  EXPECT_EQ(strategy->on_failure(6000), 1000);
  EXPECT_EQ(strategy->on_failure(10'001), 1000);          // The first is more than an interval ago.
  EXPECT_EQ(strategy->on_failure(12'000), std::nullopt);  // The third within one.
}

std::map<std::string, std::string> exponential(const std::string& jitter, const std::string& attempts) {
  return {{"type", "exponential-delay"},
          {"exponential-delay.initial-backoff", "1 s"},
          {"exponential-delay.max-backoff", "5 s"},
          {"exponential-delay.backoff-multiplier", "2.0"},
          {"exponential-delay.reset-backoff-threshold", "1 min"},
          {"exponential-delay.jitter-factor", jitter},
          {"exponential-delay.attempts-before-reset-backoff", attempts}};
}

TEST_F(RestartStrategyTest, ExponentialDelayGrowsAndIsForgotten) {
  auto strategy = make(exponential("0.0", "infinite"));
  EXPECT_EQ(strategy->on_failure(0), 1000);
  EXPECT_EQ(strategy->on_failure(2000), 2000);
  EXPECT_EQ(strategy->on_failure(5000), 4000);
  EXPECT_EQ(strategy->on_failure(10'000), 5000);           // The largest one.
  EXPECT_EQ(strategy->on_failure(10'000 + 66'000), 1000);  // It ran for more than a minute.
}

TEST_F(RestartStrategyTest, ExponentialDelayCountsAttempts) {
  auto strategy = make(exponential("0.0", "2"));
  EXPECT_EQ(strategy->on_failure(0), 1000);
  EXPECT_EQ(strategy->on_failure(2000), 2000);
  EXPECT_EQ(strategy->on_failure(5000), std::nullopt);
}

TEST_F(RestartStrategyTest, JitterStaysWithinItsShare) {
  bool varies = false;
  for (int i = 0; i < 50; ++i) {
    std::optional<int64_t> delay = make(exponential("0.5", "infinite"))->on_failure(0);
    ASSERT_TRUE(delay);
    EXPECT_GE(*delay, 500);
    EXPECT_LE(*delay, 1500);
    varies |= *delay != 1000;
  }
  EXPECT_TRUE(varies);
}

}  // namespace
}  // namespace sluice::runtime
