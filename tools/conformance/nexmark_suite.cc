#include "tools/conformance/nexmark_suite.h"

#include <simdjson.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

#include "catalog/types/value_text.h"
#include "tools/conformance/changelog_text.h"
#include "tools/conformance/engine_run.h"
#include "tools/conformance/gzip_file.h"
#include "tools/sluice/local/nexmark_scripts.h"

namespace sluice::conformance {
namespace {

constexpr int kCrashesMin = 5;  // Fewer than this would prove little.

// A value as the answers write it: numbers as they are, DECIMAL and timestamps (with a blank) as text, NULL as null.
std::string answer_text(const Value& value, const Type& type) {
  if (value.is_null()) return "null";
  if (type.is_integer() || type.is_approximate() || type.is(TypeRoot::Boolean)) return changelog_text(value, type);
  return json_text(Value{cast_text(value, type)}, Type::string());
}

std::string answer_row(const ValueList& row, const RowSchema& columns) {
  std::string out = "[";
  for (size_t i = 0; i < columns.size(); ++i) out += (i ? "," : "") + answer_text(row[i], columns[i].type);
  return out + "]";
}

Result<std::vector<std::string>> read_answer(const std::string& path) {
  SLUICE_TRY(std::string text, read_gzip(path));
  std::vector<std::string> rows;
  simdjson::dom::parser parser;
  for (size_t at = text.find('\n') + 1; at < text.size();) {  // The first line names the columns.
    size_t end = std::min(text.find('\n', at), text.size());
    simdjson::dom::element row;
    if (parser.parse(text.data() + at, end - at).get(row) != simdjson::SUCCESS) {
      return fail(ErrorCode::MalformedRecord, "`{}` has a line that is no JSON", path);
    }
    rows.push_back(simdjson::minify(row));
    at = end + 1;
  }
  std::ranges::sort(rows);
  return rows;
}

// The final table of a changelog without a key: inserts added, retractions subtracted.
std::vector<std::string> final_table(const std::vector<runtime::TableChange>& changes, const RowSchema& columns) {
  std::map<std::string, int64_t> counts;
  for (const runtime::TableChange& change : changes) counts[answer_row(change.row, columns)] += sign_of(change.kind);
  std::vector<std::string> rows;
  for (const auto& [row, count] : counts) {
    for (int64_t i = 0; i < count; ++i) rows.push_back(row);
    if (count < 0) rows.push_back("taken back and not there: " + row);
  }
  return rows;
}

// The script with other options in the WITH clauses of the source (that of connector nexmark) and the sink (the other).
std::string with_connectors(std::string script, const std::string& source, const std::string& sink) {
  for (size_t at = script.find("WITH ("); at != std::string::npos; at = script.find("WITH (", at + 1)) {
    size_t end = script.find(");", at);
    bool is_source = script.substr(at, end - at).find("'nexmark'") != std::string::npos;
    script.replace(at, end - at, "WITH (" + (is_source ? source : sink));
  }
  return script;
}

// How many changes Flink made of these events, retractions included, without mini-batch; 0 when that is not known. From
// the README of the data; the events are named by their CRC-32.
size_t changes_wanted(uint32_t events, const std::string& query) {
  constexpr uint32_t kMain = 0x9efd50ce;
  static const std::map<std::pair<uint32_t, std::string>, size_t> kMeasured = {
      {{kMain, "q15"}, 43'695}, {{kMain, "q16"}, 59'954}, {{kMain, "q17"}, 17'805},
      {{kMain, "q18"}, 16'095}, {{kMain, "q19"}, 24'814},
  };
  auto found = kMeasured.find({events, query});
  return found == kMeasured.end() ? 0 : found->second;
}

RowSchema sink_columns(const planner::CompiledScript& script) {
  for (const planner::CompiledStatement& statement : script.statements) {
    auto* job = std::get_if<planner::CompiledJob>(&statement.kind);
    if (job == nullptr) continue;
    for (const jobgraph::Fragment& fragment : job->graph.fragments) {
      for (const jobgraph::Operator& op : fragment.operators) {
        if (auto* sink = std::get_if<jobgraph::Sink>(&op.kind)) return sink->table.columns;
      }
    }
  }
  return {};
}

}  // namespace

std::vector<NexmarkCase> nexmark_cases(const std::string& directory) {
  std::vector<NexmarkCase> cases;
  std::error_code error;
  for (const auto& folder : std::filesystem::directory_iterator(directory + "/nexmark", error)) {
    if (!folder.is_directory()) continue;
    for (const auto& file : std::filesystem::directory_iterator(folder.path(), error)) {
      std::string name = file.path().filename().string();
      if (!name.starts_with("q") || !name.ends_with(".jsonl.gz")) continue;
      cases.push_back({folder.path().filename().string(), name.substr(0, name.find('.')),
                       (folder.path() / "events.jsonl.gz").string(), file.path().string()});
    }
  }
  std::ranges::sort(cases, {}, [](const NexmarkCase& c) { return std::pair(c.suite, c.answer); });
  return cases;
}

Outcome run_nexmark(const NexmarkCase& nexmark, const NexmarkOptions& options) {
  auto script = tools::nexmark_script(nexmark.query, 0, 1000, options.scratch + "/files");
  if (!script) return Outcome::refused("there is no script of " + nexmark.query + " yet");
  auto expected = read_answer(nexmark.answer);
  if (!expected) return Outcome::wrong(expected.error().message);

  auto text = read_gzip(nexmark.events);
  if (!text) return Outcome::wrong(text.error().message);
  std::string events = options.scratch + "/" + nexmark.suite + ".jsonl";
  std::ofstream(events, std::ios::binary) << *text;
  std::string sql = with_connectors(*script,
                                    "'connector' = 'filesystem', 'path' = '" + events +
                                        "', 'format' = 'json', 'json.timestamp-format.standard' = 'SQL'",
                                    "'connector' = 'values', 'sink-insert-only' = 'false'");
  Diagnostics diagnostics;
  SourceText source(nexmark.query + ".sql", sql);
  Settings settings;
  settings.set("table.local-time-zone", "UTC");
  for (const auto& [key, value] : options.mode->settings) settings.set(key, value);
  planner::CompiledScript compiled = planner::compile_script(source, Catalog(), settings, diagnostics);
  if (!diagnostics.ok()) {
    const Error& error = diagnostics.errors().front();
    if (error.code == ErrorCode::NotSupportedYet) return Outcome::refused(error.message);
    return Outcome::wrong("rejected: " + error.message);
  }
  RowSchema columns = sink_columns(compiled);
  runtime::ValuesStore store;
  RunOptions run{options.mode, options.scratch + "/checkpoints", options.timeout_ms, {{events, *text}}};
  RunResult ran = run_jobs(compiled, {}, store, run);
  if (ran.failure) {
    if (ran.failure->code == ErrorCode::NotSupportedYet) return Outcome::refused(ran.failure->message);
    return Outcome::wrong(ran.failure->message);
  }
  if (options.mode->restarts() && ran.crashes < kCrashesMin) {
    return Outcome::wrong(fmt::format("only {} crashes: nothing is proven", ran.crashes));
  }
  std::vector<runtime::TableChange> changes =
      store.published("default_catalog.default_database.nexmark_" + nexmark.query);
  std::string wrong = difference(*std::move(expected), final_table(changes, columns));
  if (!wrong.empty()) return Outcome::wrong(wrong);
  size_t wanted = changes_wanted(crc32_of(*text), nexmark.query);
  if (!options.mode->compares_tables_only && wanted != 0 && changes.size() != wanted) {
    return Outcome::wrong(fmt::format("{} changes, and Flink makes {}", changes.size(), wanted));
  }
  return Outcome::right();
}

}  // namespace sluice::conformance
