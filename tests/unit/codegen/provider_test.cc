// What surrounds generated code: tiers that change in the middle of a run, the object cache, pipelines of which a part
// is interpreted.
#include <gtest/gtest.h>

#include <filesystem>

#include "base/env/real_env.h"
#include "codegen/llvm_code_provider.h"
#include "runtime/interp/interpreter_provider.h"
#include "tests/unit/codegen/pipeline_agreement.h"
#include "tests/unit/codegen/random_expr.h"

namespace sluice::testing {
namespace {

using namespace runtime;
using codegen::CodeProviderOptions;
using codegen::LlvmCodeProvider;

Expr call(const char* function, std::vector<Expr> args) {
  auto made = make_call(function, std::move(args), {});
  SLUICE_CHECK(made.has_value());
  return *std::move(made);
}

class Provider : public ::testing::Test {
 protected:
  Provider() {
    options_.env = env_.env();
    options_.interpreter = &interpreter_;
    directory_ = std::filesystem::temp_directory_path() / fmt::format("sluice_codegen_{}", ::getpid());
    std::filesystem::remove_all(directory_);
  }
  ~Provider() override { std::filesystem::remove_all(directory_); }

  std::unique_ptr<LlvmCodeProvider> make() {
    auto made = LlvmCodeProvider::create(options_);
    SLUICE_CHECK(made.has_value());
    return *std::move(made);
  }
  PipelineSpec bids_over(int64_t price) {
    RowSchema schema{{"auction", Type::bigint()}, {"price", Type::bigint()}};
    return {schema,
            {call(">", {column(1, schema[1].type), literal({price}, Type::bigint().not_null())})},
            {call("+", {column(0, schema[0].type), column(1, schema[1].type)})}};
  }

  RealEnv env_;
  InterpreterProvider interpreter_;
  CodeProviderOptions options_;
  std::filesystem::path directory_;
  PipelineRun run_;
};

TEST_F(Provider, StartsOnTheInterpreterAndMovesToOptimizedCode) {
  auto provider = make();
  PipelineSpec spec = bids_over(5);
  RandomRows random(11);
  Batch batch = random.batch(run_.pool, run_.arena, spec.input, 500);
  auto expected = run_.interpret(spec, batch);
  auto handle = *provider->pipeline(spec);
  auto* interpreted = handle->current().run;
  int batches = 0;
  for (; handle->current().run == interpreted && batches < 100000; ++batches) {  // The job does not wait.
    ASSERT_EQ(run_.run(spec, handle->current(), batch), expected);
  }
  provider->wait_until_optimized();
  EXPECT_NE(handle->current().run, interpreted);
  EXPECT_EQ(run_.run(spec, handle->current(), batch), expected);
  EXPECT_EQ(provider->modules_compiled(), 1);
  EXPECT_GT(provider->compile_ms(), 0);
  EXPECT_TRUE(provider->failures().empty());
}

TEST_F(Provider, NumbersOfASeedGoOnWhileTiersChange) {
  auto provider = make();
  RowSchema schema{{"auction", Type::bigint()}};
  PipelineSpec spec{schema, {}, {call("RAND", {literal({int64_t{7}}, Type::integer().not_null())})}};
  RandomRows random(3);
  Batch batch = random.batch(run_.pool, run_.arena, spec.input, 50);
  auto oracle = *interpreter_.pipeline(spec);
  auto first = run_.run(spec, oracle->current(), batch);
  auto second = run_.run(spec, oracle->current(), batch);
  ASSERT_NE(first, second);
  auto handle = *provider->pipeline(spec);
  EXPECT_EQ(run_.run(spec, handle->current(), batch), first);
  provider->wait_until_optimized();
  EXPECT_EQ(run_.run(spec, handle->current(), batch), second);
}

TEST_F(Provider, HandleMayGoBeforeItsCodeComes) {
  auto provider = make();
  for (int i = 0; i < 5; ++i) (void)provider->pipeline(bids_over(i));
  provider->wait_until_optimized();
  EXPECT_LE(provider->modules_compiled(), 5);
}

TEST_F(Provider, EqualBundlesShareTheirCode) {
  options_.start = CodeProviderOptions::Start::Optimized;
  auto provider = make();
  auto first = *provider->pipeline(bids_over(5));
  auto second = *provider->pipeline(bids_over(5));
  EXPECT_EQ(provider->modules_compiled(), 1);
  EXPECT_EQ(first->current().run, second->current().run);
  auto other = *provider->pipeline(bids_over(6));
  EXPECT_EQ(provider->modules_compiled(), 2);
}

TEST_F(Provider, RestartCompilesNothing) {
  options_.cache_directory = directory_.string();
  PipelineSpec spec = bids_over(5);
  RandomRows random(12);
  Batch batch = random.batch(run_.pool, run_.arena, spec.input, 100);
  auto expected = run_.interpret(spec, batch);
  {
    auto provider = make();
    auto handle = *provider->pipeline(spec);
    provider->wait_until_optimized();
    EXPECT_EQ(provider->modules_compiled(), 1);
  }
  auto provider = make();
  auto handle = *provider->pipeline(spec);
  EXPECT_NE(handle->current().run, (*interpreter_.pipeline(spec))->current().run);  // Optimized from the start.
  EXPECT_EQ(run_.run(spec, handle->current(), batch), expected);
  EXPECT_EQ(provider->modules_compiled(), 0);
  EXPECT_EQ(provider->compile_ms(), 0);
}

TEST_F(Provider, DamagedObjectsAreCompiledAgain) {
  options_.cache_directory = directory_.string();
  options_.start = CodeProviderOptions::Start::Optimized;
  (void)make()->pipeline(bids_over(5));
  int damaged = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
    std::string bytes = *env_.env().files->read_all(entry.path().string());
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    auto file = *env_.env().files->create(entry.path().string());
    ASSERT_TRUE(file->append(bytes));
    ++damaged;
  }
  EXPECT_EQ(damaged, 1);
  auto provider = make();
  (void)provider->pipeline(bids_over(5));
  EXPECT_EQ(provider->modules_compiled(), 1);
}

TEST_F(Provider, OtherMachinesHaveOtherObjects) {
  options_.cache_directory = directory_.string();
  options_.start = CodeProviderOptions::Start::Optimized;
  (void)make()->pipeline(bids_over(5));
  options_.cpu = "x86-64-v3";
  auto provider = make();
  (void)provider->pipeline(bids_over(5));
  EXPECT_EQ(provider->modules_compiled(), 1);
}

TEST_F(Provider, NestedColumnsAreInterpretedBesideGeneratedOnes) {
  options_.start = CodeProviderOptions::Start::Optimized;
  auto provider = make();
  Type row = Type::row({{"a", Type::bigint()}, {"r", Type::row({{"b", Type::bigint()}})}});
  RowSchema schema{{"auction", Type::bigint()}, {"bid", row}};
  Expr bid = column(1, row);
  Expr inner{FieldRef{1}, row.child(1), {bid}, {}};
  Expr a{FieldRef{0}, Type::bigint(), {bid}, {}};
  PipelineSpec spec{schema,
                    {call(">", {a, literal({int64_t{0}}, Type::bigint().not_null())})},
                    {call("+", {column(0, schema[0].type), a}), inner, a}};
  BatchBuilder builder(run_.pool, schema);
  RandomRows random(13);
  for (uint32_t i = 0; i < 200; ++i) {
    put_value(builder.columns()[0], schema[0].type, i, random.value(Type::bigint()), run_.context);
    Value nested = random.one_in(4) ? Value::null() : Value::list({random.value(Type::bigint())});
    Value value = random.one_in(4) ? Value::null() : Value::list({random.value(Type::bigint()), nested});
    put_value(builder.columns()[1], row, i, value, run_.context);
  }
  Batch batch = builder.finish(200, &run_.arena);
  auto expected = run_.interpret(spec, batch);
  EXPECT_GT(expected.size(), 20);
  auto handle = *provider->pipeline(spec);
  EXPECT_EQ(run_.run(spec, handle->current(), batch), expected);
  EXPECT_EQ(provider->modules_compiled(), 1);
}

}  // namespace
}  // namespace sluice::testing
