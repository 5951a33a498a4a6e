// Random expressions over random batches: interpreter, baseline and optimized code must agree on every bit and on
// which batches fail. The bytes decide columns, expressions and values; what they do not reach is drawn from a seed.
//
// With libFuzzer: expr_libfuzzer CORPUS. Without: expr_fuzz [--seed S] [--runs N] [--seconds T], which prints the seed
// that fails.
#include <chrono>
#include <cstdio>
#include <cstring>

#include "tests/unit/codegen/pipeline_agreement.h"
#include "tests/unit/codegen/providers.h"
#include "tests/unit/codegen/random_expr.h"

namespace sluice::testing {
namespace {

struct Fuzzer {
  Providers providers;
  uint64_t compared = 0;

  bool agree(const runtime::PipelineSpec& spec, const runtime::Batch& batch) {
    PipelineRun run;
    std::vector<std::string> expected = run.interpret(spec, batch);
    for (runtime::CodeProvider* provider : {&providers.baseline(), &providers.optimized()}) {
      auto made = provider->pipeline(spec);
      if (made && run.run(spec, (*made)->current(), batch) == expected) continue;
      std::fprintf(stderr, "%s differs from the interpreter:\n",
                   provider == &providers.baseline() ? "baseline" : "optimized code");
      for (const Expr& expr : spec.condition) std::fprintf(stderr, "  where %s\n", to_string(expr).c_str());
      for (const Expr& expr : spec.computed) std::fprintf(stderr, "  %s\n", to_string(expr).c_str());
      return false;
    }
    ++compared;
    return true;
  }

  bool run(RandomRows random) {
    RowSchema schema;
    uint32_t columns = 1 + random.below(5);
    for (uint32_t i = 0; i < columns; ++i) schema.push_back({"c" + std::to_string(i), random.scalar_type()});
    RandomExprs exprs(random, schema);
    exprs.grow(20 + random.below(80));
    runtime::PipelineSpec spec{schema, {}, exprs.any(1 + random.below(3))};
    if (random.one_in(2)) spec.condition = exprs.of_type(TypeRoot::Boolean, 1);
    BufferPool pool;
    Arena arena(pool);
    runtime::Batch batch = random.batch(pool, arena, schema, 1 + random.below(200));
    // Each column alone as well, because one that fails hides the others.
    bool agreed = agree(spec, batch);
    for (const Expr& expr : spec.computed) agreed = agreed && agree({schema, {}, {expr}}, batch);
    return agreed;
  }
};

Fuzzer& fuzzer() {
  static Fuzzer instance;
  return instance;
}

}  // namespace
}  // namespace sluice::testing

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  SLUICE_CHECK(sluice::testing::fuzzer().run(sluice::testing::RandomRows(std::span(data, size))));
  return 0;
}

#ifndef SLUICE_LIBFUZZER
int main(int argc, char** argv) {
  using Clock = std::chrono::steady_clock;
  uint64_t seed = static_cast<uint64_t>(Clock::now().time_since_epoch().count()), runs = 0, seconds = 10;
  for (int i = 1; i + 1 < argc; i += 2) {
    uint64_t value = std::strtoull(argv[i + 1], nullptr, 10);
    if (std::strcmp(argv[i], "--seed") == 0) seed = value, runs = runs == 0 ? 1 : runs;
    if (std::strcmp(argv[i], "--runs") == 0) runs = value;
    if (std::strcmp(argv[i], "--seconds") == 0) seconds = value;
  }
  Clock::time_point end = Clock::now() + std::chrono::seconds(seconds);
  uint64_t done = 0;
  for (; runs > 0 ? done < runs : Clock::now() < end; ++done) {
    if (sluice::testing::fuzzer().run(sluice::testing::RandomRows(seed + done))) continue;
    std::fprintf(stderr, "replay: expr_fuzz --seed %llu\n", static_cast<unsigned long long>(seed + done));
    return 1;
  }
  std::printf("expr_fuzz: %llu programs, %llu pipelines agree\n", static_cast<unsigned long long>(done),
              static_cast<unsigned long long>(sluice::testing::fuzzer().compared));
}
#endif
