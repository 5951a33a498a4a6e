#include "tools/conformance/program.h"

#include <algorithm>

#include "tools/conformance/changelog_text.h"
#include "tools/conformance/json_value.h"

namespace sluice::conformance {
namespace {

using simdjson::dom::element;

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

Result<RowKind> kind_of(const std::string& text) {
  for (RowKind kind : {RowKind::Insert, RowKind::UpdateBefore, RowKind::UpdateAfter, RowKind::Delete}) {
    if (text == sluice::text_of(kind)) return kind;
  }
  return fail(ErrorCode::MalformedRecord, "`{}` is no row kind", text);
}

Result<TableRows> rows_of(const TableStep& step, const Catalog& catalog) {
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
        // Metadata comes in the connector's type, and Flink casts it to the column's.
        bool is_cast = value.is_int64() && columns[at].type.is(TypeRoot::VarChar);
        if (is_cast) {
          change.row[at] = Value{simdjson::minify(value)};
          continue;
        }
        SLUICE_TRY(change.row[at], value_of_json(value, columns[at].type));
      }
      changes.push_back(std::move(change));
    }
  }
  return TableRows{table->identity.path.dotted(), std::move(changes)};
}

// With `tables_only` the changelog need not be Flink's, the final table must.
std::string check_sink(const TableStep& step, const Catalog& catalog, const runtime::ValuesStore& store,
                       bool tables_only) {
  std::shared_ptr<const Table> table = find_table(catalog, step.name);
  if (table == nullptr) return "sink " + step.name + " was not created";
  RowSchema columns = sink_columns(*table);
  std::vector<runtime::TableChange> changes = store.published(table->identity.path.dotted());
  std::vector<std::string> expected = strings_at(step.json, "expectBefore");
  std::vector<uint32_t> keys;
  if (table->primary_key) keys = table->primary_key->columns;
  bool is_materialized = string_at(step.json, "compare") == "materialized";
  if (!is_materialized && !tables_only) {
    std::vector<std::string> actual;
    for (const runtime::TableChange& change : changes) actual.push_back(text_of(change, columns));
    return difference(std::move(expected), std::move(actual));
  }
  std::string error;
  std::vector<std::string> rows = materialize(changes, columns, keys, error);
  if (!is_materialized) expected = materialize_texts(expected, columns.size(), keys, error);
  return error.empty() ? difference(std::move(expected), std::move(rows)) : error;
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

// A step goes through an interface that takes one statement and runs it: what is a command of the shell, or nothing at
// all, it rejects. A script may hold both.
std::optional<Error> misfit_of(const planner::CompiledScript& script, const Program& program) {
  for (const planner::CompiledStatement& statement : script.statements) {
    if (!std::holds_alternative<planner::BoundClientCommand>(statement.kind)) continue;
    return Error{ErrorCode::SyntaxError, "a command of the shell is no statement", {}, statement.span};
  }
  if (script.statements.size() >= program.statements) return std::nullopt;
  return Error{ErrorCode::SyntaxError, "a step holds no statement", {}, {}};
}

}  // namespace

std::shared_ptr<const Table> find_table(const Catalog& catalog, const std::string& name) {
  static constexpr std::string_view kDefault = "default_catalog.default_database.";
  ObjectPath path{"default_catalog", "default_database", name.substr(name.starts_with(kDefault) ? kDefault.size() : 0)};
  std::erase(path.name, '`');
  const CatalogObject* object = catalog.find(path);
  auto* table = object ? std::get_if<std::shared_ptr<const Table>>(object) : nullptr;
  return table ? *table : nullptr;
}

Result<std::vector<TableRows>> source_rows(const Program& program, const Catalog& catalog) {
  std::vector<TableRows> rows;
  for (const TableStep& table : program.tables) {
    if (!table.is_source) continue;
    SLUICE_TRY(TableRows held, rows_of(table, catalog));
    rows.push_back(std::move(held));
  }
  return rows;
}

Outcome run_program(element record, const ProgramOptions& options) {
  const sim::RunMode& mode = *options.mode;
  Program program = program_of(record, mode.settings);
  std::string category = string_at(record, "category");
  if (!program.skipped.empty()) return Outcome::skipped(program.skipped);

  Diagnostics diagnostics;
  SourceText source(string_at(record, "id"), program.sql);
  planner::CompiledScript script = planner::compile_script(source, Catalog(), Settings(), diagnostics);
  if (!diagnostics.ok()) return outcome_of_errors(diagnostics.errors(), program, category);
  if (auto misfit = misfit_of(script, program)) return outcome_of_errors({*misfit}, program, category);
  if (program.only_plans) {
    return program.must_fail ? Outcome::wrong("accepted what Flink rejects") : Outcome::right();
  }

  auto rows = source_rows(program, script.catalog);
  if (!rows) return Outcome::wrong(line_of(rows.error()));
  runtime::ValuesStore store;
  RunResult ran = run_jobs(script, *std::move(rows), store, {options.mode, options.directory, options.timeout_ms, {}});
  if (ran.failure) {
    if (ran.failure->code == ErrorCode::JobCancelled) return Outcome::wrong(ran.failure->message);
    return outcome_of_errors({*ran.failure}, program, category);
  }
  if (program.must_fail) return Outcome::wrong("accepted what Flink rejects");
  // A barrier ends a bundle, so what a bundle folds follows the barriers.
  bool tables_only = mode.compares_tables_only || (mode.restarts() && program.is_mini_batch);
  for (const TableStep& table : program.tables) {
    if (table.is_source) continue;
    std::string wrong = check_sink(table, script.catalog, store, tables_only);
    if (!wrong.empty()) return Outcome::wrong(table.name + ": " + wrong);
  }
  return Outcome::right();
}

}  // namespace sluice::conformance
