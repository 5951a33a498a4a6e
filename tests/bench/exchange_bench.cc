// What a batch pays on its way: a hop inside a chain, a hop through a channel, the scatter to two targets.
#include <time.h>

#include <cstdio>

#include "base/check.h"
#include "base/kernel_context.h"
#include "runtime/exchange/edge_writer.h"
#include "runtime/interp/interpreter_provider.h"
#include "runtime/task/chain.h"
#include "runtime/task/stateless_operators.h"

namespace sluice::runtime {
namespace {

// Of this process's CPU: other programs on the machine do not count.
struct Clock {
  static double now() {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
  }
};
double ns_since(double begin) { return Clock::now() - begin; }

struct NullWakeable final : Wakeable {
  void wake() override {}
};

class Swallow final : public Operator {
 public:
  Status open(OperatorContext&) override { return Done{}; }
  Step on_batch(uint32_t, Batch, Output&) override { return Progress::Done; }
};

const RowSchema kFive = {{"a", Type::bigint().not_null()},
                         {"b", Type::bigint().not_null()},
                         {"c", Type::bigint().not_null()},
                         {"d", Type::bigint().not_null()},
                         {"e", Type::bigint().not_null()}};

Batch five_columns(BufferPool& pool) {
  BatchBuilder builder(pool, kFive);
  for (int c = 0; c < 5; ++c) {
    auto* values = static_cast<int64_t*>(builder.columns()[c].values);
    for (int64_t row = 0; row < kBatchRowsMax; ++row) values[row] = row * 7919 + c;
  }
  return builder.finish(kBatchRowsMax, nullptr);
}

double chain_ns(BufferPool& pool, uint32_t length) {
  KernelContext kernels;
  std::vector<std::unique_ptr<Metrics>> metrics;
  std::vector<Chain::Node> nodes;
  for (uint32_t i = 0; i < length; ++i) {
    metrics.push_back(std::make_unique<Metrics>());
    bool last = i + 1 == length;
    std::unique_ptr<Operator> op;
    if (last) {
      op = std::make_unique<Swallow>();
    } else {
      op = std::make_unique<UnionAll>();
    }
    std::vector<Chain::Consumer> consumers;
    if (!last) consumers.push_back({i + 1, 0});
    nodes.push_back({std::move(op), 1, std::move(consumers), {}, metrics.back().get()});
  }
  Chain chain(std::move(nodes), &kernels);
  Batch batch = five_columns(pool);
  constexpr int kRounds = 200'000;
  auto begin = Clock::now();
  for (int i = 0; i < kRounds; ++i) {
    chain.refill(1000);
    chain.deliver(0, 0, Element::of(batch));
  }
  return ns_since(begin) / kRounds;
}

double channel_ns(BufferPool& pool) {
  NullWakeable nobody;
  Channel channel(8);
  channel.connect(&nobody, &nobody);
  auto writer = make_edge_writer({&channel}, {});
  SLUICE_CHECK(writer.has_value());
  Batch batch = five_columns(pool);
  constexpr int kRounds = 500'000;
  auto begin = Clock::now();
  for (int i = 0; i < kRounds; ++i) {
    SLUICE_CHECK((*writer)->has_room());
    (*writer)->write(std::move(batch));
    batch = std::move(channel.front()->batch);
    channel.pop();
  }
  return ns_since(begin) / kRounds;
}

double scatter_ns_per_row(BufferPool& pool, bool hashes_only) {
  NullWakeable nobody;
  Arena arena(pool);
  InterpreterProvider code;
  Channel first(8), second(8);
  first.connect(&nobody, &nobody);
  second.connect(&nobody, &nobody);
  auto writer = make_edge_writer({&first, &second}, {.distribution = jobgraph::Distribution::Hash,
                                                     .schema = kFive,
                                                     .hash_columns = {0},
                                                     .buffers = &pool,
                                                     .arena = &arena,
                                                     .code = &code});
  SLUICE_CHECK(writer.has_value());
  Batch batch = five_columns(pool);
  auto keys = code.key({kFive, {0}, layout_of({kFive[0].type})});
  SLUICE_CHECK(keys.has_value());
  BatchView view(batch);
  uint64_t hashes[kBatchRowsMax];
  constexpr int kRounds = 20'000;
  auto begin = Clock::now();
  for (int i = 0; i < kRounds; ++i) {
    if (hashes_only) {
      const KeyKernels& kernels = (*keys)->current();
      kernels.hash(kernels.self, view.columns(), nullptr, kBatchRowsMax, hashes);
      continue;
    }
    (*writer)->write(batch);
    first.pop();
    second.pop();
  }
  return ns_since(begin) / kRounds / kBatchRowsMax;
}

void print_all() {
  BufferPool pool;
  for (int round = 0; round < 3; ++round) {
    double one = chain_ns(pool, 1), nine = chain_ns(pool, 9);
    std::printf(
        "{\"chain_hop_ns\": %.1f, \"channel_hop_ns\": %.1f, \"scatter_ns_per_row\": %.2f, "
        "\"of_it_hash_ns_per_row\": %.2f}\n",
        (nine - one) / 8, channel_ns(pool), scatter_ns_per_row(pool, false), scatter_ns_per_row(pool, true));
  }
}

}  // namespace
}  // namespace sluice::runtime

int main() {
  sluice::runtime::print_all();
  return 0;
}
