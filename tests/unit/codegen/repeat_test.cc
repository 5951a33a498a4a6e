// Calls that occur more than once in a row's expressions are made once, but only where the first one is reached.
#include <gtest/gtest.h>

#include "tests/unit/codegen/pipeline_agreement.h"
#include "tests/unit/codegen/providers.h"
#include "tests/unit/codegen/random_expr.h"

namespace sluice::testing {
namespace {

Expr call(const char* function, std::vector<Expr> args) {
  auto made = make_call(function, std::move(args), {});
  SLUICE_CHECK(made.has_value());
  return *std::move(made);
}

// CASE WHEN LOWER(c) = 'a' THEN ... WHEN LOWER(c) = 'b' THEN <division that fails elsewhere> ..., and the same division
// behind it: what a branch computed must not be taken for known afterwards.
TEST(RepeatedCalls, AreKnownOnlyWhereTheyWereReached) {
  Providers providers;
  PipelineRun run;
  RowSchema schema{{"channel", Type::string()}, {"price", Type::bigint()}, {"divisor", Type::bigint()}};
  auto text = [](const char* value) { return literal({std::string(value)}, Type::string().not_null()); };
  Expr lower = call("LOWER", {column(0, schema[0].type)});
  Expr quotient = call("/", {column(1, schema[1].type), column(2, schema[2].type)});
  Expr zero = literal({int64_t{0}}, Type::bigint().not_null());
  Expr guarded{Special{Form::Case},
               quotient.type.as_nullable(),
               {call("=", {lower, text("apple")}), column(1, schema[1].type),
                call("<>", {column(2, schema[2].type), zero}), quotient, literal(Value::null(), Type::bigint())},
               {}};
  Expr again{Special{Form::Case},
             quotient.type.as_nullable(),
             {call("=", {lower, text("Apple")}), quotient, call("=", {column(2, schema[2].type), zero}),
              column(1, schema[1].type), quotient},
             {}};
  runtime::PipelineSpec spec{schema, {}, {guarded, lower, again, lower}};
  RandomRows random(4);
  KernelContext context;
  context.arena = &run.arena;
  runtime::BatchBuilder builder(run.pool, schema);
  for (uint32_t row = 0; row < 300; ++row) {
    const char* channels[] = {"Apple", "aPPle", "pear", "a channel of more than twelve bytes"};
    Value values[] = {random.one_in(5) ? Value::null() : Value{std::string(channels[random.below(4)])},
                      random.value(Type::bigint()), Value{int64_t{random.below(3)}}};
    for (size_t c = 0; c < 3; ++c) put_value(builder.columns()[c], schema[c].type, row, values[c], context);
  }
  runtime::Batch batch = builder.finish(300, &run.arena);
  auto expected = run.interpret(spec, batch);
  EXPECT_EQ(expected.size(), 301);
  for (runtime::CodeProvider* provider : providers.all()) {
    auto handle = *provider->pipeline(spec);
    EXPECT_EQ(run.run(spec, handle->current(), batch), expected);
  }
}

// WHERE price > 2 OR REGEXP_EXTRACT(url) IS NOT NULL: the columns take the match from the condition where it was
// reached, and look for it themselves where it was not.
TEST(RepeatedCalls, OfTheConditionAreKnownToTheColumns) {
  Providers providers;
  PipelineRun run;
  RowSchema schema{{"url", Type::string()}, {"price", Type::bigint()}};
  auto text = [](const char* value) { return literal({std::string(value)}, Type::string().not_null()); };
  auto number = [](int64_t value) { return literal({value}, Type::integer().not_null()); };
  Expr id = call("REGEXP_EXTRACT", {column(0, schema[0].type), text("(&|^)channel_id=([^&]*)"), number(2)});
  Expr length = call("REGEXP_INSTR", {column(0, schema[0].type), text("channel")});
  Expr condition{Special{Form::Or},
                 Type::boolean(),
                 {call(">", {column(1, schema[1].type), literal({int64_t{2}}, Type::bigint().not_null())}),
                  call("IS NOT NULL", {id}), call("=", {length, number(4)})},
                 {}};
  Expr guarded{Special{Form::Case}, id.type.as_nullable(), {call("IS NULL", {length}), text("none"), id}, {}};
  runtime::PipelineSpec spec{schema, {condition}, {guarded, id, call("+", {length, length})}};
  KernelContext context;
  context.arena = &run.arena;
  RandomRows random(11);
  runtime::BatchBuilder builder(run.pool, schema);
  for (uint32_t row = 0; row < 500; ++row) {
    const char* urls[] = {"https://www.nexmark.com/item.htm?query=1&channel_id=1234567890123", "channel_id=7",
                          "x=\xC3\xA9&channel_id=\xC3\xA9t\xC3\xA9 in more than twelve bytes", "no channel", ""};
    Value values[] = {random.one_in(5) ? Value::null() : Value{std::string(urls[random.below(5)])},
                      random.one_in(5) ? Value::null() : Value{int64_t{random.below(5)}}};
    for (size_t c = 0; c < 2; ++c) put_value(builder.columns()[c], schema[c].type, row, values[c], context);
  }
  runtime::Batch batch = builder.finish(500, &run.arena);
  auto expected = run.interpret(spec, batch);
  EXPECT_GT(expected.size(), 100);
  for (runtime::CodeProvider* provider : providers.all()) {
    auto handle = *provider->pipeline(spec);
    EXPECT_EQ(run.run(spec, handle->current(), batch), expected);
  }
}

}  // namespace
}  // namespace sluice::testing
