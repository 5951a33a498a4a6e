#include "base/env/real_env.h"

#include <sys/random.h>
#include <time.h>

#include "base/check.h"

namespace sluice {
namespace {

int64_t nanoseconds(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

class RealClock final : public Clock {
 public:
  int64_t wall_ms() const override { return nanoseconds(CLOCK_REALTIME) / 1'000'000; }
  int64_t monotonic_ns() const override { return nanoseconds(CLOCK_MONOTONIC); }
};

class RealRandom final : public Random {
 public:
  uint64_t next() override {
    uint64_t value = 0;
    SLUICE_CHECK(getrandom(&value, sizeof value, 0) == sizeof value);
    return value;
  }
};

}  // namespace

std::unique_ptr<Clock> make_real_clock() { return std::make_unique<RealClock>(); }
std::unique_ptr<Random> make_real_random() { return std::make_unique<RealRandom>(); }

RealEnv::RealEnv(RealEnvOptions options)
    : clock_(make_real_clock()),
      random_(make_real_random()),
      files_(make_real_file_system()),
      executor_(make_real_executor(options)),
      network_(make_real_network(*executor_)),
      env_{clock_.get(), random_.get(), files_.get(), executor_.get(), network_.get()} {}

// The network's thread hands work to the executor, and work uses the network: the one stops, then the other goes.
RealEnv::~RealEnv() {
  network_->stop();
  executor_.reset();
}

}  // namespace sluice
