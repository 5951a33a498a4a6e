// Flink's measured answers for scalar expressions, interpreted, folded and compiled. `SLUICE_CONFORMANCE` names the
// folder; unset, the test is skipped. What this build refuses does not count; what it answers must be right, but for
// the share that is known below.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <map>

#include "conformance_values.h"
#include "three_ways.h"

namespace sluice::tests {
namespace {

struct Tally {
  size_t right = 0, wrong = 0, refused = 0, accepted = 0, skipped = 0;
  std::vector<std::string> failures;
  void fail(std::string text) {
    ++wrong;
    failures.push_back("wrong: " + std::move(text));
  }
};

struct Expected {
  bool has_note = false;
  bool fails = false;
  Value value;
  std::string row, text;  // As the record has them.
};

// A record that binds to the right type.
struct Asked {
  std::string suite, sql;
  size_t number = 0;  // Of its answers.
  std::vector<Expected> expected;
};

class Records {
 public:
  void add(Json record);
  void judge();
  std::map<std::string, Tally>& tallies() { return tallies_; }
  ThreeWays& ways() { return ways_; }
  const std::map<std::string, size_t>& wrong_ways() const { return wrong_ways_; }

 private:
  void judge(const Asked& asked);

  ThreeWays ways_;
  std::vector<Asked> asked_;
  std::map<std::string, Tally> tallies_;
  std::map<std::string, size_t> wrong_ways_;
};

bool is_true_of_all(simdjson::dom::array cases, const char* key) {
  return cases.size() > 0 &&
         std::ranges::all_of(cases, [&](Json test) { return test[key].error() == simdjson::SUCCESS; });
}

RowSchema columns_of(Json record) {
  RowSchema columns;
  simdjson::dom::array list;
  if (record["columns"].get(list) != simdjson::SUCCESS) return columns;
  for (Json column : list) {
    columns.push_back(
        {std::string(std::string_view(column.at(0))), parse_type(std::string(std::string_view(column.at(1))))});
  }
  return columns;
}

std::vector<Value> row_of(Json test, const RowSchema& columns) {
  std::vector<Value> row;
  simdjson::dom::array values;
  if (test["row"].get(values) != simdjson::SUCCESS) return row;
  for (Json value : values) row.push_back(value_of(value, columns[row.size()].type));
  return row;
}

void Records::add(Json record) {
  std::string sql{std::string_view(record["sql"])}, suite{std::string_view(record["suite"])};
  Tally& tally = tallies_[suite];
  std::string zone = "UTC";
  simdjson::dom::object settings;
  bool is_legacy = false;
  if (record["settings"].get(settings) == simdjson::SUCCESS) {
    std::string_view name;
    is_legacy = settings["table.exec.legacy-cast-behaviour"].error() == simdjson::SUCCESS;
    if (settings["table.local-time-zone"].get(name) == simdjson::SUCCESS) zone = name;
  }
  RowSchema columns = columns_of(record);
  bool is_query = record["query"].error() == simdjson::SUCCESS;
  if (is_legacy || is_query) return void(++tally.skipped);
  auto expression = std::make_shared<SqlExpression>(sql, columns, zone);
  std::string_view invalid, phase;
  // Flink's own code does not compile there; we answer.
  if (record["phase"].get(phase) == simdjson::SUCCESS && phase == "codegen" && expression->ok()) {
    return void(++tally.skipped);
  }
  if (record["invalid"].get(invalid) == simdjson::SUCCESS) {
    ++(expression->ok() ? tally.accepted : tally.right);
    if (expression->ok()) tally.failures.push_back("accepted: " + sql + ", rejected with " + std::string(invalid));
    return;
  }
  simdjson::dom::array cases = record["cases"];
  if (!expression->ok() && !expression->refused() && is_true_of_all(cases, "error")) {  // We tell before it runs.
    return void(++tally.right);
  }
  if (expression->refused()) {
    ++tally.refused;
    return tally.failures.push_back("refused: " + sql + ": " + expression->error());
  }
  if (!expression->ok()) return tally.fail(sql + " does not bind: " + expression->error());
  std::string type{std::string_view(record["type"])};
  if (serial_text(expression->type()) != type) {
    return tally.fail(sql + " has type " + serial_text(expression->type()) + " and not " + type);
  }
  Asked asked{suite, sql, 0, {}};
  std::vector<std::vector<Value>> rows;
  for (Json test : cases) {
    rows.push_back(row_of(test, columns));
    Expected& expected = asked.expected.emplace_back();
    expected.row = simdjson::minify(test["row"]);
    expected.has_note = test["note"].error() == simdjson::SUCCESS;
    expected.fails = test["error"].error() == simdjson::SUCCESS;
    if (expected.fails) continue;
    expected.value = value_of(test["value"], expression->type());
    expected.text = simdjson::minify(test["value"]);
  }
  asked.number = ways_.ask(std::move(expression), std::move(rows));
  asked_.push_back(std::move(asked));
}

void Records::judge(const Asked& asked) {
  Tally& tally = tallies_[asked.suite];
  const ThreeWays::Answers& answers = ways_.answers(asked.number);
  for (size_t row = 0; row < asked.expected.size(); ++row) {
    const Expected& expected = asked.expected[row];
    if (expected.has_note) continue;
    const char* way = answers.wrong_way(row, [&](const Outcome& found) {
      return expected.fails ? !found.error.empty() : found.error.empty() && same(found.value, expected.value);
    });
    if (way == nullptr) continue;
    const Outcome& found = answers.of(way, row);
    std::string text =
        found.error.empty() ? json_text(found.value, answers.expression->type()) : "error " + found.error;
    ++wrong_ways_[way];
    return tally.fail(asked.sql + " over " + expected.row + " is " + text + " and not " +
                      (expected.fails ? "an error" : expected.text) + " (" + way + ")");
  }
  ++tally.right;
}

void Records::judge() {
  for (const Asked& asked : asked_) judge(asked);
}

// Right and wrong answers among all records; they only get better.
constexpr double kRightLeast = 0.987, kWrongMost = 0.0105;

TEST(Conformance, ScalarExpressions) {
  const char* folder = std::getenv("SLUICE_CONFORMANCE");
  if (folder == nullptr) GTEST_SKIP() << "SLUICE_CONFORMANCE is not set";
  simdjson::dom::parser parser;
  simdjson::padded_string text;
  ASSERT_EQ(simdjson::padded_string::load(std::string(folder) + "/functions.jsonl").get(text), simdjson::SUCCESS);
  Records records;
  for (Json record : parser.parse_many(text)) records.add(record);
  records.ways().compile();
  records.judge();
  const char* shown_text = std::getenv("SLUICE_SHOW_FAILURES");
  size_t shown = shown_text == nullptr ? 0 : static_cast<size_t>(std::atoi(shown_text));
  size_t right = 0, wrong = 0, refused = 0, skipped = 0;
  for (auto& [suite, tally] : records.tallies()) {
    std::cout << suite << ": right " << tally.right << ", wrong " << tally.wrong << ", refused " << tally.refused
              << ", accepted " << tally.accepted << ", skipped " << tally.skipped << "\n";
    for (size_t i = 0; i < std::min(shown, tally.failures.size()); ++i) std::cout << "  " << tally.failures[i] << "\n";
    if (suite == "absent_in_2_2") continue;  // Later functions, of which we have some.
    right += tally.right;
    wrong += tally.wrong + tally.accepted;
    refused += tally.refused;
    skipped += tally.skipped;
  }
  std::cout << "all: right " << right << ", wrong " << wrong << ", refused " << refused << ", skipped " << skipped
            << "; " << records.ways().count() << " answered in three ways, " << records.ways().generated_count()
            << " of them by generated code";
  for (const auto& [way, count] : records.wrong_ways()) std::cout << "; wrong " << way << " " << count;
  std::cout << "\n";
  ASSERT_GT(right, 0U);
  auto all = static_cast<double>(right + wrong + refused);
  EXPECT_GE(static_cast<double>(right) / all, kRightLeast);
  EXPECT_LE(static_cast<double>(wrong) / all, kWrongMost);
}

}  // namespace
}  // namespace sluice::tests
