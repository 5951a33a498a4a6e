#include "operator_script.h"

namespace sluice::runtime {
namespace {

using Property = jobgraph::WindowAggregate::Property;

// k INT, v BIGINT, ts TIMESTAMP(3)
const RowSchema kInput = schema_of({Type::integer(), Type::bigint(), Type::timestamp(3)});

jobgraph::Operator tumble(bool retracts = false, std::vector<uint32_t> keys = {0}) {
  jobgraph::WindowAggregate kind;
  kind.window.time = 2;
  kind.window.size_ms = 10;
  kind.keys = std::move(keys);
  jobgraph::AggregateCall sum;
  sum.function = "SUM";
  sum.arguments = {1};
  sum.argument_types = {Type::bigint()};
  sum.retracts = retracts;
  sum.result = Type::bigint();
  kind.calls = {sum};
  kind.input_retracts = retracts;
  kind.properties = {Property::Start, Property::End, Property::Time};
  jobgraph::Operator op;
  op.name = "WindowAggregate[1]";
  for (uint32_t key : kind.keys) op.output.push_back(kInput[key]);
  op.output.push_back({"s", Type::bigint()});
  for (int i = 0; i < 3; ++i) op.output.push_back({"w", Type::timestamp(3).not_null()});
  op.kind = std::move(kind);
  return op;
}

TEST(WindowAggregate, WindowsGoOutWithTheWatermark) {
  auto op = tumble();
  run_script(
      op, kInput,
      {rows({"+I[1, 5, 10]", "+I[2, 1, 19]", "+I[1, 7, 20]", "+I[1, null, 11]"}, {}), watermark(18, {}), barrier({}),
       watermark(19, {"+I[1, 5, 10, 20, 19]", "+I[2, 1, 10, 20, 19]"}), rows({"+I[1, 100, 19]", "+I[3, 1, 20]"}, {}),
       watermark(50, {"+I[1, 7, 20, 30, 29]", "+I[3, 1, 20, 30, 29]"}), rows({"+I[1, null, 60]"}, {}),
       end({"+I[1, null, 60, 70, 69]"})});
  OperatorRun run(op, kInput);
  run.feed(watermark(19, {}));
  run.feed(rows({"+I[1, 5, 10]", "+I[1, 5, 9]", "+I[1, 5, 20]"}, {}));
  EXPECT_EQ(run.metrics().late_records_dropped.value(), 2U);
}

// Before 1970 rows are handed on with the first watermark that is not negative.
TEST(WindowAggregate, WindowsThatEndBefore1970MissRows) {
  run_script(
      tumble(), kInput,
      {rows({"+I[1, 5, -18]"}, {}), watermark(-23, {}), rows({"+I[2, 1, -1]"}, {}), watermark(-6, {}),
       rows({"+I[3, 1, 0]"}, {}), watermark(-5, {}), rows({"+I[4, 1, 7]"}, {}), watermark(2, {"+I[2, 1, -10, 0, -1]"}),
       watermark(kWatermarkMax, {"+I[3, 1, 0, 10, 9]", "+I[4, 1, 0, 10, 9]"})});
}

jobgraph::Operator tumble_with_offset() {
  auto op = tumble();
  std::get<jobgraph::WindowAggregate>(op.kind).window.offset_ms = 3;
  return op;
}

// The offset shifts windows against the times at which the phases look: 9, 19, ... A phase that looks hands on only
// when the first of its windows is out.
TEST(WindowAggregate, WindowsWithAnOffsetMissRows) {
  run_script(tumble_with_offset(), kInput,
             {rows({"+I[1, 5, 10]"}, {}), watermark(1, {}), rows({"+I[1, 7, 14]"}, {}),
              watermark(12, {"+I[1, 5, 3, 13, 12]"}), rows({"+I[1, 1, 15]"}, {}), watermark(19, {}),
              rows({"+I[1, 2, 22]"}, {}), watermark(22, {"+I[1, 7, 13, 23, 22]"}), watermark(kWatermarkMax, {})});
}

// Rows that the local phase hands on in time wait once more, and go out too late from there.
TEST(WindowAggregate, WindowsWithAnOffsetMissRowsOfTheGlobalPhase) {
  run_script(tumble_with_offset(), kInput,
             {rows({"+I[1, 5, 1]"}, {}), watermark(0, {}), rows({"+I[1, 7, 12]"}, {}), watermark(2, {}),
              watermark(9, {}), watermark(12, {}), watermark(18, {}), watermark(19, {}), watermark(kWatermarkMax, {})});
}

// A barrier empties both phases.
TEST(WindowAggregate, BarriersHandOnWhatWaits) {
  run_script(tumble_with_offset(), kInput,
             {watermark(1, {}), rows({"+I[1, 7, 12]", "+I[1, 1, 13]"}, {}), barrier({}),
              watermark(12, {"+I[1, 7, 3, 13, 12]"}), watermark(kWatermarkMax, {"+I[1, 1, 13, 23, 22]"})});
}

TEST(WindowAggregate, RowsAreTakenBack) {
  run_script(
      tumble(true), kInput,
      {rows({"+I[1, 5, 10]", "-D[1, 5, 10]", "-D[2, 3, 10]", "+I[3, 5, 11]", "+U[3, 6, 11]", "-U[3, 5, 11]"}, {}),
       watermark(19, {"+I[2, -3, 10, 20, 19]", "+I[3, 6, 10, 20, 19]"})});
}

TEST(WindowAggregate, DistinctAndMaxPerWindow) {
  auto op = tumble(true);
  auto& kind = std::get<jobgraph::WindowAggregate>(op.kind);
  kind.calls[0].distinct = true;
  kind.calls.push_back(kind.calls[0]);
  kind.calls[1].function = "MAX";
  op.output.insert(op.output.begin() + 2, {"m", Type::bigint()});
  run_script(
      op, kInput,
      {rows({"+I[1, 5, 10]", "+I[1, 5, 11]", "+I[1, 7, 12]", "+I[1, 5, 20]", "+I[2, 1, 10]", "-D[1, 7, 12]"}, {}),
       watermark(19, {"+I[1, 5, 5, 10, 20, 19]", "+I[2, 1, 1, 10, 20, 19]"}),
       rows({"+I[1, 9, 21]", "-D[1, 5, 20]", "+I[1, 4, 29]"}, {}), watermark(29, {"+I[1, 13, 9, 20, 30, 29]"})});
}

TEST(WindowAggregate, WithoutKeys) {
  run_script(tumble(false, {}), kInput,
             {watermark(5, {}), rows({"+I[1, 5, 10]", "+I[2, 5, 12]"}, {}), watermark(30, {"+I[10, 10, 20, 19]"})});
}

TEST(WindowAggregate, ManyGroupsCloseAtOnce) {
  std::vector<std::string> in, out;
  for (int i = 0; i < 1000; ++i) {
    in.push_back(fmt::format("+I[{}, 1, 10]", i));
    in.push_back(fmt::format("+I[{}, 1, 10]", i + 1000));
  }
  for (const std::string& row : in) out.push_back(row.substr(0, row.size() - 1) + ", 20, 19]");
  auto half = [&](int64_t i) { return std::vector<std::string>(in.begin() + 1000 * i, in.begin() + 1000 * (i + 1)); };
  run_script(tumble(), kInput, {rows(half(0), {}), rows(half(1), {}), watermark(19, out)});
}

// An output with room for one batch makes the operator stop behind each; it goes on where it was.
TEST(WindowAggregate, ManyGroupsAreLookedAtOnceThoughTheOutputHasLittleRoom) {
  constexpr int kGroups = 5000;
  OperatorRun run(tumble(), kInput, 1);
  std::vector<std::string> in;
  for (int i = 0; i < kGroups; ++i) in.push_back(fmt::format("+I[{}, 1, 10]", i));
  run.feed(rows(in, {}), {1000});
  EXPECT_EQ(run.feed(watermark(19, {})).size(), static_cast<size_t>(kGroups));
  EXPECT_EQ(run.reference_state().rows_visited_in_slices(), static_cast<uint64_t>(kGroups));
}

TEST(WindowAggregate, ProcessingTime) {
  auto op = tumble();
  std::get<jobgraph::WindowAggregate>(op.kind).window.processing_time = true;
  run_script(op, kInput,
             {rows({"+I[1, 5, null]", "+I[2, 1, null]"}, {}), watermark(1000, {}), timer(1008, {}),
              timer(1009, {"+I[1, 5, 1000, 1010, 1009]", "+I[2, 1, 1000, 1010, 1009]"}), rows({"+I[1, 5, null]"}, {}),
              end({})},
             1003);
  OperatorRun run(op, kInput, 10, 1003);
  run.feed(rows({"+I[1, 5, null]"}, {}));
  EXPECT_EQ(run.timers(), std::vector<TimestampMs>{1009});
}

TEST(WindowAggregate, BoundsOfInstantsAreWallClockValues) {
  RowSchema input = kInput;
  input[2].type = Type::timestamp_ltz(3);
  auto op = tumble();
  auto& kind = std::get<jobgraph::WindowAggregate>(op.kind);
  kind.window.size_ms = 86400000;
  kind.shift_time_zone = "Asia/Shanghai";
  op.output.back().type = Type::timestamp_ltz(3).not_null();
  // 1970-01-02T15:59:59.999Z is the last millisecond of the 2nd of January in Shanghai. Without the barrier the row
  // would wait for the end of the day in UTC.
  run_script(op, input,
             {rows({"+I[1, 5, 143999999]", "+I[1, 7, 144000000]"}, {}), barrier({}), watermark(143999998, {}),
              watermark(143999999, {"+I[1, 5, 86400000, 172800000, 143999999]"})});
}

TEST(WindowAggregate, NullTimeFailsTheJob) {
  OperatorRun run(tumble(), kInput);
  Batch batch = run.parse({"+I[1, 5, null]"});
  auto made = make_operator(*run.context().op);
  ReferenceState state;
  OperatorContext context = run.context();
  context.state = &state;
  ASSERT_TRUE((*made)->open(context));
  Step step = (*made)->on_batch(0, std::move(batch), run);
  ASSERT_FALSE(step);
  EXPECT_EQ(step.error().code, ErrorCode::NullInNotNullColumn);
}

}  // namespace
}  // namespace sluice::runtime
