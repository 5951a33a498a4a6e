// The machine's threads and sockets end while work is still on its way: nothing is used that is gone already. To be run
// under the sanitizers as well.
#include "base/env/real_env.h"

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>

#include <gtest/gtest.h>

namespace sluice {
namespace {

using Pool = Executor::Pool;

constexpr Pool kPools[] = {Pool::Task, Pool::State, Pool::Io, Pool::Compile};
constexpr int kRounds = 50;

void sleep_ms(int ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); }

// Work that goes on for ever, on every pool in turn and by timers.
struct Wanderer : std::enable_shared_from_this<Wanderer> {
  explicit Wanderer(const Env& environment) : env(environment) {}
  void step() {
    uint32_t turn = ++steps;
    auto again = [self = shared_from_this()] { self->step(); };
    if (turn % 5 != 0) return env.executor->submit(kPools[turn % 4], again);
    uint64_t timer = env.executor->submit_at(env.clock->monotonic_ns() + 20'000, again);
    if (turn % 3 == 0) {
      env.executor->cancel(timer);
      env.executor->submit(Pool::Task, again);
    }
  }
  Env env;
  std::atomic<uint32_t> steps{0};
};

TEST(RealEnv, EndsWhileEveryPoolSubmitsToTheOthers) {
  for (int round = 0; round < kRounds; ++round) {
    auto env = std::make_unique<RealEnv>(RealEnvOptions{.task_threads = 3});
    std::vector<std::shared_ptr<Wanderer>> wanderers;
    for (int i = 0; i < 8; ++i) {
      wanderers.push_back(std::make_shared<Wanderer>(env->env()));
      wanderers.back()->step();
    }
    sleep_ms(1);
    env.reset();
    for (const auto& wanderer : wanderers) EXPECT_GT(wanderer->steps, 0U);
  }
}

TEST(RealEnv, WhatDroppedWorkOwnsMayAskForMore) {
  struct Last {
    Env env;
    std::atomic<int>* gone;
    ~Last() {
      for (Pool pool : kPools) env.executor->submit(pool, [] {});
      env.executor->cancel(env.executor->submit_at(0, [] {}));
      ++*gone;
    }
  };
  for (int round = 0; round < kRounds; ++round) {
    std::atomic<int> gone = 0;
    auto env = std::make_unique<RealEnv>(RealEnvOptions{.task_threads = 1});
    for (Pool pool : kPools) {
      env->env().executor->submit(pool, [] { sleep_ms(2); });
      auto last = std::make_shared<Last>(env->env(), &gone);
      env->env().executor->submit(pool, [last] {});
      env->env().executor->submit_at(INT64_MAX, [last] {});
    }
    env.reset();
    EXPECT_EQ(gone, 4);
  }
}

// Sends back what it reads, until the other side closes.
struct Echo : std::enable_shared_from_this<Echo> {
  explicit Echo(std::unique_ptr<Connection> made) : connection(std::move(made)) {}
  void wait() {
    connection->when_readable([self = shared_from_this()] { self->answer(); });
  }
  void answer() {
    char bytes[64];
    auto got = connection->read(bytes, sizeof bytes);
    if (!got) return;
    if (!connection->write({bytes, *got})) return;
    wait();
  }
  std::unique_ptr<Connection> connection;
};

TEST(RealEnv, EndsWhileSocketsAreServed) {
  std::string address = "unix:/tmp/sluice_real_env_test_" + std::to_string(getpid());
  for (int round = 0; round < kRounds; ++round) {
    auto env = std::make_unique<RealEnv>(RealEnvOptions{.task_threads = 1});
    auto listener = env->env().network->listen(address);
    ASSERT_TRUE(listener) << listener.error().message;
    (*listener)->on_connection(
        [](std::unique_ptr<Connection> made) { std::make_shared<Echo>(std::move(made))->wait(); });
    std::vector<std::unique_ptr<Connection>> clients;
    for (int i = 0; i < 4; ++i) {
      auto client = env->env().network->connect(address);
      ASSERT_TRUE(client) << client.error().message;
      ASSERT_TRUE((*client)->write("ping"));
      clients.push_back(*std::move(client));
    }
    if (round % 2 == 0) sleep_ms(1);
    if (round % 3 == 0) clients.clear();
    listener->reset();
    env.reset();  // Clients and served sockets may outlive it.
  }
  unlink(address.c_str() + 5);
}

}  // namespace
}  // namespace sluice
