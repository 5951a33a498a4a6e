#include "tools/conformance/lineage_suite.h"

#include <simdjson.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include <fmt/format.h>

#include "grammar/ast/print.h"
#include "grammar/parser.h"
#include "tools/conformance/case_runner.h"
#include "tools/conformance/lineage_oracle.h"
#include "tools/conformance/made_up_rows.h"
#include "tools/conformance/program.h"
#include "tools/conformance/program_script.h"
#include "tools/sluice/local/nexmark_scripts.h"

namespace sluice::conformance {
namespace {

constexpr int64_t kRunMs = 5'000;
constexpr int64_t kProgramMs = 300'000;
constexpr size_t kMadeUpRows = 300;
constexpr size_t kMadeUpRowsOfScripts = 2'000;  // Which have narrow conditions.

// Changes of one key come to the sink in any order.
constexpr std::string_view kUnorderedSink = "'table.exec.sink.upsert-materialize' = 'NONE'";

struct LineageCase {
  std::string suite, id;
  std::string text;  // A record, or a script.
  bool is_record = false;
};

// What a child process tells: counts, then a line per claim that was not shown and per violation.
std::string text_of(const OracleResult& result) {
  std::string text = fmt::format("{} {}\n", result.claimed, result.shown);
  for (const std::string& claim : result.unshown) text += "? " + claim + "\n";
  for (const std::string& violation : result.violations) text += "! " + violation + "\n";
  return text;
}

Outcome outcome_of(const OracleResult& result) {
  if (!result.skipped.empty()) return Outcome::skipped(result.skipped);
  return result.violations.empty() ? Outcome{Outcome::Kind::Right, text_of(result)} : Outcome::wrong(text_of(result));
}

RunOptions run_options(const std::string& scratch) { return {sim::find_run_mode("interpreter"), scratch, kRunMs, {}}; }

Outcome check_record(const std::string& line, const OracleOptions& options) {
  simdjson::dom::parser parser;
  simdjson::dom::element record;
  if (parser.parse(line).get(record) != simdjson::SUCCESS) return Outcome::wrong("0 0\n! the record is no JSON");
  Program program = program_of(record, {});
  if (!program.skipped.empty()) return Outcome::skipped(program.skipped);
  if (program.sql.find(kUnorderedSink) != std::string::npos) {
    return Outcome::skipped("what such a sink holds depends on the order of changes, and so on everything");
  }
  Diagnostics diagnostics;
  SourceText source(string_at(record, "id"), program.sql);
  planner::CompiledScript script = planner::compile_script(source, Catalog(), Settings(), diagnostics);
  if (!diagnostics.ok()) return Outcome::skipped("does not run yet");
  auto rows = source_rows(program, script.catalog);
  if (!rows) return Outcome::skipped(rows.error().message);
  std::vector<TableRows> made_up;
  std::mt19937_64 random(options.seed);
  for (const TableRows& table : *rows) {
    made_up.push_back({table.table, made_up_rows(*find_table(script.catalog, table.table), literals_of(program.sql),
                                                 kMadeUpRows, random)});
  }
  return outcome_of(check_lineage(script, {*std::move(rows), std::move(made_up)}, options));
}

// The script with tables of values in place of its own, and an INSERT in place of each SELECT.
std::string over_values(const std::string& text) {
  Diagnostics diagnostics;
  SourceText source("script.sql", text);
  ast::Script script = grammar::parse(source, diagnostics);
  std::string out;
  int results = 0;
  for (ast::Statement& statement : script.statements) {
    if (auto* table = std::get_if<ast::CreateTable>(&statement.kind)) {
      table->partitioned_by.clear();
      table->options.clear();
      for (const char* key : {"enable-watermark-push-down=true", "scan.watermark.emit.strategy=on-event",
                              "sink-insert-only=false", "connector=values"}) {
        std::string option = key;
        size_t equals = option.find('=');
        table->options.push_back({{option.substr(0, equals), {}}, {option.substr(equals + 1), {}}, {}});
      }
    }
    if (!std::holds_alternative<ast::SelectStatement>(statement.kind)) {
      out += ast::print(statement) + ";\n";
      continue;
    }
    std::string query = ast::print(statement);
    SourceText so_far("script.sql", out + query + ";\n");
    planner::CompiledScript compiled = planner::compile_script(so_far, Catalog(), Settings(), diagnostics);
    if (!diagnostics.ok()) return out + query + ";\n";
    std::string columns;
    for (const RowField& column : std::get<planner::CompiledJob>(compiled.statements.back().kind).columns) {
      columns += (columns.empty() ? "`" : ", `") + column.name + "` " + column.type.to_string();
    }
    std::string name = fmt::format("result_{}", ++results);
    out += fmt::format("CREATE TABLE {} ({}) WITH ('connector' = 'values', 'sink-insert-only' = 'false');\n", name,
                       columns);
    out += fmt::format("INSERT INTO {} {};\n", name, query);
  }
  return out;
}

Outcome check_script(const std::string& text, const OracleOptions& options) {
  std::string sql = over_values(text);
  Diagnostics diagnostics;
  SourceText source("script.sql", sql);
  planner::CompiledScript script = planner::compile_script(source, Catalog(), Settings(), diagnostics);
  if (!diagnostics.ok()) return Outcome::skipped(diagnostics.errors().front().message);
  std::mt19937_64 random(options.seed);
  std::set<std::string> tables;
  for (const planner::CompiledStatement& statement : script.statements) {
    auto* job = std::get_if<planner::CompiledJob>(&statement.kind);
    if (job == nullptr) continue;
    for (const jobgraph::LineageEdge& edge : job->graph.lineage) tables.insert(edge.source_table);
  }
  std::vector<TableRows> rows;
  for (const std::string& name : tables) {
    auto table = find_table(script.catalog, name);
    rows.push_back({name, made_up_rows(*table, literals_of(sql), kMadeUpRowsOfScripts, random)});
  }
  return outcome_of(check_lineage(script, {rows}, options));
}

std::string read_file(const std::filesystem::path& path) {
  std::ostringstream out;
  out << std::ifstream(path).rdbuf();
  return out.str();
}

std::vector<LineageCase> cases_of(const LineageArguments& arguments) {
  std::vector<LineageCase> cases;
  std::error_code error;
  for (const auto& file : std::filesystem::directory_iterator(arguments.examples, error)) {
    if (file.path().extension() != ".sql") continue;
    cases.push_back({"examples", file.path().stem().string(), read_file(file.path()), false});
  }
  for (const auto& file : std::filesystem::directory_iterator(arguments.examples + "/nexmark", error)) {
    std::string query = file.path().stem().string();
    bool is_query = file.path().extension() == ".sql" && (query.starts_with("q") || query == "kafka_tumble");
    auto script =
        is_query ? tools::nexmark_script(query, 0, 1000, arguments.scratch) : fail(ErrorCode::UnknownTable, "");
    if (script) cases.push_back({"nexmark", query, *script, false});
  }
  std::ranges::sort(cases, {}, [](const LineageCase& one) { return std::pair(one.suite, one.id); });
  std::ifstream file(arguments.directory + "/queries.jsonl");
  simdjson::dom::parser parser;
  uint64_t at = 0;
  for (std::string line; std::getline(file, line);) {
    simdjson::dom::element record;
    if (line.empty() || parser.parse(line).get(record) != simdjson::SUCCESS) continue;
    if (string_at(record, "category") != "valid" || at++ % arguments.every != 0) continue;
    cases.push_back({string_at(record, "suite"), string_at(record, "id"), line, true});
  }
  std::erase_if(cases, [&](const LineageCase& one) {
    return (one.suite + "/" + one.id).find(arguments.filter) == std::string::npos;
  });
  return cases;
}

struct Totals {
  int programs = 0, violating = 0, skipped = 0, claimed = 0, shown = 0;
};

void add(Totals& totals, const LineageCase& one, const Outcome& outcome, bool verbose) {
  if (outcome.kind == Outcome::Kind::Skipped) {
    ++totals.skipped;
    if (verbose) fmt::print("skipped {}/{}: {}\n", one.suite, one.id, outcome.detail);
    return;
  }
  ++totals.programs;
  totals.violating += outcome.kind == Outcome::Kind::Wrong;
  std::istringstream lines(outcome.detail);
  int claimed = 0, shown = 0;
  lines >> claimed >> shown;
  totals.claimed += claimed;
  totals.shown += shown;
  if (!lines) fmt::print("{}/{}: {}\n", one.suite, one.id, outcome.detail);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("! ")) fmt::print("{}/{}: not told by lineage: {}\n", one.suite, one.id, line.substr(2));
    if (line.starts_with("? ") && verbose) fmt::print("{}/{}: not shown: {}\n", one.suite, one.id, line.substr(2));
  }
}

}  // namespace

int run_lineage(const LineageArguments& arguments) {
  std::vector<LineageCase> cases = cases_of(arguments);
  auto outcomes = run_cases(cases.size(), arguments.processes, kProgramMs, [&](size_t i) {
    OracleOptions options{run_options(arguments.scratch + "/" + std::to_string(i)), arguments.seed};
    return cases[i].is_record ? check_record(cases[i].text, options) : check_script(cases[i].text, options);
  });
  Totals totals;
  for (size_t i = 0; i < cases.size(); ++i) add(totals, cases[i], outcomes[i], arguments.verbose);
  double share = totals.claimed == 0 ? 0 : static_cast<double>(totals.shown) / totals.claimed;
  fmt::print(
      "lineage: {} programs, {} skipped, {} with changes that lineage does not tell; {} of {} claims shown ({:.1f} "
      "%)\n",
      totals.programs, totals.skipped, totals.violating, totals.shown, totals.claimed, share * 100);
  return totals.programs == 0 || totals.violating > 0 || share < arguments.shown_min ? 1 : 0;
}

}  // namespace sluice::conformance
