// Flink's measured answers for scalar expressions. `SLUICE_CONFORMANCE` names the folder; unset, the test is skipped.
// What this build refuses does not count; what it answers must be right, but for the share that is known below.
#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <map>

#include "catalog/types/value_text.h"
#include "sql_expression.h"

namespace sluice::tests {
namespace {

using Json = simdjson::dom::element;

Value value_of(Json json, const Type& type) {
  if (json.is_null()) return Value::null();
  if (type.is(TypeRoot::Row)) {
    ValueList fields;
    simdjson::dom::array list = json["f"];
    size_t i = 0;
    for (Json field : list) fields.push_back(value_of(field, type.child(i++)));
    return Value::list(std::move(fields));
  }
  if (type.is(TypeRoot::Array)) {
    ValueList elements;
    for (Json element : simdjson::dom::array(json)) elements.push_back(value_of(element, type.child(0)));
    return Value::list(std::move(elements));
  }
  if (type.physical() == Physical::Map) {
    ValueMap entries;
    Type value_type = type.child_count() > 1 ? type.child(1) : Type::integer();
    simdjson::dom::array pairs;
    if (json["map"].get(pairs) == simdjson::SUCCESS) {
      for (Json pair : pairs)
        entries.emplace_back(value_of(pair.at(0), type.child(0)), value_of(pair.at(1), value_type));
    } else {
      for (auto field : simdjson::dom::object(json)) {
        entries.emplace_back(Value{std::string(field.key)}, value_of(field.value, value_type));
      }
    }
    return Value::map(std::move(entries));
  }
  std::string text;
  std::string_view view;
  if (json.is_bool()) return Value{bool(json)};
  if (json.is_object()) {
    text = std::string(std::string_view(json["bytes"]));
  } else if (json.get(view) == simdjson::SUCCESS) {
    text = std::string(view);
  } else if (type.is_approximate()) {
    double number = json.is_double() ? double(json) : json.is_uint64() ? double(uint64_t(json)) : double(int64_t(json));
    if (type.is(TypeRoot::Float)) return Value{static_cast<float>(number)};
    return Value{number};
  } else {
    if (json.is_int64() && type.is_temporal()) return Value{int64_t(json)};
    text = simdjson::minify(json);
  }
  auto parsed = parse_scalar(text, type);
  return parsed ? *parsed : Value{std::string("UNREADABLE ") + text};
}

bool same(const Value& a, const Value& b) {
  if (auto* x = std::get_if<double>(&a.data)) {
    auto* y = std::get_if<double>(&b.data);
    if (y == nullptr) return false;
    return *x == *y || (std::isnan(*x) && std::isnan(*y)) || std::fabs(*x - *y) <= 1e-13 * std::fabs(*y);
  }
  if (auto* x = std::get_if<float>(&a.data)) {
    auto* y = std::get_if<float>(&b.data);
    return y != nullptr && (*x == *y || (std::isnan(*x) && std::isnan(*y)));
  }
  if (auto* x = std::get_if<std::shared_ptr<const ValueList>>(&a.data)) {
    auto* y = std::get_if<std::shared_ptr<const ValueList>>(&b.data);
    return y != nullptr && std::ranges::equal(**x, **y, same);
  }
  if (auto* x = std::get_if<std::shared_ptr<const ValueMap>>(&a.data)) {
    auto* y = std::get_if<std::shared_ptr<const ValueMap>>(&b.data);
    return y != nullptr && (*x)->size() == (*y)->size() && std::ranges::all_of(**x, [&](const auto& entry) {
      return std::ranges::any_of(
          **y, [&](const auto& other) { return same(entry.first, other.first) && same(entry.second, other.second); });
    });
  }
  return a == b;
}

// The name that the measurements give a type.
std::string serial_text(const Type& type) {
  std::string text = type.as_nullable().to_string();
  auto replace = [&](std::string_view from, std::string_view to) {
    for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
      text.replace(at, from.size(), to);
  };
  for (int p = 0; p <= 9; ++p) {
    std::string digits = std::to_string(p);
    replace("TIMESTAMP_LTZ(" + digits + ")", "TIMESTAMP(" + digits + ") WITH LOCAL TIME ZONE");
  }
  replace("INTERVAL YEAR(2) TO MONTH", "INTERVAL MONTH");
  replace("INTERVAL DAY(2) TO SECOND(3)", "INTERVAL SECOND(3)");
  replace("STRING", "VARCHAR(2147483647)");
  replace("BYTES", "VARBINARY(2147483647)");
  return text + (type.nullable() ? "" : " NOT NULL");
}

struct Tally {
  size_t right = 0, wrong = 0, refused = 0, accepted = 0;
  std::vector<std::string> failures;
  void fail(std::string text) {
    ++wrong;
    failures.push_back("wrong: " + std::move(text));
  }
};

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
  if (record["invalid"].get(invalid) == simdjson::SUCCESS) {
    ++(expression.ok() ? tally.accepted : tally.right);
    if (expression.ok()) tally.failures.push_back("accepted: " + sql + ", rejected with " + std::string(invalid));
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
  size_t i = 0;
  for (Json test : simdjson::dom::array(record["cases"])) {
    const Outcome& outcome = outcomes[i++];
    if (test["note"].error() == simdjson::SUCCESS) continue;
    bool fails = test["error"].error() == simdjson::SUCCESS;
    if (fails && !outcome.error.empty()) continue;
    Value expected = fails ? Value{} : value_of(test["value"], expression.type());
    if (!fails && outcome.error.empty() && same(outcome.value, expected)) continue;
    std::string shown = outcome.error.empty() ? json_text(outcome.value, expression.type()) : "error " + outcome.error;
    tally.fail(sql + " over " + simdjson::minify(test["row"]) + " is " + shown + " and not " +
               (fails ? "an error" : simdjson::minify(test["value"])));
    return;
  }
  ++tally.right;
}

// Right answers among those given, per suite; only goes up.
constexpr double kRightAmongAnswered = 0.93;

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
    right += tally.right;
    wrong += tally.wrong + tally.accepted;
    refused += tally.refused;
  }
  std::cout << "all: right " << right << ", wrong " << wrong << ", refused " << refused << "\n";
  ASSERT_GT(right, 0U);
  EXPECT_GE(static_cast<double>(right) / static_cast<double>(right + wrong), kRightAmongAnswered);
}

}  // namespace
}  // namespace sluice::tests
