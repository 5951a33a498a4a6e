// Random expressions over random batches: interpreter, baseline and optimized code must agree on every bit and on
// which batches fail. The bytes decide columns, expressions and values; what they do not reach is drawn from a seed.
//
// With libFuzzer: expr_libfuzzer CORPUS. Without: fuzz_main.h.
#include <cstdio>

#include "tests/fuzz/fuzz_main.h"
#include "tests/unit/codegen/pipeline_agreement.h"
#include "tests/unit/codegen/providers.h"
#include "tests/unit/codegen/random_expr.h"

namespace sluice::testing {
namespace {

struct Fuzzer {
  Providers providers;

  bool agree(const runtime::PipelineSpec& spec, const runtime::Batch& batch) {
    PipelineRun run;
    std::vector<std::string> expected = run.interpret(spec, batch);
    for (runtime::CodeProvider* provider : {&providers.baseline(), &providers.optimized()}) {
      auto made = provider->pipeline(spec);
      std::vector<std::string> found = made ? run.run(spec, (*made)->current(), batch)
                                            : std::vector<std::string>{"NO CODE: " + made.error().message};
      if (found == expected) continue;
      report(provider == &providers.baseline() ? "baseline" : "optimized code", spec, expected, found);
      return false;
    }
    return true;
  }

  static void report(const char* who, const runtime::PipelineSpec& spec, const std::vector<std::string>& expected,
                     const std::vector<std::string>& found) {
    std::fprintf(stderr, "%s differs from the interpreter:\n", who);
    for (const Expr& expr : spec.condition) std::fprintf(stderr, "  where %s\n", to_string(expr).c_str());
    for (const Expr& expr : spec.computed) std::fprintf(stderr, "  %s\n", to_string(expr).c_str());
    size_t row = 0;
    while (row < expected.size() && row < found.size() && expected[row] == found[row]) ++row;
    std::fprintf(stderr, "  interpreter: %s\n  found:       %s\n",
                 row < expected.size() ? expected[row].c_str() : "nothing",
                 row < found.size() ? found[row].c_str() : "nothing");
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
  return sluice::testing::fuzz_main("expr_fuzz", argc, argv, [](uint64_t seed) {
    return sluice::testing::fuzzer().run(sluice::testing::RandomRows(seed));
  });
}
#endif
