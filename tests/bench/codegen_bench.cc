// Rows per second of each bundle on the interpreter, on baseline and on optimized code, batches of 1,024 rows in the L1
// and L2; and what compiling costs. Run: bench_codegen [--benchmark_filter=hash]
#include <benchmark/benchmark.h>

#include "catalog/functions/aggregate_decl.h"
#include "catalog/functions/function_table.h"
#include "tests/unit/codegen/providers.h"
#include "tests/unit/codegen/random_rows.h"

namespace sluice::testing {
namespace {

using namespace runtime;

constexpr uint32_t kRows = kBatchRowsMax;

Expr call(const char* function, std::vector<Expr> args) {
  auto made = make_call(function, std::move(args), {});
  SLUICE_CHECK(made.has_value());
  return *std::move(made);
}
Expr bigint(int64_t value) { return literal({value}, Type::bigint().not_null()); }

// Bids as Nexmark has them: nullable columns without a NULL.
struct Bids {
  RowSchema schema{{"auction", Type::bigint()}, {"bidder", Type::bigint()},  {"price", Type::bigint()},
                   {"channel", Type::string()}, {"url", Type::string()},     {"dateTime", Type::timestamp(3)},
                   {"low", Type::boolean()},    {"middle", Type::boolean()}, {"high", Type::boolean()}};
  BufferPool pool;
  Arena arena{pool};
  Batch batch;
  Bids() {
    RandomRows random(5);
    KernelContext context;
    context.arena = &arena;
    BatchBuilder builder(pool, schema);
    for (uint32_t row = 0; row < kRows; ++row) {
      int64_t price = 100 + random.below(10000000);
      Value values[] = {{int64_t{1000 + random.below(3000)}},
                        {int64_t{1000 + random.below(1000)}},
                        {price},
                        {std::string(random.one_in(2) ? "Apple" : "channel-4711")},
                        {std::string("https://www.nexmark.com/abcd/efgh/ijkl/item.htm?query=1&channel_id=12345")},
                        {int64_t{1700000000000 + row}},
                        {price < 10000},
                        {price >= 10000 && price < 1000000},
                        {price >= 1000000}};
      for (size_t c = 0; c < schema.size(); ++c) {
        put_value(builder.columns()[c], schema[c].type, row, values[c], context);
      }
    }
    batch = builder.finish(kRows, &arena);
  }
  Expr column_of(uint32_t index) { return column(index, schema[index].type); }
};

struct World {
  Providers providers;
  Bids bids;
  SessionContext session;
  KernelContext context;
  World() {
    context.arena = &bids.arena;
    context.session = &session;
  }
  CodeProvider& tier(int64_t index) { return *providers.all()[static_cast<size_t>(index)]; }
};

World& world() {
  static World instance;
  return instance;
}

void set_label(benchmark::State& state) {
  const char* names[] = {"interpreter", "baseline", "optimized"};
  state.SetLabel(names[state.range(0)]);
  state.SetItemsProcessed(state.iterations() * int64_t{kRows});
}

void run_pipeline(benchmark::State& state, const PipelineSpec& spec) {
  World& w = world();
  auto handle = w.tier(state.range(0)).pipeline(spec);
  if (!handle) return state.SkipWithError(handle.error().message.c_str());
  RowSchema out;
  for (const Expr& expr : spec.computed) out.push_back({"out", expr.type});
  BatchBuilder builder(w.bids.pool, out);
  builder.bind(w.context);
  MutableColumn* columns = builder.columns();
  BatchView view(w.bids.batch);
  uint32_t selection[kRows];
  const PipelineKernel& kernel = (*handle)->current();
  for (auto _ : state) {
    benchmark::DoNotOptimize(kernel.run(kernel.self, &w.context, view.columns(), kRows, selection, columns));
    std::vector<BufferRef> blocks;
    w.bids.arena.take_blocks(blocks);
  }
  SLUICE_CHECK(!w.context.error);
  set_label(state);
}

void pipeline_filter(benchmark::State& state) {
  Bids& b = world().bids;
  run_pipeline(state, {b.schema, {call(">", {b.column_of(2), bigint(5000000)})}, {}});
}
void pipeline_filter_mod(benchmark::State& state) {
  Bids& b = world().bids;
  Expr modulo = call("MOD", {b.column_of(0), bigint(123)});
  run_pipeline(state, {b.schema, {call("=", {modulo, bigint(0)})}, {}});
}
void pipeline_decimal(benchmark::State& state) {
  Bids& b = world().bids;
  Expr factor = literal({int64_t{908}}, Type::decimal(3, 3).not_null());
  run_pipeline(state, {b.schema, {}, {call("*", {factor, b.column_of(2)})}});
}
void pipeline_arithmetic(benchmark::State& state) {
  Bids& b = world().bids;
  run_pipeline(state, {b.schema, {}, {call("+", {call("*", {b.column_of(2), bigint(908)}), b.column_of(1)})}});
}
void pipeline_string_equal(benchmark::State& state) {
  Bids& b = world().bids;
  Expr apple = literal({std::string("Apple")}, Type::string().not_null());
  run_pipeline(state, {b.schema, {call("=", {b.column_of(3), apple})}, {b.column_of(4)}});
}

KeySpec key_spec(std::vector<uint32_t> columns) {
  KeySpec spec{world().bids.schema, columns, {}};
  std::vector<Type> types;
  for (uint32_t column : columns) types.push_back(spec.input[column].type);
  types.push_back(Type::bigint().not_null());
  spec.layout = layout_of(types);
  return spec;
}

void run_hash(benchmark::State& state, std::vector<uint32_t> columns) {
  auto handle = *world().tier(state.range(0)).key(key_spec(std::move(columns)));
  BatchView view(world().bids.batch);
  const KeyKernels& key = handle->current();
  std::vector<uint64_t> hashes(kRows);
  for (auto _ : state) {
    key.hash(key.self, view.columns(), nullptr, kRows, hashes.data());
    benchmark::ClobberMemory();
  }
  set_label(state);
}
void key_hash_bigint(benchmark::State& state) { run_hash(state, {0}); }
void key_hash_bigint_timestamp(benchmark::State& state) { run_hash(state, {0, 5}); }
void key_hash_string(benchmark::State& state) { run_hash(state, {3}); }

void key_equal_bigint(benchmark::State& state) {
  KeySpec spec = key_spec({0});
  auto handle = *world().tier(state.range(0)).key(spec);
  BatchView view(world().bids.batch);
  const KeyKernels& key = handle->current();
  Slots slots(spec.layout, kRows);
  CountingHeap heap;
  key.pack(key.self, view.columns(), nullptr, kRows, slots.pointers.data(), &heap);
  std::vector<uint8_t> equal(kRows);
  for (auto _ : state) {
    key.equal(key.self, view.columns(), nullptr, kRows, slots.pointers.data(), equal.data());
    benchmark::ClobberMemory();
  }
  set_label(state);
}

// q17: four counts, three of them with FILTER; minimum, maximum, average and sum of the price.
AggSpec q17() {
  AggSpec spec{world().bids.schema, {}, {}, {}, {}};
  std::vector<Type> fields{Type::bigint(), Type::varchar(10)};
  auto add = [&](const char* function, std::vector<uint32_t> arguments, int32_t filter) {
    AggregateCall call;
    call.function = function;
    call.arguments = arguments;
    for (uint32_t argument : arguments) call.argument_types.push_back(spec.input[argument].type);
    call.filter = filter;
    auto shape = aggregate_shape(*find_aggregate(function), call.argument_types, false, false);
    call.result = shape->result;
    spec.fields.push_back(static_cast<uint32_t>(fields.size()));
    for (const AccumulatorField& field : shape->fields) fields.push_back(field.type);
    spec.calls.push_back(call);
  };
  add("COUNT", {}, -1), add("COUNT", {}, 6), add("COUNT", {}, 7), add("COUNT", {}, 8);
  add("MIN", {2}, -1), add("MAX", {2}, -1), add("AVG", {2}, -1), add("SUM", {2}, -1);
  spec.layout = layout_of(fields);
  return spec;
}

void agg_add_q17(benchmark::State& state) {
  AggSpec spec = q17();
  auto handle = *world().tier(state.range(0)).aggregates(spec);
  const AggKernels& agg = handle->current();
  BatchView view(world().bids.batch);
  constexpr uint32_t kGroups = 4096;  // Of about 100 bytes: they fill a part of the L2.
  Slots slots(spec.layout, kGroups);
  CountingHeap heap;
  agg.init(agg.self, slots.pointers.data(), kGroups);
  RandomRows random(9);
  std::vector<uint8_t*> targets;
  for (uint32_t row = 0; row < 16 * kRows; ++row) targets.push_back(slots.pointers[random.below(kGroups)]);
  uint32_t at = 0;
  for (auto _ : state) {
    agg.add(agg.self, &world().context, view.columns(), nullptr, nullptr, kRows, targets.data() + at * kRows, &heap);
    at = (at + 1) % 16;
  }
  set_label(state);
}

void agg_result_q17(benchmark::State& state) {
  World& w = world();
  AggSpec spec = q17();
  auto handle = *w.tier(state.range(0)).aggregates(spec);
  const AggKernels& agg = handle->current();
  RowSchema schema;
  for (const AggregateCall& call : spec.calls) schema.push_back({call.function, call.result});
  Slots slots(spec.layout, kRows);
  agg.init(agg.self, slots.pointers.data(), kRows);
  std::vector<uint32_t> positions(kRows);
  for (uint32_t i = 0; i < kRows; ++i) positions[i] = i;
  BatchBuilder builder(w.bids.pool, schema);
  MutableColumn* out = builder.columns();
  for (auto _ : state) {
    agg.result(agg.self, &w.context, slots.pointers.data(), kRows, positions.data(), out);
    benchmark::ClobberMemory();
  }
  set_label(state);
}

// A provider of its own each time: what a process pays before its first bundle, and for one.
void start_provider(benchmark::State& state) {
  for (auto _ : state) Providers providers;
}
void compile_q17(benchmark::State& state) {
  AggSpec spec = q17();
  double ms = 0;
  for (auto _ : state) {
    Providers providers;
    benchmark::DoNotOptimize(providers.all()[static_cast<size_t>(state.range(0))]->aggregates(spec));
    ms += providers.all()[static_cast<size_t>(state.range(0))]->compile_ms();
  }
  state.counters["compile_ms"] = ms / static_cast<double>(state.iterations());
}
void compile_pipeline(benchmark::State& state) {
  Bids& b = world().bids;
  Expr factor = literal({int64_t{908}}, Type::decimal(3, 3).not_null());
  PipelineSpec spec{b.schema, {call(">", {b.column_of(2), bigint(5000)})}, {call("*", {factor, b.column_of(2)})}};
  double ms = 0;
  for (auto _ : state) {
    Providers providers;
    benchmark::DoNotOptimize(providers.all()[static_cast<size_t>(state.range(0))]->pipeline(spec));
    ms += providers.all()[static_cast<size_t>(state.range(0))]->compile_ms();
  }
  state.counters["compile_ms"] = ms / static_cast<double>(state.iterations());
}

#define SLUICE_TIERS(name) BENCHMARK(name)->Arg(0)->Arg(1)->Arg(2)
SLUICE_TIERS(pipeline_filter);
SLUICE_TIERS(pipeline_filter_mod);
SLUICE_TIERS(pipeline_decimal);
SLUICE_TIERS(pipeline_arithmetic);
SLUICE_TIERS(pipeline_string_equal);
SLUICE_TIERS(key_hash_bigint);
SLUICE_TIERS(key_hash_bigint_timestamp);
SLUICE_TIERS(key_hash_string);
SLUICE_TIERS(key_equal_bigint);
SLUICE_TIERS(agg_add_q17);
SLUICE_TIERS(agg_result_q17);
BENCHMARK(start_provider)->Unit(benchmark::kMillisecond);
BENCHMARK(compile_q17)->Arg(1)->Arg(2)->Iterations(5)->Unit(benchmark::kMillisecond);
BENCHMARK(compile_pipeline)->Arg(1)->Arg(2)->Iterations(5)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sluice::testing

BENCHMARK_MAIN();
