#include "runtime/job/restart_strategy.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace sluice::runtime {
namespace {

double get_double(const Settings& settings, std::string_view key) {
  std::string text = settings.get(key);
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

class NoRestart final : public RestartStrategy {
 public:
  std::optional<int64_t> on_failure(int64_t) override { return std::nullopt; }
};

class FixedDelay final : public RestartStrategy {
 public:
  explicit FixedDelay(const Settings& settings)
      : attempts_left_(settings.get_int("restart-strategy.fixed-delay.attempts")),
        delay_ms_(settings.get_ms("restart-strategy.fixed-delay.delay")) {}
  std::optional<int64_t> on_failure(int64_t) override {
    if (attempts_left_-- <= 0) return std::nullopt;
    return delay_ms_;
  }

 private:
  int64_t attempts_left_;
  int64_t delay_ms_;
};

class FailureRate final : public RestartStrategy {
 public:
  explicit FailureRate(const Settings& settings)
      : failures_max_(settings.get_int("restart-strategy.failure-rate.max-failures-per-interval")),
        interval_ms_(settings.get_ms("restart-strategy.failure-rate.failure-rate-interval")),
        delay_ms_(settings.get_ms("restart-strategy.failure-rate.delay")) {}
  std::optional<int64_t> on_failure(int64_t now_ms) override {
    while (!failures_.empty() && now_ms - failures_.front() > interval_ms_) failures_.pop_front();
    if (static_cast<int64_t>(failures_.size()) >= failures_max_) return std::nullopt;
    failures_.push_back(now_ms);
    return delay_ms_;
  }

 private:
  int64_t failures_max_;
  int64_t interval_ms_;
  int64_t delay_ms_;
  std::deque<int64_t> failures_;
};

class ExponentialDelay final : public RestartStrategy {
 public:
  ExponentialDelay(const Settings& settings, Random& random)
      : random_(random),
        initial_ms_(settings.get_ms("restart-strategy.exponential-delay.initial-backoff")),
        max_ms_(settings.get_ms("restart-strategy.exponential-delay.max-backoff")),
        reset_ms_(settings.get_ms("restart-strategy.exponential-delay.reset-backoff-threshold")),
        multiplier_(get_double(settings, "restart-strategy.exponential-delay.backoff-multiplier")),
        jitter_(get_double(settings, "restart-strategy.exponential-delay.jitter-factor")) {
    std::string attempts = settings.get("restart-strategy.exponential-delay.attempts-before-reset-backoff");
    std::from_chars(attempts.data(), attempts.data() + attempts.size(), attempts_max_);  // "infinite" leaves it.
  }
  std::optional<int64_t> on_failure(int64_t now_ms) override {
    if (attempts_ > 0 && now_ms - last_failure_ms_ > reset_ms_ + last_delay_ms_) attempts_ = 0;
    if (attempts_ >= attempts_max_) return std::nullopt;
    double delay = static_cast<double>(initial_ms_) * std::pow(multiplier_, static_cast<double>(attempts_));
    delay = std::min(delay, static_cast<double>(max_ms_));
    double unit = static_cast<double>(random_.next() >> 11) * 0x1p-53;  // In [0, 1).
    delay += delay * jitter_ * (2 * unit - 1);
    ++attempts_;
    last_failure_ms_ = now_ms;
    last_delay_ms_ = std::min(static_cast<int64_t>(delay), max_ms_);
    return last_delay_ms_;
  }

 private:
  Random& random_;
  int64_t initial_ms_;
  int64_t max_ms_;
  int64_t reset_ms_;
  double multiplier_;
  double jitter_;
  int64_t attempts_max_ = INT64_MAX;
  int64_t attempts_ = 0;
  int64_t last_failure_ms_ = 0;
  int64_t last_delay_ms_ = 0;
};

}  // namespace

std::unique_ptr<RestartStrategy> make_restart_strategy(const Settings& settings, bool takes_checkpoints,
                                                       Random& random) {
  std::string type = settings.values().contains("restart-strategy.type") ? settings.get("restart-strategy.type")
                     : takes_checkpoints                                 ? "EXPONENTIAL-DELAY"
                                                                         : "NONE";
  std::erase(type, '-');
  if (type == "FIXEDDELAY") return std::make_unique<FixedDelay>(settings);
  if (type == "FAILURERATE") return std::make_unique<FailureRate>(settings);
  if (type == "EXPONENTIALDELAY") return std::make_unique<ExponentialDelay>(settings, random);
  return std::make_unique<NoRestart>();
}

}  // namespace sluice::runtime
