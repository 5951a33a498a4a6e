// Flink's measured answers for scalar expressions. `SLUICE_CONFORMANCE` names the folder; unset, the test is skipped.
// What this build refuses does not count; what it answers must be right, but for the share that is known below.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <map>

#include "catalog/functions/function_table.h"
#include "conformance_values.h"
#include "sql_expression.h"

namespace sluice::tests {
namespace {

struct Tally {
  size_t right = 0, wrong = 0, refused = 0, accepted = 0;
  std::vector<std::string> failures;
  void fail(std::string text) {
    ++wrong;
    failures.push_back("wrong: " + std::move(text));
  }
};

bool is_pure(const Expr& expr) {
  auto* call = expr.as<Call>();
  if (call != nullptr && find_function(call->function)->volatility != Volatility::Pure) return false;
  return std::ranges::all_of(expr.args, is_pure);
}

void check(Json record, Tally& tally) {
  std::string sql{std::string_view(record["sql"])};
  std::string zone = "UTC";
  simdjson::dom::object settings;
  if (record["settings"].get(settings) == simdjson::SUCCESS) {
    std::string_view name;
    if (settings["table.exec.legacy-cast-behaviour"].error() == simdjson::SUCCESS) return;
    if (settings["table.local-time-zone"].get(name) == simdjson::SUCCESS) zone = name;
  }
  if (record["query"].error() == simdjson::SUCCESS) return;
  RowSchema columns;
  simdjson::dom::array list;
  if (record["columns"].get(list) == simdjson::SUCCESS) {
    for (Json column : list) {
      columns.push_back(
          {std::string(std::string_view(column.at(0))), parse_type(std::string(std::string_view(column.at(1))))});
    }
  }
  SqlExpression expression(sql, columns, zone);
  std::string_view invalid, type;
  std::string_view phase;
  // Flink's own code does not compile there; we answer.
  if (record["phase"].get(phase) == simdjson::SUCCESS && phase == "codegen" && expression.ok()) return;
  if (record["invalid"].get(invalid) == simdjson::SUCCESS) {
    ++(expression.ok() ? tally.accepted : tally.right);
    if (expression.ok()) tally.failures.push_back("accepted: " + sql + ", rejected with " + std::string(invalid));
    return;
  }
  simdjson::dom::array cases = record["cases"];
  bool always_fails = cases.size() > 0 &&
                      std::ranges::all_of(cases, [](Json test) { return test["error"].error() == simdjson::SUCCESS; });
  if (!expression.ok() && !expression.refused() && always_fails) {  // We tell before it runs.
    ++tally.right;
    return;
  }
  if (!expression.ok()) {
    if (expression.refused()) {
      ++tally.refused;
      tally.failures.push_back("refused: " + sql + ": " + expression.error());
    } else {
      tally.fail(sql + " does not bind: " + expression.error());
    }
    return;
  }
  type = record["type"];
  if (serial_text(expression.type()) != type) {
    tally.fail(sql + " has type " + serial_text(expression.type()) + " and not " + std::string(type));
    return;
  }
  std::vector<std::vector<Value>> rows;
  for (Json test : simdjson::dom::array(record["cases"])) {
    std::vector<Value> row;
    size_t i = 0;
    simdjson::dom::array values;
    if (test["row"].get(values) == simdjson::SUCCESS) {
      for (Json value : values) row.push_back(value_of(value, columns[i++].type));
    }
    rows.push_back(std::move(row));
  }
  std::vector<Outcome> outcomes = expression.evaluate(rows);
  bool folds = is_pure(expression.expr());
  size_t i = 0;
  for (Json test : simdjson::dom::array(record["cases"])) {
    const Outcome& outcome = outcomes[i++];
    if (test["note"].error() == simdjson::SUCCESS) continue;
    bool fails = test["error"].error() == simdjson::SUCCESS;
    Value expected = fails ? Value{} : value_of(test["value"], expression.type());
    auto is_right = [&](const Outcome& found) {
      return fails ? !found.error.empty() : found.error.empty() && same(found.value, expected);
    };
    const std::vector<Value>& row = rows[i - 1];
    if (is_right(outcome) && (!folds || is_right(expression.fold_row(row)))) continue;
    if (is_right(outcome)) {
      tally.fail(sql + " over " + simdjson::minify(test["row"]) + " is something else when it is folded");
      return;
    }
    std::string shown = outcome.error.empty() ? json_text(outcome.value, expression.type()) : "error " + outcome.error;
    tally.fail(sql + " over " + simdjson::minify(test["row"]) + " is " + shown + " and not " +
               (fails ? "an error" : simdjson::minify(test["value"])));
    return;
  }
  ++tally.right;
}

// Right and wrong answers among all records; they only get better.
constexpr double kRightLeast = 0.98, kWrongMost = 0.016;

TEST(Conformance, ScalarExpressions) {
  const char* folder = std::getenv("SLUICE_CONFORMANCE");
  if (folder == nullptr) GTEST_SKIP() << "SLUICE_CONFORMANCE is not set";
  simdjson::dom::parser parser;
  simdjson::padded_string text;
  ASSERT_EQ(simdjson::padded_string::load(std::string(folder) + "/functions.jsonl").get(text), simdjson::SUCCESS);
  std::map<std::string, Tally> tallies;
  for (Json record : parser.parse_many(text)) check(record, tallies[std::string(std::string_view(record["suite"]))]);
  const char* shown_text = std::getenv("SLUICE_SHOW_FAILURES");
  size_t shown = shown_text == nullptr ? 0 : static_cast<size_t>(std::atoi(shown_text));
  size_t right = 0, wrong = 0, refused = 0;
  for (auto& [suite, tally] : tallies) {
    std::cout << suite << ": right " << tally.right << ", wrong " << tally.wrong << ", refused " << tally.refused
              << ", accepted " << tally.accepted << "\n";
    for (size_t i = 0; i < std::min(shown, tally.failures.size()); ++i) std::cout << "  " << tally.failures[i] << "\n";
    if (suite == "absent_in_2_2") continue;  // Later functions, of which we have some.
    right += tally.right;
    wrong += tally.wrong + tally.accepted;
    refused += tally.refused;
  }
  std::cout << "all: right " << right << ", wrong " << wrong << ", refused " << refused << "\n";
  ASSERT_GT(right, 0U);
  auto all = static_cast<double>(right + wrong + refused);
  EXPECT_GE(static_cast<double>(right) / all, kRightLeast);
  EXPECT_LE(static_cast<double>(wrong) / all, kWrongMost);
}

}  // namespace
}  // namespace sluice::tests
