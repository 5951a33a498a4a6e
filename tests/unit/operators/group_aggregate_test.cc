#include "operator_script.h"

#include "catalog/functions/aggregate_decl.h"

namespace sluice::runtime {
namespace {

using jobgraph::AggregatePhase;

struct Options {
  bool retracts = false;
  bool update_before = true;
  uint64_t bundle = 0;
  AggregatePhase phase = AggregatePhase::Single;
  int64_t ttl_ms = 0;
  std::vector<uint32_t> keys = {0};
};

// Of a jobgraph::AggregateCall over the columns of the input.
jobgraph::AggregateCall call(const std::string& function, const RowSchema& input, std::vector<uint32_t> arguments,
                             bool retracts = false, bool distinct = false, int32_t filter = -1) {
  jobgraph::AggregateCall out;
  out.function = function;
  out.arguments = arguments;
  for (uint32_t argument : arguments) out.argument_types.push_back(input[argument].type);
  out.filter = filter;
  out.distinct = distinct;
  out.retracts = retracts;
  out.result = aggregate_shape(*find_aggregate(function), out.argument_types, distinct, retracts)->result;
  return out;
}

jobgraph::Operator aggregate(const RowSchema& input, std::vector<jobgraph::AggregateCall> calls,
                             const Options& options) {
  jobgraph::GroupAggregate kind;
  kind.keys = options.keys;
  kind.calls = std::move(calls);
  kind.phase = options.phase;
  kind.input_retracts = options.retracts;
  kind.sends_update_before = options.update_before;
  if (options.bundle > 0) kind.mini_batch = jobgraph::MiniBatch{options.bundle};
  kind.ttl_ms = options.ttl_ms;

  jobgraph::Operator op;
  op.name = "GroupAggregate[1]";
  for (uint32_t key : kind.keys) op.output.push_back(input[key]);
  op.changelog = ChangelogMode::all();
  if (options.phase == AggregatePhase::Local) {
    op.changelog = ChangelogMode::insert_only();
    for (const auto& one : kind.calls) {
      auto shape = aggregate_shape(*find_aggregate(one.function), one.argument_types, one.distinct, one.retracts);
      for (const AccumulatorField& field : shape->fields) op.output.push_back({std::string(field.name), field.type});
    }
    if (options.retracts) op.output.push_back({"rows", Type::bigint().not_null()});
  } else {
    for (const auto& one : kind.calls) op.output.push_back({one.function, one.result});
  }
  op.kind = std::move(kind);
  return op;
}

const RowSchema kInput = schema_of({Type::integer(), Type::bigint()});

TEST(GroupAggregate, CountsAndSums) {
  auto op = aggregate(kInput, {call("COUNT", kInput, {}), call("COUNT", kInput, {1}), call("SUM", kInput, {1})}, {});
  run_script(op, kInput,
             {rows({"+I[1, 10]", "+I[2, null]", "+I[1, 5]", "+I[1, null]", "+I[null, 1]"},
                   {"+I[1, 1, 1, 10]", "+I[2, 1, 0, null]", "-U[1, 1, 1, 10]", "+U[1, 2, 2, 15]", "-U[1, 2, 2, 15]",
                    "+U[1, 3, 2, 15]", "+I[null, 1, 1, 1]"}),
              barrier({}), watermark(5, {}),
              rows({"+I[2, 7]", "+I[null, 1]"},
                   {"-U[2, 1, 0, null]", "+U[2, 2, 1, 7]", "-U[null, 1, 1, 1]", "+U[null, 2, 2, 2]"}),
              end({})});
}

TEST(GroupAggregate, AnUnchangedResultIsNotSent) {
  auto op = aggregate(kInput, {call("MAX", kInput, {1}), call("MIN", kInput, {1})}, {.update_before = false});
  run_script(op, kInput,
             {rows({"+I[1, 10]", "+I[1, 10]", "+I[1, 11]", "+I[1, null]", "+I[1, 3]", "+I[1, 4]"},
                   {"+I[1, 10, 10]", "+U[1, 11, 10]", "+U[1, 11, 3]"})});
}

TEST(GroupAggregate, WithTtlAnUnchangedResultIsSentAgain) {
  auto op = aggregate(kInput, {call("MAX", kInput, {1})}, {.ttl_ms = 1000});
  run_script(op, kInput, {rows({"+I[1, 10]", "+I[1, 9]"}, {"+I[1, 10]", "-U[1, 10]", "+U[1, 10]"})});
}

TEST(GroupAggregate, Retractions) {
  auto op = aggregate(
      kInput, {call("COUNT", kInput, {1}, true), call("SUM", kInput, {1}, true), call("AVG", kInput, {1}, true)},
      {.retracts = true});
  run_script(op, kInput,
             {rows({"-D[1, 10]", "+I[1, 10]", "-U[1, 10]", "+U[1, 20]"},
                   {"+I[1, 1, 10, 10]", "-D[1, 1, 10, 10]", "+I[1, 1, 20, 20]"}),
              rows({"+I[1, null]", "+I[1, 5]", "-D[1, 20]", "-D[1, 5]"},
                   {"-U[1, 1, 20, 20]", "+U[1, 2, 25, 12]", "-U[1, 2, 25, 12]", "+U[1, 1, 5, 5]", "-U[1, 1, 5, 5]",
                    "+U[1, 0, null, null]"}),
              rows({"-D[1, null]", "-D[1, 77]", "-D[2, 1]"}, {"-D[1, 0, null, null]"})});
}

TEST(GroupAggregate, MinAndMaxFindTheNextValue) {
  RowSchema input = schema_of({Type::integer(), Type::string(), Type::boolean()});
  auto op =
      aggregate(input, {call("MIN", input, {1}, true), call("MAX", input, {1}, true, false, 2)}, {.retracts = true});
  run_script(
      op, input,
      {rows({"+I[1, a value that is long, true]", "+I[1, b, false]", "+I[1, another that is long, true]"},
            {"+I[1, a value that is long, a value that is long]", "-U[1, a value that is long, a value that is long]",
             "+U[1, a value that is long, another that is long]"}),
       rows({"-D[1, a value that is long, true]", "-D[1, another that is long, true]", "-D[1, b, false]"},
            {"-U[1, a value that is long, another that is long]", "+U[1, another that is long, another that is long]",
             "-U[1, another that is long, another that is long]", "+U[1, b, null]", "-D[1, b, null]"})});
}

TEST(GroupAggregate, DistinctCallsShareTheirValues) {
  RowSchema input = schema_of({Type::integer(), Type::bigint(), Type::boolean()});
  auto op = aggregate(
      input,
      {call("COUNT", input, {1}, true, true), call("SUM", input, {1}, true, true, 2), call("COUNT", input, {}, true)},
      {.retracts = true});
  run_script(op, input,
             {rows({"+I[1, 5, false]", "+I[1, 5, true]", "+I[1, 5, true]", "+I[1, null, true]", "+I[1, 6, true]"},
                   {"+I[1, 1, null, 1]", "-U[1, 1, null, 1]", "+U[1, 1, 5, 2]", "-U[1, 1, 5, 2]", "+U[1, 1, 5, 3]",
                    "-U[1, 1, 5, 3]", "+U[1, 1, 5, 4]", "-U[1, 1, 5, 4]", "+U[1, 2, 11, 5]"}),
              rows({"-D[1, 5, true]", "-D[1, 5, true]", "-D[1, 5, false]"},
                   {"-U[1, 2, 11, 5]", "+U[1, 2, 11, 4]", "-U[1, 2, 11, 4]", "+U[1, 2, 6, 3]", "-U[1, 2, 6, 3]",
                    "+U[1, 1, 6, 2]"})});
}

TEST(GroupAggregate, WithoutKeysThereIsOneGroup) {
  auto op = aggregate(kInput, {call("COUNT", kInput, {}, true)}, {.retracts = true, .keys = {}});
  run_script(op, kInput, {end({})});
  run_script(op, kInput,
             {rows({"+I[1, 1]", "+I[2, 1]", "-D[1, 1]", "-D[2, 1]", "+I[3, 3]"},
                   {"+I[1]", "-U[1]", "+U[2]", "-U[2]", "+U[1]", "-D[1]", "+I[1]"})});
}

TEST(GroupAggregate, ABundleSendsNetChanges) {
  auto op = aggregate(kInput, {call("COUNT", kInput, {}, true), call("MAX", kInput, {1}, true)},
                      {.retracts = true, .bundle = 4});
  run_script(op, kInput,
             {rows({"-D[1, 10]", "+I[1, 10]", "+I[2, 1]", "+I[1, 20]", "+I[3, 1]"}, {"+I[1, 2, 20]", "+I[2, 1, 1]"}),
              flush({"+I[3, 1, 1]"}), flush({}), rows({"-U[1, 10]", "+U[1, 15]"}, {}), watermark(7, {}), barrier({}),
              rows({"-D[2, 1]", "-D[9, 1]", "+I[2, 1]", "-D[2, 1]"}, {"-D[2, 1, 1]"}), rows({"-D[1, 20]"}, {}),
              end({"-U[1, 2, 20]", "+U[1, 1, 15]"})});
}

TEST(GroupAggregate, LocalThenGlobal) {
  RowSchema input = schema_of({Type::integer(), Type::bigint(), Type::boolean()});
  std::vector<jobgraph::AggregateCall> calls = {call("COUNT", input, {}, true), call("SUM", input, {1}, true),
                                                call("AVG", input, {1}, true, false, 2)};
  auto local = aggregate(input, calls, {.retracts = true, .bundle = 5, .phase = AggregatePhase::Local});
  run_script(local, input,
             {rows({"+I[1, 10, true]", "+I[2, 5, false]", "-D[1, 3, true]", "+I[1, 1, false]"}, {}),
              flush({"+I[1, 1, 8, 1, 7, 0, 1]", "+I[2, 1, 5, 1, 0, 0, 1]"}),
              rows({"+I[3, 1, true]", "+I[3, 1, true]", "+I[3, 1, true]", "+I[3, 1, true]", "+I[3, 1, true]",
                    "+I[3, 1, true]"},
                   {"+I[3, 5, 5, 5, 5, 5, 5]"}),
              barrier({"+I[3, 1, 1, 1, 1, 1, 1]"}), end({})});

  auto global = aggregate(local.output, calls, {.retracts = true, .bundle = 3, .phase = AggregatePhase::Global});
  for (size_t i = 0; i < calls.size(); ++i) global.output[1 + i].type = calls[i].result;
  run_script(global, local.output,
             {rows({"+I[1, 1, 8, 1, 7, 1, 1]", "+I[2, 1, 5, 1, 0, 0, 1]", "+I[1, 2, 8, 2, 7, 1, 2]"},
                   {"+I[1, 3, 16, 7]", "+I[2, 1, 5, null]"}),
              rows({"+I[1, 0, 0, 0, 0, 0, 0]", "+I[2, -1, -5, -1, 0, 0, -1]"}, {}), flush({"-D[2, 1, 5, null]"}),
              rows({"+I[4, 1, 1, 1, 0, 0, 1]", "+I[4, -1, -1, -1, 0, 0, -1]", "+I[1, -1, -8, -1, 0, 0, -1]"},
                   {"-U[1, 3, 16, 7]", "+U[1, 2, 8, 7]"})});
}

// Hundreds of groups at once: more than one output batch per input batch, and per bundle.
TEST(GroupAggregate, ManyGroupsSuspend) {
  for (uint64_t bundle : {uint64_t{0}, uint64_t{3000}}) {
    auto op = aggregate(kInput, {call("COUNT", kInput, {})}, {.bundle = bundle});
    std::vector<std::string> in, inserted, updated;
    for (int i = 0; i < 1000; ++i) {
      in.push_back(fmt::format("+I[{}, 1]", i));
      inserted.push_back(fmt::format("+I[{}, 1]", i));
      updated.push_back(fmt::format("-U[{}, 1]", i));
      updated.push_back(fmt::format("+U[{}, 2]", i));
    }
    if (bundle == 0) {
      run_script(op, kInput, {rows(in, inserted), rows(in, updated)});
    } else {
      run_script(op, kInput, {rows(in, {}), flush(inserted), rows(in, {}), barrier(updated)});
    }
  }
}

// Any split of random changes: the changelog of row-at-a-time does not depend on it, and sums up to the batch answer.
TEST(GroupAggregate, RandomChangesSumUpToTheBatchAnswer) {
  std::mt19937 random(11);
  RowSchema input = schema_of({Type::integer(), Type::bigint(), Type::boolean()});
  std::vector<jobgraph::AggregateCall> calls = {
      call("COUNT", input, {}, true),          call("SUM", input, {1}, true),         call("MIN", input, {1}, true),
      call("MAX", input, {1}, true, false, 2), call("COUNT", input, {1}, true, true), call("AVG", input, {1}, true)};
  std::vector<std::string> in, live;
  for (int i = 0; i < 3000; ++i) {
    if (!live.empty() && random() % 5 < 2) {
      size_t at = random() % live.size();
      in.push_back("-D" + live[at]);
      live.erase(live.begin() + static_cast<int64_t>(at));
    } else {
      std::string value = random() % 10 == 0 ? "null" : std::to_string(random() % 20);
      live.push_back(fmt::format("[{}, {}, {}]", random() % 7, value, random() % 2 == 0 ? "true" : "false"));
      in.push_back("+I" + live.back());
    }
  }
  auto table_of = [](const std::vector<std::string>& changes) {
    std::multiset<std::string> table;
    for (const std::string& change : changes) {
      std::string row = change.substr(2);
      if (change[0] == '+') {
        table.insert(row);
      } else {
        EXPECT_TRUE(table.contains(row)) << change;
        table.erase(table.find(row));
      }
    }
    return table;
  };
  std::vector<std::string> added;
  for (const std::string& row : live) added.push_back("+I" + row);
  std::multiset<std::string> batch_answer;
  {
    auto op = aggregate(input, calls, {.retracts = true});
    batch_answer = table_of(OperatorRun(op, input).feed(rows(added, {}), {1}));
  }
  std::vector<std::string> row_at_a_time;
  for (uint64_t bundle : {0U, 1U, 7U, 100U}) {
    for (const std::vector<uint32_t>& splits : {std::vector<uint32_t>{1}, {1000}, {3, 50, 1, 700}}) {
      auto op = aggregate(input, calls, {.retracts = true, .bundle = bundle});
      OperatorRun run(op, input, 1);
      std::vector<std::string> out = run.feed(rows(in, {}), splits);
      for (const std::string& change : run.feed(end({}))) out.push_back(change);
      EXPECT_EQ(table_of(out), batch_answer);
      if (bundle != 0) continue;
      if (row_at_a_time.empty()) row_at_a_time = out;
      EXPECT_EQ(out, row_at_a_time);
    }
  }
}

TEST(GroupAggregate, WhatCannotBeMergedIsRefused) {
  auto op = aggregate(kInput, {call("COUNT", kInput, {1}, false, true)}, {.bundle = 5, .phase = AggregatePhase::Local});
  OperatorRun run(op, kInput);
  ASSERT_FALSE(run.opened);
  EXPECT_EQ(run.opened.error().code, ErrorCode::NotSupportedYet);
}

}  // namespace
}  // namespace sluice::runtime
