#include "tests/runner/slt_world.h"

#include "planner/explain/explain.h"
#include "tests/runner/slt_rows.h"

namespace sluice::slt {
namespace {

constexpr int64_t kQuietMs = 1000;  // Virtual: watermarks and timers of less are seen.
}  // namespace

World::World(const sim::RunMode& mode, runtime::CodeProvider& code, uint64_t seed) : jobs_(mode, code, store_, seed) {
  script_ = "SET 'table.local-time-zone' = 'UTC';\n";
  for (const auto& [key, value] : mode.settings) script_ += fmt::format("SET '{}' = '{}';\n", key, value);
}

bool World::statement(const std::string& sql, Diagnostics& diagnostics, SourceText& source) {
  source = SourceText("script", script_ + sql + "\n");
  planner::compile_script(source, Catalog(), Settings(), diagnostics);
  if (!diagnostics.ok()) return false;
  script_ += sql;
  if (sql.find_last_not_of(" \t\n") != std::string::npos && sql[sql.find_last_not_of(" \t\n")] != ';') script_ += ";";
  script_ += "\n";
  return true;
}

Status World::start_query(const std::string& name, const std::string& sql) {
  Diagnostics diagnostics;
  SourceText source("script", script_ + sql + "\n");
  planner::CompiledScript script = planner::compile_script(source, Catalog(), Settings(), diagnostics);
  if (!diagnostics.ok()) return fail(ErrorCode::InvalidJobGraph, "{}", diagnostics.render(source));
  Query query{sql, source, {}, 0};
  jobgraph::JobGraph graph;
  for (planner::CompiledStatement& statement : script.statements) {
    if (auto* job = std::get_if<planner::CompiledJob>(&statement.kind)) graph = std::move(job->graph);
  }
  graph.name = name;
  for (jobgraph::Fragment& fragment : graph.fragments) {
    for (jobgraph::Operator& op : fragment.operators) {
      auto* sink = std::get_if<jobgraph::Sink>(&op.kind);
      if (sink == nullptr) continue;
      query.columns = sink->table.columns;
      sink->table.path = sink_path(name);
      sink->table.options = {{"connector", "values"}};
    }
  }
  queries_[name] = std::move(query);
  return jobs_.start(name, std::move(graph));
}

Result<std::string> World::plan(const std::string& name, const std::string& stage) {
  auto found = queries_.find(name);
  if (found == queries_.end()) return fail(ErrorCode::JobNotFound, "there is no query `{}`", name);
  planner::ExplainStage wanted = stage == "logical"    ? planner::ExplainStage::Optimized
                                 : stage == "jobgraph" ? planner::ExplainStage::JobGraph
                                 : stage == "lineage"  ? planner::ExplainStage::Lineage
                                                       : planner::ExplainStage::Physical;
  Diagnostics diagnostics;
  SourceText source("script", script_ + found->second.sql + "\n");
  planner::CompiledScript script = planner::compile_script(source, Catalog(), Settings(), diagnostics, wanted);
  for (planner::CompiledStatement& statement : script.statements) {
    if (auto* text = std::get_if<planner::ExplainText>(&statement.kind)) return text->text;
  }
  return fail(ErrorCode::InvalidJobGraph, "{}", diagnostics.render(source));
}

Status World::feed(const std::string& table, const std::vector<std::string>& lines) {
  Diagnostics diagnostics;
  SourceText source("script", script_);
  planner::CompiledScript script = planner::compile_script(source, Catalog(), Settings(), diagnostics);
  const CatalogObject* object = script.catalog.find({"default_catalog", "default_database", table});
  auto* held = object ? std::get_if<std::shared_ptr<const Table>>(object) : nullptr;
  if (held == nullptr) return fail(ErrorCode::UnknownTable, "there is no table `{}`", table);
  std::vector<runtime::TableChange> changes;
  for (const std::string& line : lines) {
    SLUICE_TRY(auto change, parse_change(line, (*held)->scan_schema()));
    changes.push_back(std::move(change));
  }
  store_.append((*held)->identity.path.dotted(), std::move(changes));
  return Done{};
}

Status World::write_file(const std::string& path, const std::vector<std::string>& lines) {
  std::string directory = path.substr(0, path.rfind('/'));
  SLUICE_DO(jobs_.files().create_directories(directory));
  SLUICE_TRY(auto file, jobs_.files().create(path));
  for (const std::string& line : lines) SLUICE_DO(file->append(line + "\n"));
  SLUICE_DO(file->sync());
  return jobs_.files().sync_directory(directory);
}

Result<std::map<std::string, std::vector<runtime::TableChange>>> World::settle() {
  jobs_.env().run_for_ms(kQuietMs);
  for (auto& [name, query] : queries_) SLUICE_DO(jobs_.checkpoint(name));
  std::map<std::string, std::vector<runtime::TableChange>> fresh;
  for (auto& [name, query] : queries_) {
    std::vector<runtime::TableChange> all = store_.published(sink_path(name));
    fresh[name].assign(all.begin() + static_cast<ptrdiff_t>(query.shown), all.end());
    query.shown = all.size();
  }
  SLUICE_DO(jobs_.end_step());
  return fresh;
}

Result<std::vector<runtime::TableChange>> World::changes_of(const std::string& name) const {
  if (!queries_.contains(name)) return fail(ErrorCode::JobNotFound, "there is no query `{}`", name);
  return store_.published(sink_path(name));
}

Result<uint64_t> World::metric(const std::string& name, const std::string& metric) const {
  if (!queries_.contains(name)) return fail(ErrorCode::JobNotFound, "there is no query `{}`", name);
  uint64_t sum = 0;
  for (const runtime::OperatorMetrics& op : jobs_.metrics(name).operators) {
    if (metric == "numLateRecordsDropped")
      sum += op.late_records_dropped;
    else if (metric == "numNotNullRecordsDropped")
      sum += op.not_null_records_dropped;
    else if (metric == "numMalformedRecords")
      sum += op.malformed_records;
    else
      return fail(ErrorCode::BadOptionValue, "there is no metric `{}`", metric);
  }
  return sum;
}

std::string place_of(const SourceText& source, const std::string& text, const Error& error) {
  std::string line = fmt::format("SL{}", static_cast<int>(error.code));
  if (!error.span) return line;
  uint32_t first_line = source.position(static_cast<uint32_t>(source.text().rfind(text))).line - 1;
  Position at = source.position(error.span->begin);
  line += fmt::format(" {}:{} {}", at.line - first_line, at.column, source.text(*error.span));
  return line.substr(0, line.find('\n'));
}

std::string World::place_of(const std::string& name, const Error& error) const {
  const Query& query = queries_.at(name);
  return slt::place_of(query.source, query.sql, error);
}

void World::drop_query(const std::string& name) {
  jobs_.forget(name);
  queries_.erase(name);
}

std::vector<std::string> World::query_names() const {
  std::vector<std::string> names;
  for (const auto& [name, query] : queries_) names.push_back(name);
  return names;
}

}  // namespace sluice::slt
