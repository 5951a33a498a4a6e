// Stateful operators on batches that are already in memory, over the real state tables, per input row:
//
//   operators_bench [ROWS] [interpreter|generated|both]
//
// q17: eight aggregates per (auction, day): local and global phase with bundles of 50,000 rows; one phase row at a
// time. q18: the last bid per (bidder, auction), rows of some 150 bytes, state that grows.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <deque>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/env/real_env.h"
#include "catalog/functions/aggregate_decl.h"
#include "codegen/code_provider_factory.h"
#include "runtime/interp/interpreter_provider.h"
#include "runtime/operators/factory.h"
#include "runtime/state/state_memory.h"
#include "runtime/state/task_state.h"
#include "runtime/task/metrics.h"
#include "runtime/task/operator_context.h"

namespace sluice::runtime {
namespace {

constexpr uint32_t kBatchesPrepared = 4096;  // 4 M rows; longer runs take them again with later ids.

RowSchema schema_of(std::vector<Type> types) {
  RowSchema schema;
  for (Type& type : types) schema.push_back({"c" + std::to_string(schema.size()), std::move(type)});
  return schema;
}

// What an operator needs around it.
struct Bench {
  explicit Bench(CodeProvider& provider) : code(provider) {
    kernels.arena = &arena;
    kernels.session = &session;
    TaskStateOptions options;
    options.env = env.env();
    options.memory = &memory;
    options.groups = {0, 128};
    auto made = TaskState::create(options);
    SLUICE_CHECK(made);
    state = *std::move(made);
  }

  // The operator, opened; `op` stays where it is.
  std::unique_ptr<Operator> open(jobgraph::Operator op, const RowSchema& input) {
    ops.push_back(std::move(op));
    OperatorContext context;
    context.env = env.env();
    context.buffers = &pool;
    context.arena = &arena;
    context.kernels = &kernels;
    context.code = &code;
    context.op = &ops.back();
    context.state = &state->operator_state("op" + std::to_string(ops.size()));
    context.inputs = {input};
    context.metrics = &metrics;
    contexts.push_back(context);
    auto made = make_operator(ops.back());
    SLUICE_CHECK(made);
    auto opened = (*made)->open(contexts.back());
    if (!opened) std::fprintf(stderr, "%s\n", opened.error().message.c_str());
    SLUICE_CHECK(opened);
    return *std::move(made);
  }

  RealEnv env;
  BufferPool pool;
  Arena arena{pool};
  SessionContext session;
  KernelContext kernels;
  CodeProvider& code;
  StateMemory memory{0};
  std::unique_ptr<TaskState> state;
  Metrics metrics;
  std::deque<jobgraph::Operator> ops;
  std::deque<OperatorContext> contexts;
};

// Counts rows, and hands batches on where there is somebody.
struct Sink final : Output {
  bool has_room() const override { return true; }
  void emit(Batch batch) override {
    rows += batch.rows;
    if (next != nullptr) SLUICE_CHECK(next->on_batch(0, std::move(batch), *next_out));
  }
  uint64_t rows = 0;
  Operator* next = nullptr;
  Output* next_out = nullptr;
};

// Half of the bids go to the newest hot auction, the others to one of some hundred around it.
int64_t auction_of(uint64_t bid, std::mt19937_64& random) {
  auto newest = static_cast<int64_t>(bid * 6 / 92);
  if (random() % 2 == 0) return newest / 100 * 100 + 1000;
  return newest + 1000 - static_cast<int64_t>(random() % 110);
}

const RowSchema kPrices =
    schema_of({Type::bigint(), Type::varchar(10), Type::bigint(), Type::boolean(), Type::boolean(), Type::boolean()});

Batch price_batch(Bench& bench, uint64_t first, std::mt19937_64& random) {
  BatchBuilder builder(bench.pool, kPrices);
  MutableColumn* columns = builder.columns();
  for (uint32_t i = 0; i < kBatchRowsMax; ++i) {
    auto price = static_cast<int64_t>(random() % 10000 * (random() % 10000));
    static_cast<int64_t*>(columns[0].values)[i] = auction_of(first + i, random);
    static_cast<StringView*>(columns[1].values)[i] = StringView("2026-11-21", 10);
    static_cast<int64_t*>(columns[2].values)[i] = price;
    static_cast<uint8_t*>(columns[3].values)[i] = price < 10000;
    static_cast<uint8_t*>(columns[4].values)[i] = price >= 10000 && price < 1000000;
    static_cast<uint8_t*>(columns[5].values)[i] = price >= 1000000;
    for (int c = 0; c < 6; ++c) set_valid(columns[c].validity, i, true);
  }
  return builder.finish(kBatchRowsMax, nullptr);
}

const RowSchema kBids = schema_of({Type::bigint(), Type::bigint(), Type::bigint(), Type::string(), Type::string(),
                                   Type::timestamp(3), Type::string()});

Batch bid_batch(Bench& bench, uint64_t first, std::mt19937_64& random) {
  static const std::string text(200, 'x');
  BatchBuilder builder(bench.pool, kBids);
  MutableColumn* columns = builder.columns();
  for (uint32_t i = 0; i < kBatchRowsMax; ++i) {
    int64_t auction = auction_of(first + i, random);
    static_cast<int64_t*>(columns[0].values)[i] = auction;
    static_cast<int64_t*>(columns[1].values)[i] =
        random() % 4 != 0 ? auction / 100 * 100 + 1 : static_cast<int64_t>(first / 50 + random() % 1000);
    static_cast<int64_t*>(columns[2].values)[i] = static_cast<int64_t>(random() % 1000000);
    static_cast<StringView*>(columns[3].values)[i] = StringView("Google", 6);
    static_cast<StringView*>(columns[4].values)[i] = StringView(text.data() + random() % 100, 50);
    static_cast<int64_t*>(columns[5].values)[i] = static_cast<int64_t>((first + i) / 1000);
    static_cast<StringView*>(columns[6].values)[i] = StringView(text.data() + random() % 100, 50);
    for (int c = 0; c < 7; ++c) set_valid(columns[c].validity, i, true);
  }
  return builder.finish(kBatchRowsMax, nullptr);
}

jobgraph::AggregateCall call(const std::string& function, std::vector<uint32_t> arguments, int32_t filter = -1) {
  jobgraph::AggregateCall out;
  out.function = function;
  out.arguments = std::move(arguments);
  for (uint32_t argument : out.arguments) out.argument_types.push_back(kPrices[argument].type);
  out.filter = filter;
  out.result = aggregate_shape(*find_aggregate(function), out.argument_types, false, false)->result;
  return out;
}

jobgraph::Operator q17(jobgraph::AggregatePhase phase) {
  jobgraph::GroupAggregate kind;
  kind.keys = {0, 1};
  kind.calls = {call("COUNT", {}), call("COUNT", {}, 3), call("COUNT", {}, 4), call("COUNT", {}, 5),
                call("MIN", {2}),  call("MAX", {2}),     call("AVG", {2}),     call("SUM", {2})};
  kind.phase = phase;
  if (phase != jobgraph::AggregatePhase::Single) kind.mini_batch = jobgraph::MiniBatch{50000};
  jobgraph::Operator op;
  op.output = {kPrices[0], kPrices[1]};
  for (const auto& one : kind.calls) {
    if (phase != jobgraph::AggregatePhase::Local) {
      op.output.push_back({one.function, one.result});
      continue;
    }
    auto shape = aggregate_shape(*find_aggregate(one.function), one.argument_types, false, false);
    for (const AccumulatorField& field : shape->fields) op.output.push_back({std::string(field.name), field.type});
  }
  op.kind = std::move(kind);
  return op;
}

jobgraph::Operator q18(bool update_before) {
  jobgraph::Deduplicate kind;
  kind.keys = {1, 0};
  kind.rowtime = 5;
  kind.keeps_last = true;
  kind.sends_update_before = update_before;
  jobgraph::Operator op;
  op.output = kBids;
  op.kind = kind;
  return op;
}

// CPU time of this thread, so that neighbours on the machine do not count.
int64_t cpu_ns() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * int64_t{1000000000} + now.tv_nsec;
}

using MakeBatch = std::function<Batch(Bench&, uint64_t, std::mt19937_64&)>;

void measure(const char* name, Bench& bench, uint64_t rows, const MakeBatch& make, Operator& first, Sink& sink,
             const Sink& last) {
  std::mt19937_64 random(1);
  std::vector<Batch> prepared;
  auto nanoseconds = int64_t{0};
  uint64_t done = 0;
  while (done < rows) {
    prepared.clear();
    for (uint32_t b = 0; b < kBatchesPrepared && done + b * kBatchRowsMax < rows; ++b) {
      prepared.push_back(make(bench, done + b * uint64_t{kBatchRowsMax}, random));
    }
    int64_t start = cpu_ns();
    for (Batch& batch : prepared) SLUICE_CHECK(first.on_batch(0, std::move(batch), sink));
    nanoseconds += cpu_ns() - start;
    done += prepared.size() * uint64_t{kBatchRowsMax};
  }
  std::printf("%-28s %8.1f ns per row, %6.2f M rows/s, %llu rows out\n", name,
              static_cast<double>(nanoseconds) / static_cast<double>(done),
              static_cast<double>(done) * 1e3 / static_cast<double>(nanoseconds),
              static_cast<unsigned long long>(last.rows));
}

void run_all(const std::string& provider, CodeProvider& code, uint64_t rows) {
  using jobgraph::AggregatePhase;
  {
    Bench bench(code);
    auto local_op = q17(AggregatePhase::Local);
    auto local = bench.open(local_op, kPrices);
    auto global = bench.open(q17(AggregatePhase::Global), local_op.output);
    code.wait_until_optimized();
    Sink last, between;
    between.next = global.get();
    between.next_out = &last;
    measure((provider + " q17 local+global").c_str(), bench, rows, price_batch, *local, between, last);
  }
  {
    Bench bench(code);
    auto local = bench.open(q17(AggregatePhase::Local), kPrices);
    code.wait_until_optimized();
    Sink last;
    measure((provider + " q17 local").c_str(), bench, rows, price_batch, *local, last, last);
  }
  {
    Bench bench(code);
    auto single = bench.open(q17(AggregatePhase::Single), kPrices);
    code.wait_until_optimized();
    Sink last;
    measure((provider + " q17 row at a time").c_str(), bench, rows / 4, price_batch, *single, last, last);
  }
  for (bool update_before : {false, true}) {
    Bench bench(code);
    auto last_row = bench.open(q18(update_before), kBids);
    code.wait_until_optimized();
    Sink last;
    measure((provider + (update_before ? " q18 with -U" : " q18")).c_str(), bench, rows / 2, bid_batch, *last_row, last,
            last);
  }
}

}  // namespace
}  // namespace sluice::runtime

int main(int argc, char** argv) {
  using namespace sluice;
  uint64_t rows = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 10'000'000;
  std::string which = argc > 2 ? argv[2] : "both";
  runtime::InterpreterProvider interpreter;
  if (which != "generated") runtime::run_all("interpreter", interpreter, rows);
  if (which == "interpreter") return 0;
  RealEnv env;
  codegen::CodeProviderOptions options;
  options.env = env.env();
  options.interpreter = &interpreter;
  Error error;
  std::unique_ptr<runtime::CodeProvider> generated(sluice_make_code_provider(&options, &error));
  if (generated == nullptr) {
    std::fprintf(stderr, "no generated code: %s\n", error.message.c_str());
    return 1;
  }
  runtime::run_all("generated", *generated, rows);
  return 0;
}
