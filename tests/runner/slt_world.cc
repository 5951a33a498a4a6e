#include "tests/runner/slt_world.h"

#include "planner/explain/explain.h"
#include "tests/runner/slt_rows.h"

namespace sluice::slt {
namespace {

constexpr int64_t kQuietMs = 1000;  // Virtual: watermarks and timers of less are seen.
constexpr uint64_t kStepsMax = 5'000'000;

}  // namespace

const std::vector<Mode>& modes() {
  static const std::vector<Mode> kModes = {
      {.name = "base"},
      {.name = "interpreter", .jit = false},
      {.name = "batch_1", .jit = false, .batch_rows_max = 1},
      {.name = "channel_1", .jit = false, .channel_capacity = 1},
      {.name = "crash_each", .jit = false, .crashes_after_every_step = true},
      {.name = "rescale", .jit = false, .rescales_after_every_step = true, .compares_tables_only = true},
      {.name = "tiny_memory", .jit = false, .spills = true, .settings = {{"state.memory.budget", "1 mb"}}},
      {.name = "minibatch",
       .jit = false,
       .settings = {{"table.exec.mini-batch.enabled", "true"},
                    {"table.exec.mini-batch.allow-latency", "1 s"},
                    {"table.exec.mini-batch.size", "3"}},
       .compares_tables_only = true},
  };
  return kModes;
}

World::World(const Mode& mode, runtime::CodeProvider& code, uint64_t seed) : mode_(mode), code_(code), seed_(seed) {
  script_ = "SET 'table.local-time-zone' = 'UTC';\n";
  for (const auto& [key, value] : mode.settings) script_ += fmt::format("SET '{}' = '{}';\n", key, value);
  Status started = restart(1);
  (void)started;  // Without queries there is nothing that could fail.
}

World::~World() {
  env_->executor().clear();
  for (auto& [name, query] : queries_) query.job.reset();
  engine_.reset();
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
  Query query;
  query.sql = sql;
  for (planner::CompiledStatement& statement : script.statements) {
    if (auto* job = std::get_if<planner::CompiledJob>(&statement.kind)) query.graph = std::move(job->graph);
  }
  query.graph.name = name;
  query.graph.settings["execution.checkpointing.dir"] = "/checkpoints";
  for (jobgraph::Fragment& fragment : query.graph.fragments) {
    for (jobgraph::Operator& op : fragment.operators) {
      auto* sink = std::get_if<jobgraph::Sink>(&op.kind);
      if (sink == nullptr) continue;
      query.columns = sink->table.columns;
      sink->table.path = sink_path(name);
      sink->table.options = {{"connector", "values"}};
    }
  }
  Query& kept = queries_[name] = std::move(query);
  return submit(kept, name, false);
}

Status World::submit(Query& query, const std::string& name, bool restores) {
  runtime::JobOptions options;
  options.parallelism = parallelism_;
  options.job_id = name;
  options.restore_from = restores ? "latest" : "none";
  options.channel_capacity = mode_.channel_capacity;
  options.batch_rows_max = mode_.batch_rows_max;
  options.spills = mode_.spills;
  SLUICE_TRY(query.job, engine_->submit(query.graph, options));
  query.job->start();
  return Done{};
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

Status World::checkpoint(Query& query) {
  env_->run_until([&] { return query.job->status().state != runtime::JobState::Starting; }, kStepsMax);
  if (auto failed = query.job->status().failure) return Failure{*failed};
  bool done = false;
  std::optional<Error> failure;
  query.job->trigger_checkpoint([&](Result<runtime::CheckpointId> id) {
    done = true;
    if (!id) failure = id.error();
  });
  bool ended = false;
  env_->run_until(
      [&] {
        ended = is_terminal(query.job->status().state);
        return done || ended;
      },
      kStepsMax);
  runtime::JobStatus status = query.job->status();
  if (status.failure && status.state == runtime::JobState::Failed) return Failure{*status.failure};
  if (failure) return Failure{*failure};
  if (!done) return fail(ErrorCode::CheckpointFailed, "the checkpoint did not end");
  return Done{};
}

Result<std::map<std::string, std::vector<runtime::TableChange>>> World::settle() {
  env_->run_for_ms(kQuietMs);
  for (auto& [name, query] : queries_) SLUICE_DO(checkpoint(query));
  std::map<std::string, std::vector<runtime::TableChange>> fresh;
  for (auto& [name, query] : queries_) {
    std::vector<runtime::TableChange> all = store_.published(sink_path(name));
    fresh[name].assign(all.begin() + static_cast<ptrdiff_t>(query.shown), all.end());
    query.shown = all.size();
  }
  if (mode_.rescales_after_every_step) parallelism_ = parallelism_ % 3 + 1;
  if (mode_.crashes_after_every_step || mode_.rescales_after_every_step) {
    SLUICE_DO(crash());
    SLUICE_DO(restart(parallelism_));
  }
  return fresh;
}

Status World::crash() {
  store_.forget_subscribers();
  env_->executor().clear();
  for (auto& [name, query] : queries_) query.job.reset();
  env_->executor().clear();
  engine_.reset();
  files_.crash();
  return Done{};
}

Status World::restart(uint32_t parallelism) {
  parallelism_ = parallelism;
  // Another seed: a process draws other names than the one before it.
  env_ = std::make_unique<sim::SimEnv>(seed_++, &files_);
  runtime::EngineOptions options;
  options.env = env_->env();
  options.code = &code_;
  options.connectors = &runtime::connectors();
  options.values = &store_;
  options.print = [](std::string_view, bool) {};
  engine_ = std::make_unique<runtime::EmbeddedEngine>(std::move(options));
  for (auto& [name, query] : queries_) SLUICE_DO(submit(query, name, true));
  return Done{};
}

void World::advance(int64_t ms) { env_->run_for_ms(ms); }

Result<std::vector<runtime::TableChange>> World::changes_of(const std::string& name) const {
  if (!queries_.contains(name)) return fail(ErrorCode::JobNotFound, "there is no query `{}`", name);
  return store_.published(sink_path(name));
}

Result<uint64_t> World::metric(const std::string& name, const std::string& metric) const {
  auto found = queries_.find(name);
  if (found == queries_.end()) return fail(ErrorCode::JobNotFound, "there is no query `{}`", name);
  uint64_t sum = 0;
  for (const runtime::OperatorMetrics& op : found->second.job->metrics().operators) {
    if (metric == "numLateRecordsDropped")
      sum += op.late_records_dropped;
    else if (metric == "numNotNullRecordsDropped")
      sum += op.not_null_records_dropped;
    else
      return fail(ErrorCode::BadOptionValue, "there is no metric `{}`", metric);
  }
  return sum;
}

std::vector<std::string> World::query_names() const {
  std::vector<std::string> names;
  for (const auto& [name, query] : queries_) names.push_back(name);
  return names;
}

}  // namespace sluice::slt
