#include "operator_script.h"

namespace sluice::runtime {
namespace {

// k INT, v STRING, ts TIMESTAMP(3)
const RowSchema kInput = schema_of({Type::integer(), Type::string(), Type::timestamp(3)});

jobgraph::Operator deduplicate(int32_t rowtime, bool keeps_last, bool update_before = true, uint64_t bundle = 0,
                               int64_t ttl_ms = 0) {
  jobgraph::Deduplicate kind;
  kind.keys = {0};
  kind.rowtime = rowtime;
  kind.keeps_last = keeps_last;
  kind.sends_update_before = update_before;
  if (bundle > 0) kind.mini_batch = jobgraph::MiniBatch{bundle};
  kind.ttl_ms = ttl_ms;
  jobgraph::Operator op;
  op.name = "Deduplicate[1]";
  op.output = kInput;
  bool updates = keeps_last || (rowtime >= 0 && bundle > 0);
  op.changelog = !updates        ? ChangelogMode::insert_only()
                 : update_before ? ChangelogMode::all()
                                 : ChangelogMode{RowKind::Insert, RowKind::UpdateAfter, RowKind::Delete};
  op.kind = kind;
  return op;
}

TEST(Deduplicate, TheLastRowByTime) {
  run_script(deduplicate(2, true), kInput,
             {rows({"+I[1, a, 10]", "+I[1, b is a long text, 10]", "+I[1, c, 9]", "+I[2, d, null]", "+I[1, e, 11]"},
                   {"+I[1, a, 10]", "-U[1, a, 10]", "+U[1, b is a long text, 10]", "+I[2, d, null]",
                    "-U[1, b is a long text, 10]", "+U[1, e, 11]"}),
              watermark(100, {}), barrier({}),
              rows({"+I[2, null, -5]", "+I[2, f, 0]", "+I[null, g, 3]", "+I[null, g, 3]"},
                   {"-U[2, d, null]", "+U[2, f, 0]", "+I[null, g, 3]", "-U[null, g, 3]", "+U[null, g, 3]"}),
              end({})});
}

TEST(Deduplicate, TheLastRowByTimeForAnUpsertConsumer) {
  for (uint64_t bundle : {0U, 2U}) {
    run_script(deduplicate(2, true, false, bundle), kInput,
               {rows({"+I[1, a, 10]", "+I[2, b, 10]"}, {"+I[1, a, 10]", "+I[2, b, 10]"}),
                rows({"+I[1, c, 12]", "+I[2, d, 9]", "+I[1, e, 12]"}, {"+U[1, c, 12]", "+U[1, e, 12]"})});
  }
}

TEST(Deduplicate, TheFirstRowByTimeWaitsForTheWatermark) {
  auto op = deduplicate(2, false);
  run_script(op, kInput,
             {rows({"+I[1, a, 250]", "+I[1, b, 130]", "+I[1, c, 130]", "+I[2, d, 140]", "+I[3, e, 900]"}, {}),
              watermark(129, {}), watermark(130, {"+I[1, b, 130]"}),
              rows({"+I[1, f, 131]", "+I[2, g, 129]", "+I[2, h, null]", "+I[2, i, 140]"}, {}), barrier({}),
              watermark(300, {"+I[2, d, 140]"}), watermark(kWatermarkMax, {"+I[3, e, 900]"}), end({})});
  OperatorRun run(op, kInput);
  run.feed(watermark(10, {}));
  run.feed(rows({"+I[1, a, 9]", "+I[1, a, 10]", "+I[1, a, 11]"}, {}));
  EXPECT_EQ(run.metrics().late_records_dropped.value(), 1U);
}

TEST(Deduplicate, TheFirstRowByTimeWithMiniBatchIsReplaced) {
  run_script(deduplicate(2, false, true, 5), kInput,
             {rows({"+I[1, a, 5]", "+I[1, b, 1]", "+I[1, c, 1]", "+I[1, d, 0]", "+I[2, e, 20]"},
                   {"+I[1, a, 5]", "-U[1, a, 5]", "+U[1, b, 1]", "-U[1, b, 1]", "+U[1, d, 0]", "+I[2, e, 20]"})});
}

TEST(Deduplicate, TheFirstRowToArrive) {
  for (uint64_t bundle : {0U, 3U}) {
    run_script(deduplicate(-1, false, true, bundle), kInput,
               {rows({"+I[1, a, 5]", "+I[1, b, 1]", "+I[null, c, 1]", "+I[2, d, 0]", "+I[null, e, 20]"},
                     {"+I[1, a, 5]", "+I[null, c, 1]", "+I[2, d, 0]"}),
                rows({"+I[1, x, 0]"}, {})});
  }
}

TEST(Deduplicate, TheLastRowToArrive) {
  run_script(deduplicate(-1, true), kInput,
             {rows({"+I[1, a, 5]", "+I[1, b, 1]", "+I[1, b, 1]", "+I[2, c, 0]"},
                   {"+I[1, a, 5]", "-U[1, a, 5]", "+U[1, b, 1]", "+I[2, c, 0]"}),
              rows({"+I[2, c, 0]", "+I[2, null, 0]"}, {"-U[2, c, 0]", "+U[2, null, 0]"})});
  run_script(deduplicate(-1, true, true, 0, 1000), kInput,
             {rows({"+I[1, a, 5]", "+I[1, a, 5]"}, {"+I[1, a, 5]", "-U[1, a, 5]", "+U[1, a, 5]"})});
}

TEST(Deduplicate, TheLastRowToArriveInABundle) {
  run_script(deduplicate(-1, true, true, 4), kInput,
             {rows({"+I[1, a, 5]", "+I[2, b, 1]", "+I[1, c, 1]", "+I[2, d, 0]", "+I[1, e, 0]", "+I[3, f, 0]"},
                   {"+I[1, c, 1]", "+I[2, d, 0]"}),
              flush({"-U[1, c, 1]", "+U[1, e, 0]", "+I[3, f, 0]"}), rows({"+I[3, f, 0]"}, {}), end({})});
}

jobgraph::Operator normalize(bool update_before = true, uint64_t bundle = 0, bool has_condition = false) {
  jobgraph::ChangelogNormalize kind;
  kind.keys = {0};
  kind.sends_update_before = update_before;
  if (bundle > 0) kind.mini_batch = jobgraph::MiniBatch{bundle};
  // A BOOLEAN column is a condition of its own.
  if (has_condition) kind.condition = {column(2, Type::boolean())};
  jobgraph::Operator op;
  op.name = "ChangelogNormalize[1]";
  op.output = schema_of({Type::integer(), Type::string(), has_condition ? Type::boolean() : Type::integer()});
  op.changelog =
      update_before ? ChangelogMode::all() : ChangelogMode{RowKind::Insert, RowKind::UpdateAfter, RowKind::Delete};
  op.kind = kind;
  return op;
}

TEST(ChangelogNormalize, FromUpsertsToAFullChangelog) {
  auto op = normalize();
  run_script(op, op.output,
             {rows({"+U[1, a long text it is, 5]", "-D[2, null, null]", "+U[2, b, 1]", "+I[1, c, 1]",
                    "-D[1, null, null]", "+U[1, d, 1]"},
                   {"+I[1, a long text it is, 5]", "+I[2, b, 1]", "-U[1, a long text it is, 5]", "+U[1, c, 1]",
                    "-D[1, c, 1]", "+I[1, d, 1]"}),
              rows({"+U[1, d, 1]", "-U[1, d, 1]", "+U[1, e, 1]", "-D[2, null, null]"},
                   {"-D[1, d, 1]", "+I[1, e, 1]", "-D[2, b, 1]"})});
  op = normalize(false);
  run_script(op, op.output,
             {rows({"+U[1, a, 5]", "+U[1, b, 1]", "+U[1, b, 1]", "-D[1, null, null]"},
                   {"+I[1, a, 5]", "+U[1, b, 1]", "-D[1, b, 1]"})});
}

TEST(ChangelogNormalize, OnlyTheLastChangeOfABundle) {
  auto op = normalize(true, 3);
  run_script(
      op, op.output,
      {rows({"+U[1, a, 5]", "+U[1, b, 1]", "-D[2, null, null]", "-D[1, null, null]", "+U[2, c, 1]"}, {"+I[1, b, 1]"}),
       flush({"-D[1, b, 1]", "+I[2, c, 1]"}), rows({"-D[2, c, 1]", "+I[2, c, 1]"}, {}), end({})});
}

TEST(ChangelogNormalize, AConditionTurnsUpdatesIntoInsertsAndDeletes) {
  auto op = normalize(true, 0, true);
  run_script(op, op.output,
             {rows({"+U[1, a, false]", "+U[1, b, true]", "+U[1, c, true]", "+U[1, d, null]", "+U[1, e, false]",
                    "+U[2, f, true]", "-D[2, null, null]"},
                   {"+I[1, b, true]", "-U[1, b, true]", "+U[1, c, true]", "-D[1, c, true]", "+I[2, f, true]",
                    "-D[2, f, true]"})});
}

// 3,000 keys replaced in one bundle: six output batches.
TEST(ChangelogNormalize, ALargeBundleSuspends) {
  auto op = normalize(true, 100000);
  std::vector<std::string> in, replaced, inserted, updated;
  for (int i = 0; i < 3000; ++i) {
    in.push_back(fmt::format("+U[{}, a, 1]", i));
    inserted.push_back(fmt::format("+I[{}, a, 1]", i));
    replaced.push_back(fmt::format("+U[{}, b, 1]", i));
    updated.push_back(fmt::format("-U[{}, a, 1]", i));
    updated.push_back(fmt::format("+U[{}, b, 1]", i));
  }
  auto third = [](const std::vector<std::string>& all, int64_t part) {
    return std::vector<std::string>(all.begin() + 1000 * part, all.begin() + 1000 * (part + 1));
  };
  std::vector<Event> script;
  for (int64_t part : {0, 1, 2}) script.push_back(rows(third(in, part), {}));
  script.push_back(flush(inserted));
  for (int64_t part : {0, 1, 2}) script.push_back(rows(third(replaced, part), {}));
  script.push_back(barrier(updated));
  run_script(op, op.output, script);
}

}  // namespace
}  // namespace sluice::runtime
