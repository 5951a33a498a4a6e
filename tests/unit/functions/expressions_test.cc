// Flink's own tests of expressions, as data. `SLUICE_CONFORMANCE` names the folder; unset, the test is skipped. Input
// rows of the suites whose data lacks them stand in expression_rows.jsonl.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <map>

#include "conformance_values.h"
#include "java_source.h"
#include "sql_expression.h"

namespace sluice::tests {
namespace {

struct Table {
  RowSchema columns;
  std::vector<Value> row;
};

std::map<std::string, Table> read_tables() {
  std::map<std::string, Table> tables;
  simdjson::dom::parser parser;
  simdjson::padded_string text;
  std::string path = std::string(SLUICE_SOURCE_DIR) + "/tests/unit/functions/expression_rows.jsonl";
  EXPECT_EQ(simdjson::padded_string::load(path).get(text), simdjson::SUCCESS);
  for (Json record : parser.parse_many(text)) {
    Table& table = tables[std::string(std::string_view(record["suite"]))];
    simdjson::dom::array values = record["row"];
    auto value = values.begin();
    for (Json column : simdjson::dom::array(record["columns"])) {
      Type type = parse_type(std::string(std::string_view(column.at(1))));
      table.columns.push_back({std::string(std::string_view(column.at(0))), type});
      table.row.push_back(value_of(*value, type));
      ++value;
    }
  }
  return tables;
}

enum class Verdict { Right, Wrong, Refused, Skipped };
struct Judged {
  Verdict verdict = Verdict::Right;
  std::string why;
};

std::string text_of(Json record, const char* key) {
  std::string_view text;
  return record[key].get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

std::string zone_of(const std::string& suite, const std::string& sql) {
  if (suite == "ComparisonFunctionITCase") return "GMT-08:00";
  if (suite == "CastFunctionITCase") return "Asia/Shanghai";
  if (suite == "TemporalTypesTest" && sql == "CEIL(f17 TO HOUR)") return "Asia/Shanghai";
  if (suite == "TemporalTypesTest" && sql == "UNIX_TIMESTAMP('2005-03-27 02:00:00')") return "MET";
  return "UTC";
}

Judged unless_refused(const SqlExpression& expression) {
  return {expression.refused() ? Verdict::Refused : Verdict::Wrong, "does not bind: " + expression.error()};
}

Judged judge_text(Json record, const Table& table) {
  std::string sql = text_of(record, "sql"), suite = text_of(record, "suite"),
              expected = text_of(record, "expectedString");
  bool is_rejected = suite == "RowTypeTest" && sql == "CAST(f5 AS BIGINT)";
  std::string found;
  for (const std::string& zone : {zone_of(suite, sql), std::string("Asia/Shanghai")}) {
    SqlExpression expression("CAST((" + sql + ") AS STRING)", table.columns, zone, "testTable");
    if (is_rejected) return {expression.ok() ? Verdict::Wrong : Verdict::Right, "accepted"};
    if (!expression.ok()) return unless_refused(expression);
    Outcome outcome = expression.evaluate({table.row})[0];
    std::string text = !outcome.error.empty()    ? "error " + outcome.error
                       : outcome.value.is_null() ? "NULL"
                                                 : outcome.value.get<std::string>();
    if (text == expected) return {};
    if (found.empty()) found = text;
    // The same call is expected in two zones.
    if (suite != "TemporalTypesTest" || sql.find("TO_TIMESTAMP_LTZ") == std::string::npos) break;
  }
  return {Verdict::Wrong, "is " + found + " and not " + expected};
}

// The JSON that a suite's tests call `jsonValue`, by their function.
std::string json_of(const std::string& sql) {
  if (sql.starts_with("JSON_EXISTS")) {
    return R"({"type":"post","author":{"name":"Jon Doe","address":{"country":"Germany","city":"Munich"}},)"
           R"("metadata":{"tags":["flink","streaming","json"],"references":[{"name":"GitHub",)"
           R"("url":"https://www.github.com/apache/flink"}]}})";
  }
  if (sql.starts_with("JSON_QUERY")) return R"({"n1":1,"s1":"Test","o1":{},"a1":[]})";
  return R"({"type":"account","age":42,"activated":true,"address":{"city":"Munich"},"roles":["user","viewer"],)"
         R"("balance":13.37,"longBalance":123456789.987654321,"contains blank":"right"})";
}

// The type of a field that has none: that of its value.
std::optional<Type> type_of_source(std::string_view source) {
  if (source.starts_with('"')) return Type::string().not_null();
  bool is_integer = source.find_first_not_of("-0123456789") == std::string_view::npos;
  return is_integer ? std::optional(Type::integer().not_null()) : std::nullopt;
}

bool read_fields(Json record, Table& table) {
  simdjson::dom::array data, types;
  if (record["fieldData"].get(data) != simdjson::SUCCESS) return true;
  bool has_types = record["fieldTypes"].get(types) == simdjson::SUCCESS;
  size_t field = 0;
  for (Json source : data) {
    std::string_view text = source;
    if (has_types && field >= types.size()) return false;
    auto type = has_types ? java_type(std::string_view(types.at(field))) : type_of_source(text);
    auto value = type ? java_value(text, *type) : std::nullopt;
    if (text == "jsonValue") value = Value{json_of(text_of(record, "sql"))};
    ++field;
    table.columns.push_back({"f" + std::to_string(table.row.size()), type.value_or(Type::invalid())});
    table.row.push_back(value.value_or(Value::null()));
    std::string sql = text_of(record, "sql"), name = table.columns.back().name;
    // A field that cannot be made only matters where it is used.
    size_t at = sql.find(name);
    bool is_used = at != std::string::npos && !(at + name.size() < sql.size() &&
                                                std::isdigit(static_cast<unsigned char>(sql[at + name.size()])) != 0);
    if (!value && is_used) return false;
    if (!value) table.columns.back().type = Type::integer();
  }
  return true;
}

Judged judge_java(Json record) {
  std::string sql = text_of(record, "sql"), suite = text_of(record, "suite");
  Table table;
  if (!read_fields(record, table)) return {Verdict::Skipped, "its fields are of a form that is not read"};
  SqlExpression expression(sql, table.columns, zone_of(suite, sql));
  if (text_of(record, "kind") == "error") {
    if (!expression.ok()) return {};
    if (text_of(record, "phase") == "plan") return {Verdict::Wrong, "is accepted"};
    return {expression.evaluate({table.row})[0].error.empty() ? Verdict::Wrong : Verdict::Right, "does not fail"};
  }
  if (!expression.ok()) return unless_refused(expression);
  auto type = java_type(text_of(record, "typeJava"));
  auto expected = type ? java_value(text_of(record, "expectedJava"), *type) : std::nullopt;
  if (!expected)
    return {Verdict::Skipped, "its result is of a form that is not read: " + text_of(record, "expectedJava")};
  if (serial_text(expression.type()) != serial_text(*type)) {
    return {Verdict::Wrong, "has type " + serial_text(expression.type()) + " and not " + serial_text(*type)};
  }
  Outcome outcome = expression.evaluate({table.row})[0];
  if (outcome.error.empty() && same(outcome.value, *expected)) return {};
  std::string found = outcome.error.empty() ? json_text(outcome.value, expression.type()) : "error " + outcome.error;
  return {Verdict::Wrong, "is " + found + " and not " + json_text(*expected, *type)};
}

// Right and wrong answers among all records; they only get better.
constexpr double kRightLeast = 0.92, kWrongMost = 0.05;

TEST(Conformance, FlinksOwnExpressionTests) {
  const char* folder = std::getenv("SLUICE_CONFORMANCE");
  if (folder == nullptr) GTEST_SKIP() << "SLUICE_CONFORMANCE is not set";
  simdjson::dom::parser parser;
  simdjson::padded_string text;
  ASSERT_EQ(simdjson::padded_string::load(std::string(folder) + "/expressions.jsonl").get(text), simdjson::SUCCESS);
  std::map<std::string, Table> tables = read_tables();
  std::map<std::string, std::map<Verdict, size_t>> counts;
  std::map<Verdict, size_t> all;
  bool shows = std::getenv("SLUICE_SHOW_FAILURES") != nullptr;
  for (Json record : parser.parse_many(text)) {
    std::string suite = text_of(record, "suite");
    bool has_text = record["expectedString"].error() == simdjson::SUCCESS;
    Judged judged = has_text ? judge_text(record, tables[suite]) : judge_java(record);
    ++counts[suite][judged.verdict];
    ++all[judged.verdict];
    constexpr const char* kNames[] = {"right", "wrong", "refused", "skipped"};
    if (!shows || judged.verdict == Verdict::Right) continue;
    std::cout << "  " << kNames[static_cast<int>(judged.verdict)] << ": " << suite << " " << text_of(record, "sql")
              << " " << judged.why << "\n";
  }
  auto print = [](const std::string& name, std::map<Verdict, size_t>& count) {
    std::cout << name << ": right " << count[Verdict::Right] << ", wrong " << count[Verdict::Wrong] << ", refused "
              << count[Verdict::Refused] << ", skipped " << count[Verdict::Skipped] << "\n";
  };
  for (auto& [suite, count] : counts) print(suite, count);
  print("all", all);
  auto total =
      static_cast<double>(all[Verdict::Right] + all[Verdict::Wrong] + all[Verdict::Refused] + all[Verdict::Skipped]);
  EXPECT_GE(static_cast<double>(all[Verdict::Right]) / total, kRightLeast);
  EXPECT_LE(static_cast<double>(all[Verdict::Wrong]) / total, kWrongMost);
}

}  // namespace
}  // namespace sluice::tests
