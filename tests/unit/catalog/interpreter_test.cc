#include "catalog/expr/interpreter.h"

#include <gtest/gtest.h>

#include "catalog/functions/aggregate_decl.h"
#include "catalog/functions/aggregate_steps.h"
#include "catalog/functions/function_table.h"
#include "catalog/types/coercion.h"
#include "catalog/types/column_value.h"
#include "catalog/types/owned_column.h"
#include "catalog/types/time_zone.h"
#include "catalog/types/value_text.h"

namespace sluice {
namespace {

Expr number(int64_t value) { return literal(Value{value}, Type::integer().not_null()); }
Expr call(std::string_view function, std::vector<Expr> args) {
  auto made = make_call(function, std::move(args), {3, 8});
  EXPECT_TRUE(made.has_value());
  return made ? *std::move(made) : Expr{};
}
Expr special(Form form, Type type, std::vector<Expr> args) {
  return {Special{form}, std::move(type), std::move(args), {}};
}

// One INT column: row i holds i, every third row NULL.
class InterpreterTest : public testing::Test {
 protected:
  InterpreterTest() : column_(Type::integer(), kRows) {
    for (uint32_t row = 0; row < kRows; ++row) column_.set(row, row % 3 == 2 ? Value::null() : Value{int64_t{row}});
    view_ = column_.view(kRows);
    context_.arena = &arena_;
  }

  Expr x() const { return column(0, Type::integer()); }
  Value run(const Expr& expr, const uint32_t* selection, uint32_t count, uint32_t at) {
    OwnedColumn out(expr.type.as_nullable(), kRows);
    auto program = Program::compile({&expr, 1}, {{"x", Type::integer()}});
    (*program)->evaluate(context_, &view_, selection, count, &out.column());
    return value_at(out.view(count), expr.type, at);
  }

  static constexpr uint32_t kRows = 130;  // Beyond two words of validity.
  BufferPool pool_;
  Arena arena_{pool_};
  KernelContext context_;
  OwnedColumn column_;
  ColumnView view_;
};

TEST_F(InterpreterTest, AndLetsOnlyUndecidedRowsThrough) {
  Expr guarded = special(Form::And, Type::boolean(),
                         {call("<>", {x(), number(0)}), call(">", {call("/", {number(10), x()}), number(1)})});
  EXPECT_TRUE(run(guarded, nullptr, kRows, 1) == Value{true});
  EXPECT_TRUE(run(guarded, nullptr, kRows, 0) == Value{false});
  EXPECT_TRUE(run(guarded, nullptr, kRows, 2).is_null());
  EXPECT_FALSE(context_.error);
}

TEST_F(InterpreterTest, ErrorNamesTheRowOfTheInput) {
  const uint32_t selection[] = {4, 1, 0};
  run(call("/", {number(10), x()}), selection, 3, 0);
  ASSERT_TRUE(context_.error);
  EXPECT_EQ(context_.error.row, 0U);
}

TEST_F(InterpreterTest, CaseAndCoalesceTakeOnlyWhatTheyNeed) {
  Expr choice =
      special(Form::Case, Type::integer(), {call("=", {x(), number(0)}), number(-1), call("/", {number(60), x()})});
  EXPECT_TRUE(run(choice, nullptr, kRows, 0) == Value{int64_t{-1}});
  EXPECT_TRUE(run(choice, nullptr, kRows, 3) == Value{int64_t{20}});
  EXPECT_TRUE(run(choice, nullptr, kRows, 2).is_null());
  Expr first = special(Form::Coalesce, Type::integer().not_null(), {x(), number(7)});
  EXPECT_TRUE(run(first, nullptr, kRows, 129) == Value{int64_t{129}});
  EXPECT_TRUE(run(first, nullptr, kRows, 128) == Value{int64_t{7}});
  EXPECT_FALSE(context_.error);
}

TEST_F(InterpreterTest, FilterKeepsTrueRowsInOrder) {
  Expr condition = call(">", {x(), number(126)});
  auto program = Program::compile({&condition, 1}, {{"x", Type::integer()}});
  uint32_t passed[kRows];
  ASSERT_EQ((*program)->filter(context_, &view_, nullptr, kRows, passed), 2U);
  EXPECT_EQ(passed[0], 127U);
  EXPECT_EQ(passed[1], 129U);
}

TEST(Fold, FailsWithThePlaceAndGivesTheValue) {
  SessionContext session;
  EXPECT_TRUE(*fold(call("+", {number(2147483647), number(1)}), session) == Value{int64_t{-2147483648}});
  auto folded = fold(call("/", {number(1), number(0)}), session);
  ASSERT_FALSE(folded.has_value());
  EXPECT_EQ(folded.error().code, ErrorCode::ConstantFails);
  EXPECT_EQ(folded.error().span->begin, 3U);
}

TEST(Coercion, DecimalResults) {
  Type price = *as_decimal(Type::bigint().not_null());
  Type factor = Type::decimal(3, 3).not_null();
  EXPECT_EQ(decimal_result(DecimalOperation::Multiply, factor, price).to_string(), "DECIMAL(23, 3) NOT NULL");
  EXPECT_EQ(decimal_result(DecimalOperation::Divide, Type::decimal(38, 10), Type::decimal(38, 10)).to_string(),
            "DECIMAL(38, 6)");
}

TEST(Zones, GapsAndOverlapsAreJavas) {
  const TimeZone* berlin = TimeZone::find("Europe/Berlin");
  ASSERT_NE(berlin, nullptr);
  EXPECT_EQ(TimeZone::find("Nowhere/Town"), nullptr);
  int64_t gap = 1616898600000;  // 2021-03-28 02:30, which does not exist.
  EXPECT_EQ(berlin->to_local(berlin->to_utc(gap)), gap + 3600000);
  int64_t twice = 1635647400000;  // 2021-10-31 02:30
  EXPECT_EQ(berlin->to_utc(twice, true) - berlin->to_utc(twice), 3600000);
  EXPECT_EQ(TimeZone::find("+05:30")->offset_at(0), 19800000);
}

TEST(Aggregates, ShapesAndSteps) {
  Type argument[] = {Type::decimal(10, 2)};
  auto average = aggregate_shape(*find_aggregate("avg"), argument, false, true);
  ASSERT_TRUE(average.has_value());
  EXPECT_EQ(average->result.to_string(), "DECIMAL(38, 6)");
  EXPECT_EQ(average->fields.size(), 2U);
  Nullable<Int128> result = aggregate::average_result_decimal({Int128{500}, false}, 3, 2, 6);
  EXPECT_EQ(static_cast<int64_t>(result.value), 1666667);
  Nullable<int32_t> sum{0, true};
  aggregate::sum_add(sum, 2147483647);
  aggregate::sum_add(sum, 1);
  EXPECT_EQ(sum.value, INT32_MIN);
}

TEST(Texts, ChangelogAndCast) {
  Type type = Type::timestamp(3);
  Value value{int64_t{1586937600000}};
  EXPECT_EQ(changelog_text(value, type), "2020-04-15T08:00");
  EXPECT_EQ(cast_text(value, type), "2020-04-15 08:00:00.000");
  EXPECT_EQ(changelog_text(Value{1e10}, Type::float64()), "1.0E10");
  EXPECT_TRUE(*parse_scalar("2020-04-15T08:00", type) == value);
  EXPECT_FALSE(parse_scalar("2020-04-15T08:60", type).has_value());
}

}  // namespace
}  // namespace sluice
