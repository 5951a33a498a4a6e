#include "tools/conformance/program.h"

#include <algorithm>

#include "catalog/objects/catalog.h"
#include "tools/conformance/changelog_text.h"
#include "tools/conformance/engine_run.h"
#include "tools/conformance/json_value.h"

namespace sluice::conformance {
namespace {

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

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (char c : text) out += c == '\'' ? "''" : std::string(1, c);
  return out + "'";
}

// The CREATE TABLE of a `source` or `sink` step.
std::string create_table(element table, bool is_source) {
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

struct TableStep {
  element json;
  std::string name;
  bool is_source = false;
};

// The steps as one script.
struct Program {
  std::string sql;
  std::vector<TableStep> tables;
  bool must_fail = false;
  bool only_plans = false;  // Ends with EXPLAIN or DDL: nothing runs.
  std::string skipped;
};

std::string without_semicolon(std::string sql) {
  while (!sql.empty() && (sql.back() == ';' || static_cast<unsigned char>(sql.back()) <= ' ')) sql.pop_back();
  return sql;
}

Program program_of(element record) {
  Program program;
  bool has_job = false;
  program.sql =
      "SET 'table.local-time-zone' = 'UTC';\n"
      "SET 'table.optimizer.non-deterministic-update.strategy' = 'TRY_RESOLVE';\n";
  for (element step : record["steps"].get_array()) {
    std::string kind = string_at(step, "kind");
    if (const char* reason = skip_reason(kind)) program.skipped = reason;
    if (kind == "source" || kind == "sink") {
      element table = step["table"];
      program.tables.push_back({table, string_at(table, "name"), kind == "source"});
      program.sql += create_table(table, kind == "source") + ";\n";
    } else if (kind == "config") {
      program.sql += "SET " + quoted(string_at(step, "key")) + " = " + quoted(string_at(step, "value")) + ";\n";
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
      program.sql += string_at(step, "sql") + "\n;\n";
      has_job = true;
    }
  }
  program.only_plans = !has_job;
  return program;
}

// Keys of `key:TYPE,key:TYPE`, sorted; commas inside types do not count.
std::vector<std::string> metadata_keys(const std::string& option) {
  std::vector<std::string> keys;
  int depth = 0;
  size_t begin = 0;
  for (size_t i = 0; i <= option.size(); ++i) {
    char c = i < option.size() ? option[i] : ',';
    depth += c == '(' || c == '<' ? 1 : c == ')' || c == '>' ? -1 : 0;
    if (c != ',' || depth > 0) continue;
    std::string part = option.substr(begin, i - begin);
    if (size_t colon = part.find(':'); colon != std::string::npos) keys.push_back(part.substr(0, colon));
    begin = i + 1;
  }
  std::ranges::sort(keys);
  return keys;
}

// Where value i of a row of the data stands in a row of the table as the engine has it (physical columns, then declared
// metadata columns in the order of the definition); -1 for metadata that no column declares.
std::vector<int> row_positions(const Table& table) {
  std::vector<int> positions;
  std::map<std::string, int> by_key;
  int next = 0;
  for (const Column& column : table.columns) {
    if (column.is_physical()) positions.push_back(next++);
  }
  for (const Column& column : table.columns) {
    if (auto* meta = column.metadata()) by_key[meta->key] = next++;
  }
  for (const std::string& key : metadata_keys(table.option("readable-metadata"))) {
    auto found = by_key.find(key);
    positions.push_back(found == by_key.end() ? -1 : found->second);
  }
  return positions;
}

// What a sink's rows hold: physical columns, then written metadata columns.
RowSchema sink_columns(const Table& table) {
  RowSchema columns;
  for (const Column& column : table.columns) {
    if (column.is_physical()) columns.push_back({column.name, column.type});
  }
  for (const Column& column : table.columns) {
    if (column.metadata() && column.is_written()) columns.push_back({column.name, column.type});
  }
  return columns;
}

std::shared_ptr<const Table> find_table(const Catalog& catalog, const std::string& name) {
  std::string bare = name;
  std::erase(bare, '`');
  const CatalogObject* object = catalog.find({"default_catalog", "default_database", bare});
  auto* table = object ? std::get_if<std::shared_ptr<const Table>>(object) : nullptr;
  return table ? *table : nullptr;
}

Result<RowKind> kind_of(const std::string& text) {
  for (RowKind kind : {RowKind::Insert, RowKind::UpdateBefore, RowKind::UpdateAfter, RowKind::Delete}) {
    if (text == sluice::text_of(kind)) return kind;
  }
  return fail(ErrorCode::MalformedRecord, "`{}` is no row kind", text);
}

Status feed(const TableStep& step, const Catalog& catalog, runtime::ValuesStore& store) {
  std::shared_ptr<const Table> table = find_table(catalog, step.name);
  if (table == nullptr) return fail(ErrorCode::UnknownTable, "table {} was not created", step.name);
  RowSchema columns = table->scan_schema();
  std::vector<int> positions = row_positions(*table);
  std::vector<runtime::TableChange> changes;
  simdjson::dom::array rows;
  if (step.json["before"].get(rows) == simdjson::SUCCESS) {
    for (element row : rows) {
      runtime::TableChange change;
      SLUICE_TRY(change.kind, kind_of(string_at(row, "kind")));
      change.row.resize(columns.size());
      size_t i = 0;
      for (element value : row["f"].get_array()) {
        if (i == positions.size()) break;  // A row may be longer than the table.
        int position = positions[i++];
        if (position < 0) continue;
        auto at = static_cast<size_t>(position);
        SLUICE_TRY(change.row[at], value_of_json(value, columns[at].type));
      }
      changes.push_back(std::move(change));
    }
  }
  std::string path = table->identity.path.dotted();
  store.append(path, std::move(changes));
  store.close(path);
  return Done{};
}

std::string check_sink(const TableStep& step, const Catalog& catalog, const runtime::ValuesStore& store) {
  std::shared_ptr<const Table> table = find_table(catalog, step.name);
  if (table == nullptr) return "sink " + step.name + " was not created";
  RowSchema columns = sink_columns(*table);
  std::vector<runtime::TableChange> changes = store.published(table->identity.path.dotted());
  std::vector<std::string> expected = strings_at(step.json, "expectBefore");
  if (string_at(step.json, "compare") == "materialized") {
    std::vector<uint32_t> keys;
    if (table->primary_key) keys = table->primary_key->columns;
    std::string error;
    std::vector<std::string> rows = materialize(changes, columns, keys, error);
    if (!error.empty()) return error;
    return difference(std::move(expected), std::move(rows));
  }
  std::vector<std::string> actual;
  for (const runtime::TableChange& change : changes) actual.push_back(text_of(change, columns));
  return difference(std::move(expected), std::move(actual));
}

bool is_refusal(const Error& error) { return error.code == ErrorCode::NotSupportedYet; }

std::string line_of(const Error& error) { return fmt::format("SL{} {}", static_cast<int>(error.code), error.message); }

Outcome outcome_of_errors(const std::vector<Error>& errors, const Program& program, const std::string& category) {
  for (const Error& error : errors) {
    if (is_refusal(error)) return Outcome::refused(line_of(error));
  }
  if (program.must_fail || category == "failing") return Outcome::right();
  return Outcome::wrong("rejected: " + line_of(errors.front()));
}

}  // namespace

Outcome run_program(element record, const ProgramOptions& options) {
  Program program = program_of(record);
  std::string category = string_at(record, "category");
  if (!program.skipped.empty()) return Outcome::skipped(program.skipped);

  Diagnostics diagnostics;
  SourceText source(string_at(record, "id"), program.sql);
  planner::CompiledScript script = planner::compile_script(source, Catalog(), Settings(), diagnostics);
  if (!diagnostics.ok()) return outcome_of_errors(diagnostics.errors(), program, category);
  if (program.only_plans) {
    return program.must_fail ? Outcome::wrong("accepted what Flink rejects") : Outcome::right();
  }

  runtime::ValuesStore store;
  for (const TableStep& table : program.tables) {
    if (!table.is_source) continue;
    if (auto fed = feed(table, script.catalog, store); !fed) return Outcome::wrong(line_of(fed.error()));
  }
  std::optional<Error> failure = run_jobs(script, store, {options.mode, options.directory, options.timeout_ms});
  if (failure) {
    if (failure->code == ErrorCode::JobCancelled) return Outcome::wrong(failure->message);
    return outcome_of_errors({*failure}, program, category);
  }
  if (program.must_fail) return Outcome::wrong("accepted what Flink rejects");
  for (const TableStep& table : program.tables) {
    if (table.is_source) continue;
    std::string wrong = check_sink(table, script.catalog, store);
    if (!wrong.empty()) return Outcome::wrong(table.name + ": " + wrong);
  }
  return Outcome::right();
}

}  // namespace sluice::conformance
