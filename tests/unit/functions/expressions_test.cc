// Flink's own tests of expressions, as data. `SLUICE_CONFORMANCE` names the folder; unset, the test is skipped. Input
// rows of the suites whose data lacks them stand in expression_rows.jsonl.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <map>
#include <regex>

#include "conformance_values.h"
#include "java_source.h"
#include "later_flink.h"
#include "three_ways.h"

namespace sluice::tests {
namespace {

struct Table {
  RowSchema columns;
  std::vector<std::string> refused;  // Columns of types that are not there yet.
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
      if (type.is_invalid()) {
        table.refused.push_back(std::string(std::string_view(column.at(0))));
        ++value;
        continue;
      }
      table.columns.push_back({std::string(std::string_view(column.at(0))), type});
      table.row.push_back(value_of(*value, type));
      ++value;
    }
  }
  return tables;
}

enum class Verdict { Right, Wrong, Refused, Unread, Later, Excluded };
constexpr const char* kVerdictNames[] = {"right", "wrong", "refused", "unread", "later", "excluded"};

// What a record wants of one expression over one row.
struct Probe {
  size_t number = 0;  // Of its answers.
  bool fails = false;
  Value expected;
  std::string text;  // Of what is expected.
};

// A record whose expressions bind to the right types.
struct Pending {
  std::string suite, sql;
  std::vector<Probe> probes;
  bool any = false;  // One right probe will do; else all must be right.
};

class Records {
 public:
  void add(Json record);
  void judge();
  void print(bool shows) const;

  ThreeWays ways;
  LaterFlink later = LaterFlink::read(std::string(SLUICE_SOURCE_DIR) + "/tests/conformance/later_flink.tsv");
  std::map<Verdict, size_t> all;

 private:
  void settle(const Pending& record, Verdict verdict, const std::string& why);
  void reject(const Pending& record, const SqlExpression& expression);
  void add_text(Json record, Pending pending);
  void add_java(Json record, Pending pending);
  std::string wrong_answer(const Probe& probe) const;

  std::map<std::string, Table> tables_ = read_tables();
  std::vector<Pending> pending_;
  std::map<std::string, std::map<Verdict, size_t>> counts_;
  std::vector<std::string> findings_;
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
  constexpr std::string_view kDecimal = "new BigDecimal(\"";
  if (source.starts_with('"')) return Type::string().not_null();
  if (source == "true" || source == "false") return Type::boolean().not_null();
  if (source.starts_with(kDecimal)) {
    std::string_view digits = source.substr(kDecimal.size(), source.size() - kDecimal.size() - 2);
    size_t point = digits.find('.');
    size_t scale = point == std::string_view::npos ? 0 : digits.size() - point - 1;
    size_t precision = digits.size() - (scale > 0 ? 1 : 0);
    return Type::decimal(static_cast<int32_t>(precision), static_cast<int32_t>(scale)).not_null();
  }
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

// Needs Java classes that the data lacks, or is a template whose parameters it lacks.
bool is_excluded(Json record) {
  static const std::regex kJavaFunctions(
      "(Type[12]Constructor|RowToFirstField|StructuredTypeConstructor|CreateMultiset|CreateEmptyArray)\\(");
  if (std::regex_search(text_of(record, "sql"), kJavaFunctions)) return true;
  std::string expected = text_of(record, "expectedJava");
  return expected == "value1" || expected == "value2";
}

// `a(b, c), d` are two expressions, and so are Java's lists of their types and values.
std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> parts(1);
  int depth = 0;
  char quote = '\0';
  for (char c : text) {
    if (quote != '\0') {
      if (c == quote) quote = '\0';
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else {
      depth += c == '(' || c == '[' || c == '{' ? 1 : c == ')' || c == ']' || c == '}' ? -1 : 0;
    }
    if (c == ',' && depth == 0 && quote == '\0') {
      parts.emplace_back();
    } else if (!parts.back().empty() || c != ' ') {
      parts.back() += c;
    }
  }
  return parts;
}

// The two types of a record with two expressions; its values are a Java list as well.
std::vector<std::string> types_of(Json record) {
  constexpr std::string_view kList = "List.of(";
  std::string text = text_of(record, "typeJava");
  if (!text.starts_with(kList)) return {text};
  return split_list(std::string_view(text).substr(kList.size(), text.size() - kList.size() - 1));
}
std::vector<std::string> values_of(Json record, size_t count) {
  constexpr std::string_view kList = "List.of(";
  std::string text = text_of(record, "expectedJava");
  if (count == 1) return {text};
  return split_list(std::string_view(text).substr(kList.size(), text.size() - kList.size() - 1));
}

void Records::settle(const Pending& record, Verdict verdict, const std::string& why) {
  bool is_open = verdict == Verdict::Wrong || verdict == Verdict::Refused || verdict == Verdict::Unread;
  if (is_open && later.take(record.suite, record.sql)) verdict = Verdict::Later;
  ++counts_[record.suite][verdict];
  ++all[verdict];
  if (verdict == Verdict::Right || verdict == Verdict::Excluded) return;
  findings_.push_back(std::string(kVerdictNames[static_cast<int>(verdict)]) + ": " + record.suite + " " + record.sql +
                      " " + why);
}

void Records::reject(const Pending& record, const SqlExpression& expression) {
  settle(record, expression.refused() ? Verdict::Refused : Verdict::Wrong, "does not bind: " + expression.error());
}

void Records::add(Json record) {
  Pending pending{text_of(record, "suite"), text_of(record, "sql"), {}};
  if (is_excluded(record)) return settle(pending, Verdict::Excluded, "");
  bool has_text = record["expectedString"].error() == simdjson::SUCCESS;
  has_text ? add_text(record, std::move(pending)) : add_java(record, std::move(pending));
}

bool reads_refused(const std::string& sql, const Table& table) {
  return std::ranges::any_of(
      table.refused, [&](const std::string& name) { return std::regex_search(sql, std::regex("\\b" + name + "\\b")); });
}

// `row.*` as its first column, which is what is compared.
std::string without_star(const std::string& sql, const Table& table) {
  if (!sql.ends_with(".*")) return sql;
  std::string row = sql.substr(0, sql.size() - 2);
  SqlExpression expression(row, table.columns, "UTC", "testTable");
  return expression.ok() && expression.type().is(TypeRoot::Row) ? row + "." + expression.type().field_name(0) : sql;
}

void Records::add_text(Json record, Pending pending) {
  const Table& table = tables_[pending.suite];
  std::string sql = without_star(pending.sql, table);
  std::string expected = text_of(record, "expectedString");
  // The same call is expected in two zones.
  pending.any = pending.suite == "TemporalTypesTest" && pending.sql.find("TO_TIMESTAMP_LTZ") != std::string::npos;
  for (const std::string& zone : {zone_of(pending.suite, pending.sql), std::string("Asia/Shanghai")}) {
    auto expression =
        std::make_shared<SqlExpression>("CAST((" + sql + ") AS STRING)", table.columns, zone, "testTable");
    if (pending.suite == "RowTypeTest" && pending.sql == "CAST(f5 AS BIGINT)") {
      return settle(pending, expression->ok() ? Verdict::Wrong : Verdict::Right, "accepted");
    }
    if (!expression->ok() && reads_refused(pending.sql, table)) {
      return settle(pending, Verdict::Refused, "reads a column of a type that is not there yet");
    }
    if (!expression->ok()) return reject(pending, *expression);
    Value value = expected == "NULL" ? Value::null() : Value{expected};
    pending.probes.push_back({ways.ask(std::move(expression), {table.row}), false, std::move(value), expected});
    if (!pending.any) break;
  }
  pending_.push_back(std::move(pending));
}

void Records::add_java(Json record, Pending pending) {
  Table table;
  if (!read_fields(record, table)) return settle(pending, Verdict::Unread, "its fields are of a form that is not read");
  std::string zone = zone_of(pending.suite, pending.sql);
  bool fails = text_of(record, "kind") == "error";
  auto types = types_of(record), values = values_of(record, types.size());
  auto expressions = types.size() > 1 ? split_list(pending.sql) : std::vector{pending.sql};
  for (size_t i = 0; i < expressions.size(); ++i) {
    auto expression = std::make_shared<SqlExpression>(expressions[i], table.columns, zone);
    if (fails && !expression->ok()) return settle(pending, Verdict::Right, "");
    if (fails && text_of(record, "phase") == "plan") return settle(pending, Verdict::Wrong, "is accepted");
    if (!expression->ok()) return reject(pending, *expression);
    auto type = fails ? std::optional(Type::invalid()) : java_type(types[i]);
    auto expected = fails ? std::optional(Value::null()) : type ? java_value(values[i], *type) : std::nullopt;
    if (!expected) return settle(pending, Verdict::Unread, "its result is of a form that is not read: " + values[i]);
    if (!fails && serial_text(expression->type()) != serial_text(*type)) {
      std::string found = serial_text(expression->type());
      return settle(pending, Verdict::Wrong, "has type " + found + " and not " + serial_text(*type));
    }
    std::string text = fails ? "an error" : json_text(*expected, *type);
    size_t number = ways.ask(std::move(expression), {table.row});
    pending.probes.push_back({number, fails, *std::move(expected), std::move(text)});
  }
  pending_.push_back(std::move(pending));
}

// Empty when all ways give what is wanted.
std::string Records::wrong_answer(const Probe& probe) const {
  const ThreeWays::Answers& answers = ways.answers(probe.number);
  const char* way = answers.wrong_way(0, [&](const Outcome& found) {
    if (probe.fails) return !found.error.empty();
    return found.error.empty() && same(found.value, probe.expected);
  });
  if (way == nullptr) return {};
  const Outcome& found = answers.of(way, 0);
  std::string text = found.error.empty() ? json_text(found.value, answers.expression->type()) : "error " + found.error;
  return std::string(way) + " is " + text + " and not " + probe.text;
}

void Records::judge() {
  for (const Pending& record : pending_) {
    std::string why;
    size_t right = 0;
    for (const Probe& probe : record.probes) {
      std::string answer = wrong_answer(probe);
      right += answer.empty() ? 1 : 0;
      if (why.empty()) why = answer;
    }
    bool is_right = record.any ? right > 0 : right == record.probes.size();
    settle(record, is_right ? Verdict::Right : Verdict::Wrong, why);
  }
}

void Records::print(bool shows) const {
  auto line = [](const std::string& name, const std::map<Verdict, size_t>& counts) {
    std::cout << name << ":";
    for (const auto& [verdict, count] : counts) {
      std::cout << " " << kVerdictNames[static_cast<int>(verdict)] << " " << count;
    }
    std::cout << "\n";
  };
  for (size_t i = 0; shows && i < findings_.size(); ++i) std::cout << "  " << findings_[i] << "\n";
  for (const auto& [suite, counts] : counts_) line(suite, counts);
  line("all", all);
  std::cout << "later: " << later.summary() << "\n"
            << ways.count() << " answered in three ways, " << ways.generated_count() << " of them by generated code\n";
}

// Right and wrong answers among the records that are neither excluded nor a later Flink's; they only get better.
constexpr double kRightLeast = 0.985, kWrongMost = 0.005;

TEST(Conformance, FlinksOwnExpressionTests) {
  const char* folder = std::getenv("SLUICE_CONFORMANCE");
  if (folder == nullptr) GTEST_SKIP() << "SLUICE_CONFORMANCE is not set";
  simdjson::dom::parser parser;
  simdjson::padded_string text;
  ASSERT_EQ(simdjson::padded_string::load(std::string(folder) + "/expressions.jsonl").get(text), simdjson::SUCCESS);
  Records records;
  for (Json record : parser.parse_many(text)) records.add(record);
  records.ways.compile();
  records.judge();
  records.print(std::getenv("SLUICE_SHOW_FAILURES") != nullptr);
  for (const std::string& complaint : records.later.complaints()) ADD_FAILURE() << complaint;
  auto& all = records.all;
  size_t open = all[Verdict::Wrong] + all[Verdict::Refused] + all[Verdict::Unread];
  auto total = static_cast<double>(all[Verdict::Right] + open);
  EXPECT_GE(static_cast<double>(all[Verdict::Right]) / total, kRightLeast);
  EXPECT_LE(static_cast<double>(all[Verdict::Wrong]) / total, kWrongMost);
}

}  // namespace
}  // namespace sluice::tests
