#include "tools/conformance/program_script.h"

#include <algorithm>
#include <regex>

namespace sluice::conformance {

using simdjson::dom::element;

std::string string_at(element object, std::string_view key) {
  std::string_view text;
  return object[key].get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

std::vector<std::string> strings_at(element object, std::string_view key) {
  std::vector<std::string> out;
  simdjson::dom::array array;
  if (object[key].get(array) != simdjson::SUCCESS) return out;
  for (element item : array) out.emplace_back(std::string_view(item));
  return out;
}

namespace {

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (char c : text) out += c == '\'' ? "''" : std::string(1, c);
  return out + "'";
}

std::string set_statement(const std::string& key, const std::string& value) {
  return "SET " + quoted(key) + " = " + quoted(value) + ";\n";
}

bool holds_kind(element table, const char* rows, std::initializer_list<std::string_view> kinds) {
  simdjson::dom::array array;
  if (table[rows].get(array) != simdjson::SUCCESS) return false;
  for (element row : array) {
    if (std::ranges::find(kinds, string_at(row, "kind")) != kinds.end()) return true;
  }
  return false;
}

// An empty mode is a preset that was not written down: the rows tell which, else the program's name.
std::string preset_of(element table, bool is_source, const std::string& program_name) {
  bool has_key = false;
  for (const std::string& part : strings_at(table, "schema")) has_key |= part.find("PRIMARY KEY") != std::string::npos;
  bool retracts = false, updates = false;
  for (const char* rows : {"before", "after"}) {
    retracts |= holds_kind(table, rows, {"-U"});
    updates |= holds_kind(table, rows, {"+U", "-D"});
  }
  for (const char* rows : {"expectBefore", "expectAfter"}) {
    for (const std::string& row : strings_at(table, rows)) retracts |= row.starts_with("-U");
  }
  bool is_named_upsert = program_name.find("upsert") != std::string::npos;
  bool is_named_retract = program_name.find("retract") != std::string::npos;
  if (retracts || (is_source && is_named_retract && !updates)) return "I,UB,UA,D";
  if (has_key && (!is_source || updates || is_named_upsert)) return "I,UA,D";
  return is_source ? "I" : "I,UB,UA,D";
}

// The CREATE TABLE of a `source` or `sink` step.
std::string create_table(element table, bool is_source, const std::string& program_name) {
  std::string sql = "CREATE TABLE " + string_at(table, "name") + " (\n  ";
  std::vector<std::string> parts = strings_at(table, "schema");
  for (size_t i = 0; i < parts.size(); ++i) sql += (i ? ",\n  " : "") + parts[i];
  sql += "\n)";
  if (std::string distribution = string_at(table, "distribution"); !distribution.empty()) sql += " " + distribution;
  std::vector<std::string> partitions = strings_at(table, "partitionedBy");
  for (size_t i = 0; i < partitions.size(); ++i) sql += (i ? ", `" : " PARTITIONED BY (`") + partitions[i] + "`";
  if (!partitions.empty()) sql += ")";
  std::map<std::string, std::string> options = {{"connector", "values"}};
  options[is_source ? "disable-lookup" : "sink-insert-only"] = is_source ? "true" : "false";
  simdjson::dom::object given;
  if (table["options"].get(given) == simdjson::SUCCESS) {
    for (auto [key, value] : given) options[std::string(key)] = std::string(std::string_view(value));
  }
  if (auto mode = options.find("changelog-mode"); mode != options.end() && mode->second.empty()) {
    mode->second = preset_of(table, is_source, program_name);
    if (mode->second == "I,UA,D") {
      options[is_source ? "source.produces-delete-by-key" : "sink.supports-delete-by-key"] = "true";
    }
  }
  sql += " WITH (";
  bool first = true;
  for (const auto& [key, value] : options) {
    sql += (std::exchange(first, false) ? "\n  " : ",\n  ") + quoted(key) + " = " + quoted(value);
  }
  return sql + "\n)";
}

// Steps that need what is not there: Java classes, models, the Table API.
const char* skip_reason(const std::string& kind) {
  if (kind == "function") return "needs a user-defined function in Java";
  if (kind == "model") return "needs a model";
  if (kind == "temporalFunction") return "needs a temporal table function";
  if (kind == "tableApiSkipped") return "Table API only";
  static constexpr std::string_view kKnown[] = {"source", "sink",       "config",       "setupSql",
                                                "runSql", "explainSql", "statementSet", "runFailingSql"};
  for (std::string_view known : kKnown) {
    if (kind == known) return nullptr;
  }
  return "unknown kind of step";
}

std::string without_semicolon(std::string sql) {
  while (!sql.empty() && (sql.back() == ';' || static_cast<unsigned char>(sql.back()) <= ' ')) sql.pop_back();
  return sql;
}

}  // namespace

Program program_of(element record, const std::map<std::string, std::string>& settings) {
  Program program;
  bool has_job = false;
  program.sql =
      "SET 'table.local-time-zone' = 'UTC';\n"
      "SET 'table.optimizer.non-deterministic-update.strategy' = 'TRY_RESOLVE';\n";
  program.statements = 2 + settings.size();
  for (const auto& [key, value] : settings) program.sql += set_statement(key, value);
  for (element step : record["steps"].get_array()) {
    std::string kind = string_at(step, "kind");
    if (const char* reason = skip_reason(kind)) program.skipped = reason;
    ++program.statements;
    if (kind == "source" || kind == "sink") {
      element table = step["table"];
      program.tables.push_back({table, string_at(table, "name"), kind == "source"});
      program.sql += create_table(table, kind == "source", string_at(record, "id")) + ";\n";
    } else if (kind == "config") {
      std::string key = string_at(step, "key"), value = string_at(step, "value");
      program.sql += set_statement(key, value);
      if (key == "table.exec.mini-batch.enabled") program.is_mini_batch = value == "true";
    } else if (kind == "setupSql") {
      program.sql += without_semicolon(string_at(step, "sql")) + ";\n";
    } else if (kind == "statementSet") {
      program.sql += "EXECUTE STATEMENT SET BEGIN\n";
      for (const std::string& insert : strings_at(step, "sql")) program.sql += without_semicolon(insert) + ";\n";
      program.sql += "END;\n";
      has_job = true;
    } else if (kind == "explainSql") {
      program.sql += "EXPLAIN " + without_semicolon(string_at(step, "sql")) + ";\n";
    } else if (kind == "runSql" || kind == "runFailingSql") {
      program.must_fail |= kind == "runFailingSql";
      // The text as it is: that a statement ends wrongly may be what is tested.
      std::string sql = string_at(step, "sql");
      program.failing = {static_cast<uint32_t>(program.sql.size()),
                         static_cast<uint32_t>(program.sql.size() + sql.size())};
      program.sql += sql + "\n;\n";
      has_job = true;
    }
  }
  program.only_plans = !has_job;
  return program;
}

bool has_basic_aggregates_only(element record) {
  if (string_at(record, "category") != "valid") return false;
  static const std::regex kOthers(
      R"(\b(STDDEV|STDDEV_POP|STDDEV_SAMP|VARIANCE|VAR_POP|VAR_SAMP|COLLECT|LISTAGG|FIRST_VALUE|LAST_VALUE|)"
      R"(ARRAY_AGG|APPROX_COUNT_DISTINCT|PERCENTILE|JSON_OBJECTAGG|JSON_ARRAYAGG|SINGLE_VALUE|GROUPING|GROUPING_ID|)"
      R"(GROUP_ID|REGR_COUNT|CUME_DIST|PERCENT_RANK|NTILE|LEAD|LAG|RANK|DENSE_RANK|BITMAP_[A-Z_]*AGG)\s*\()",
      std::regex::icase);
  return !std::regex_search(program_of(record, {}).sql, kOthers);
}

}  // namespace sluice::conformance
