// The examples in the function table are its documentation and its tests. Each runs folded and, with its literals as
// columns, over a batch; with NULL in every position it must not crash, and a strict function must give NULL.
#include <gtest/gtest.h>

#include "catalog/functions/function_table.h"
#include "catalog/types/value_text.h"
#include "sql_expression.h"

namespace sluice::tests {
namespace {

std::string run(const std::string& sql) {
  SqlExpression expression(sql, {});
  if (!expression.ok()) return "DOES NOT BIND: " + expression.error();
  Outcome outcome = expression.evaluate({{}})[0];
  return outcome.error.empty() ? literal_text(outcome.value, expression.type()) : "ERROR";
}

// How the expected literal prints when it is evaluated itself: `TIMESTAMP '...'` may have another precision.
std::string expected_text(const Example& example, const Type& type) {
  if (example.result == "ERROR" || example.result == "NULL") return std::string(example.result);
  if (type.is_timestamp()) {
    SqlExpression literal(
        "CAST(" + std::string(example.result) + " AS TIMESTAMP(" + std::to_string(type.precision()) + "))", {});
    return literal_text(literal.evaluate({{}})[0].value, literal.type());
  }
  return std::string(example.result);
}

TEST(FunctionTable, ExamplesHold) {
  size_t count = 0;
  for (const FunctionDecl& function : function_table()) {
    for (const Example& example : function.examples) {
      SqlExpression expression(std::string(example.sql), {});
      ASSERT_TRUE(expression.ok()) << example.sql << ": " << expression.error();
      EXPECT_EQ(run(std::string(example.sql)), expected_text(example, expression.type())) << example.sql;
      ++count;
    }
  }
  EXPECT_GT(count, 100U);
}

TEST(FunctionTable, EveryFunctionIsDocumented) {
  for (const FunctionDecl& function : function_table()) {
    EXPECT_FALSE(function.summary.empty()) << function.name;
    for (const Overload& overload : function.overloads) {
      EXPECT_NE(overload.eval, nullptr) << function.name;
      EXPECT_TRUE(overload.inlinable || !overload.opaque_because.empty()) << function.name;
      EXPECT_TRUE(overload.symbol.starts_with("sluice_")) << function.name << " " << overload.symbol;
    }
  }
}

// Replaces literal arguments of the outermost call by columns, and gives their values.
void make_columns(Expr& expr, RowSchema& schema, std::vector<Value>& row) {
  for (Expr& arg : expr.args) {
    auto* literal = arg.as<Literal>();
    if (literal == nullptr || literal->value.is_null()) continue;
    row.push_back(literal->value);
    schema.push_back({"c" + std::to_string(schema.size()), arg.type.as_nullable()});
    arg = column(static_cast<uint32_t>(schema.size() - 1), schema.back().type);
  }
}

Outcome evaluate(const Expr& expr, const RowSchema& schema, const std::vector<Value>& row) {
  auto program = Program::compile({&expr, 1}, schema);
  EXPECT_TRUE(program.has_value());
  std::vector<std::unique_ptr<OwnedColumn>> owned;
  std::vector<ColumnView> views;
  for (size_t c = 0; c < schema.size(); ++c) {
    owned.push_back(std::make_unique<OwnedColumn>(schema[c].type, 1));
    owned[c]->set(0, row[c]);
    views.push_back(owned[c]->view(1));
  }
  BufferPool pool;
  Arena arena(pool);
  SessionContext session;
  OwnedColumn result(expr.type.as_nullable(), 1);
  KernelContext context;
  context.arena = &arena;
  context.session = &session;
  (*program)->evaluate(context, views.data(), nullptr, 1, &result.column());
  if (context.error) return {{}, "failed"};
  return {value_at(result.view(1), expr.type, 0), {}};
}

TEST(FunctionTable, ColumnsGiveWhatLiteralsGiveAndNullGivesNull) {
  for (const FunctionDecl& function : function_table()) {
    for (const Example& example : function.examples) {
      SCOPED_TRACE(example.sql);
      SqlExpression literal(std::string(example.sql), {});
      ASSERT_TRUE(literal.ok());
      Expr expr = literal.expr();
      auto* call = expr.as<Call>();
      if (call == nullptr || call->overload->prepare != nullptr || call->overload->errors_are_null) continue;
      RowSchema schema;
      std::vector<Value> row;
      make_columns(expr, schema, row);
      Outcome expected = literal.evaluate({{}})[0], found = evaluate(expr, schema, row);
      EXPECT_EQ(found.error.empty(), expected.error.empty());
      if (expected.error.empty()) {
        EXPECT_TRUE(found.value == expected.value) << literal_text(found.value, expr.type);
      }
      for (size_t i = 0; i < row.size(); ++i) {
        std::vector<Value> with_null = row;
        with_null[i] = Value::null();
        Outcome outcome = evaluate(expr, schema, with_null);
        if (call->overload->strict) {
          EXPECT_TRUE(outcome.error.empty());
          EXPECT_TRUE(outcome.value.is_null());
        }
      }
    }
  }
}

// A position, a length or a number of digits may be anything.
TEST(FunctionTable, ExtremeIntegersCrashNothing) {
  for (const FunctionDecl& function : function_table()) {
    for (const Example& example : function.examples) {
      SCOPED_TRACE(example.sql);
      SqlExpression literal(std::string(example.sql), {});
      ASSERT_TRUE(literal.ok());
      Expr expr = literal.expr();
      auto* call = expr.as<Call>();
      if (call == nullptr || call->overload->prepare != nullptr || call->overload->errors_are_null) continue;
      RowSchema schema;
      std::vector<Value> row;
      make_columns(expr, schema, row);
      for (size_t i = 0; i < row.size(); ++i) {
        if (!schema[i].type.is(TypeRoot::Int)) continue;
        for (int32_t extreme : {INT32_MIN, INT32_MIN + 1, -100, -1, 0, INT32_MAX}) {
          // Gigabytes of padding are what was asked for.
          bool pads = function.name == "LPAD" || function.name == "RPAD" || function.name == "REPEAT";
          if (pads && extreme > 0) continue;
          std::vector<Value> changed = row;
          changed[i] = Value{int64_t{extreme}};
          Outcome outcome = evaluate(expr, schema, changed);
          EXPECT_TRUE(outcome.value.is_null() || outcome.error.empty());
        }
      }
    }
  }
}

}  // namespace
}  // namespace sluice::tests
