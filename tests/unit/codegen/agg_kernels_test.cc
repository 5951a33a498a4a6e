// Aggregate bundles: interpreter, baseline and optimized code agree on every bit of results and accumulators, and a
// slot that one tier wrote is read by the next.
#include <gtest/gtest.h>

#include "catalog/functions/aggregate_decl.h"
#include "tests/unit/codegen/providers.h"
#include "tests/unit/codegen/random_rows.h"

namespace sluice::testing {
namespace {

using namespace runtime;

struct AggCase {
  AggSpec spec;
  RowSchema results;
  RowSchema accumulators;
};

class AggregateKernels : public ::testing::Test {
 protected:
  AggregateKernels() : arena_(pool_) { context_.arena = &arena_; }

  // Calls over random columns; the last column is the filter's.
  AggCase random_case(RandomRows& random, bool retracts) {
    AggCase out;
    uint32_t columns = 2 + random.below(5);
    for (uint32_t i = 0; i < columns; ++i) out.spec.input.push_back({"c" + std::to_string(i), random.scalar_type()});
    out.spec.input.push_back({"passes", Type::boolean().with_nullability(random.one_in(2))});
    std::vector<Type> fields{Type::bigint().not_null()};
    uint32_t wanted = 1 + random.below(6);
    while (out.spec.calls.size() < wanted) {
      AggregateCall call;
      const char* names[] = {"COUNT", "SUM", "$SUM0", "AVG", "MIN", "MAX"};
      call.function = names[random.below(6)];
      call.retracts = retracts;
      if (call.function != "COUNT" || !random.one_in(3)) call.arguments = {random.below(columns)};
      for (uint32_t argument : call.arguments) call.argument_types.push_back(out.spec.input[argument].type);
      if (random.one_in(3)) call.filter = static_cast<int32_t>(columns);
      auto shape = aggregate_shape(*find_aggregate(call.function), call.argument_types, false, retracts);
      bool is_ordered = call.function == "MIN" || call.function == "MAX";
      if (!shape || (retracts && is_ordered)) continue;
      call.result = shape->result;
      out.spec.fields.push_back(static_cast<uint32_t>(fields.size()));
      out.spec.merge_columns.push_back(static_cast<uint32_t>(out.accumulators.size()));
      for (const AccumulatorField& field : shape->fields) {
        fields.push_back(field.type);
        out.accumulators.push_back({std::string(field.name), field.type});
      }
      out.results.push_back({call.function, call.result});
      out.spec.calls.push_back(call);
    }
    out.spec.layout = layout_of(fields);
    return out;
  }

  // Which of `groups` slots each row belongs to.
  std::vector<uint8_t*> scatter(RandomRows& random, const Slots& slots, uint32_t groups, uint32_t rows) {
    std::vector<uint8_t*> out;
    for (uint32_t i = 0; i < rows; ++i) out.push_back(slots.pointers[random.below(groups)]);
    return out;
  }

  std::vector<std::string> results(const AggCase& c, const AggKernels& agg, const Slots& slots, uint32_t count) {
    std::vector<uint32_t> positions(count);
    for (uint32_t i = 0; i < count; ++i) positions[i] = count - 1 - i;
    BatchBuilder builder(pool_, c.results);
    agg.result(agg.self, &context_, slots.pointers.data(), count, positions.data(), builder.columns());
    return text_of(builder.finish(count, &arena_), c.results);
  }
  Batch accumulators(const AggCase& c, const AggKernels& agg, const Slots& slots, uint32_t count) {
    std::vector<uint32_t> positions(count);
    for (uint32_t i = 0; i < count; ++i) positions[i] = i;
    BatchBuilder builder(pool_, c.accumulators);
    agg.accumulators(agg.self, &context_, slots.pointers.data(), count, positions.data(), builder.columns());
    return builder.finish(count, &arena_);
  }

  Providers providers_;
  BufferPool pool_;
  Arena arena_;
  KernelContext context_;
};

TEST_F(AggregateKernels, AddMergeAndResultsAgree) {
  constexpr uint32_t kGroups = 7;
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    RandomRows random(seed);
    bool retracts = random.one_in(2);
    AggCase c = random_case(random, retracts);
    Batch batch = random.batch(pool_, arena_, c.spec.input, 300);
    BatchView view(batch);
    std::vector<int8_t> kinds(batch.rows);
    for (int8_t& kind : kinds) kind = static_cast<int8_t>(random.below(4));
    std::vector<uint32_t> selection;
    for (uint32_t row = 0; row < batch.rows; ++row) {
      if (!random.one_in(4)) selection.push_back(row);
    }
    auto count = static_cast<uint32_t>(selection.size());
    uint64_t scatter_seed = random.bits();

    std::vector<std::string> first;
    for (CodeProvider* provider : providers_.all()) {
      auto made = provider->aggregates(c.spec);
      ASSERT_TRUE(made) << made.error().message;
      const AggKernels& agg = (*made)->current();
      CountingHeap heap;
      Slots slots(c.spec.layout, kGroups), merged(c.spec.layout, kGroups);
      agg.init(agg.self, slots.pointers.data(), kGroups);
      agg.init(agg.self, merged.pointers.data(), kGroups);
      std::vector<std::string> text = results(c, agg, slots, kGroups);  // Of nothing.
      RandomRows scatter_random(scatter_seed);
      std::vector<uint8_t*> targets = scatter(scatter_random, slots, kGroups, count);
      agg.add(agg.self, &context_, view.columns(), retracts ? kinds.data() : nullptr, selection.data(), count,
              targets.data(), &heap);
      for (const std::string& line : results(c, agg, slots, kGroups)) text.push_back(line);
      Batch local = accumulators(c, agg, slots, kGroups);
      for (const std::string& line : text_of(local, c.accumulators)) text.push_back(line);
      BatchView local_view(local);
      std::vector<uint8_t*> merge_targets = scatter(scatter_random, merged, 3, kGroups);
      agg.merge(agg.self, &context_, local_view.columns(), nullptr, kGroups, merge_targets.data(), &heap);
      for (const std::string& line : results(c, agg, merged, kGroups)) text.push_back(line);
      text.push_back(fmt::format("heap {}", heap.bytes));
      if (first.empty()) first = text;
      std::string calls;
      for (const AggregateCall& call : c.spec.calls) {
        calls += call.function + "(" + (call.argument_types.empty() ? "*" : call.argument_types[0].to_string()) + ") ";
      }
      EXPECT_EQ(text, first) << calls;
      EXPECT_FALSE(context_.error);
    }
    if (HasFailure()) break;
  }
}

TEST_F(AggregateKernels, TiersShareSlots) {
  RandomRows random(77);
  for (int round = 0; round < 10; ++round) {
    AggCase c = random_case(random, round % 2 == 1);
    Batch batch = random.batch(pool_, arena_, c.spec.input, 90);
    BatchView view(batch);
    auto run = [&](const std::vector<CodeProvider*>& order) {
      CountingHeap heap;
      Slots slots(c.spec.layout, 1);
      std::vector<uint8_t*> targets(90, slots.pointers[0]);
      std::vector<std::string> text;
      for (size_t i = 0; i < order.size(); ++i) {
        auto handle = *order[i]->aggregates(c.spec);
        const AggKernels& agg = handle->current();
        if (i == 0) agg.init(agg.self, slots.pointers.data(), 1);
        agg.add(agg.self, &context_, view.columns(), nullptr, nullptr, 90, targets.data(), &heap);
        for (const std::string& line : results(c, agg, slots, 1)) text.push_back(line);
      }
      return text;
    };
    CodeProvider* interpreter = &providers_.interpreter();
    CodeProvider* baseline = &providers_.baseline();
    CodeProvider* optimized = &providers_.optimized();
    auto expected = run({interpreter, interpreter, interpreter});
    EXPECT_EQ(run({interpreter, baseline, optimized}), expected);
    EXPECT_EQ(run({optimized, interpreter, baseline}), expected);
  }
}

}  // namespace
}  // namespace sluice::testing
