// Pipelines: interpreter, baseline and optimized code agree on every bit and on which batches fail.
#include <gtest/gtest.h>

#include "tests/unit/codegen/pipeline_agreement.h"
#include "tests/unit/codegen/providers.h"
#include "tests/unit/codegen/random_expr.h"

namespace sluice::testing {
namespace {

using namespace runtime;

Expr call(const char* function, std::vector<Expr> args) {
  auto made = make_call(function, std::move(args), {});
  SLUICE_CHECK(made.has_value());
  return *std::move(made);
}

class Pipelines : public ::testing::Test {
 protected:
  void expect_agreement(const PipelineSpec& spec, const Batch& batch) {
    std::vector<std::string> expected = run_.interpret(spec, batch);
    for (CodeProvider* provider : {&providers_.baseline(), &providers_.optimized()}) {
      auto made = provider->pipeline(spec);
      ASSERT_TRUE(made) << made.error().message;
      EXPECT_EQ(run_.run(spec, (*made)->current(), batch), expected)
          << (provider == &providers_.baseline() ? "baseline" : "optimized");
    }
  }

  Providers providers_;
  PipelineRun run_;
};

TEST_F(Pipelines, FilterAndCompute) {
  RowSchema schema{{"auction", Type::bigint()}, {"price", Type::bigint()}, {"channel", Type::string()}};
  PipelineSpec spec{schema,
                    {call(">", {column(1, schema[1].type), literal({int64_t{5}}, Type::bigint().not_null())})},
                    {call("+", {column(0, schema[0].type), column(1, schema[1].type)}), column(2, schema[2].type)}};
  RandomRows random(1);
  for (uint32_t rows : {0U, 1U, 7U, 8U, 63U, 64U, 65U, 1000U, 1024U}) {
    expect_agreement(spec, random.batch(run_.pool, run_.arena, schema, rows));
  }
}

TEST_F(Pipelines, RandomExpressionsAgree) {
  int compared = 0;
  int failed = 0;
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    RandomRows random(seed);
    RowSchema schema;
    for (int i = 0; i < 6; ++i) schema.push_back({"c" + std::to_string(i), random.scalar_type()});
    RandomExprs exprs(random, schema);
    exprs.grow(120);
    PipelineSpec spec{schema, {}, exprs.any(4)};
    if (random.one_in(2)) spec.condition = exprs.of_type(TypeRoot::Boolean, 1);
    Batch batch = random.batch(run_.pool, run_.arena, schema, 1 + random.below(300));
    failed += run_.interpret(spec, batch)[0] == "ERROR";
    // One column at a time as well, because one that fails hides the others.
    expect_agreement(spec, batch);
    for (const Expr& expr : spec.computed) {
      SCOPED_TRACE(to_string(expr));
      expect_agreement({schema, {}, {expr}}, batch);
      ++compared;
    }
    if (HasFailure()) break;
  }
  EXPECT_GT(compared, 100);
  EXPECT_LT(failed, 35);
}

// Times and intervals at their ends wrap, in every tier alike.
TEST_F(Pipelines, ExtremeIntervalsAgree) {
  Type interval = Type::interval_day_time().not_null();
  for (Type time : {Type::timestamp(3), Type::timestamp(6), Type::timestamp(9), Type::time(0), Type::date()}) {
    RowSchema schema{{"t", time}};
    RandomRows random(3);
    Batch batch = random.batch(run_.pool, run_.arena, schema, 64);
    for (int64_t by : {INT64_MIN, INT64_MIN + 1, int64_t{-1}, INT64_MAX}) {
      for (const char* function : {"+", "-"}) {
        SCOPED_TRACE(fmt::format("{} {} {}", time.to_string(), function, by));
        expect_agreement({schema, {}, {call(function, {column(0, time), literal({by}, interval)})}}, batch);
      }
    }
  }
}

}  // namespace
}  // namespace sluice::testing
