#include "gateway/session/session.h"

#include <algorithm>

namespace sluice::gateway {
namespace {

constexpr int64_t kPauseMs = 100;  // Between two looks whether a listener without rows is still there.

JobKind kind_of(planner::JobKind kind) {
  switch (kind) {
    case planner::JobKind::Insert:
      return JobKind::Insert;
    case planner::JobKind::StatementSet:
      return JobKind::StatementSet;
    case planner::JobKind::Select:
      return JobKind::Select;
  }
  return JobKind::Insert;
}

std::vector<PlacedError> placed_all(const Diagnostics& diagnostics, const SourceText& source) {
  std::vector<PlacedError> errors;
  for (const Error& error : diagnostics.errors()) errors.push_back(placed(error, source));
  return errors;
}

// A path is the state of one job, and another one with the same plan would take it for its own.
Status check_restore(const std::string& from, const planner::CompiledScript& script) {
  bool is_path = !from.empty() && from != "none" && from != "latest";
  auto jobs = std::ranges::count_if(script.statements, [](const planner::CompiledStatement& statement) {
    return std::holds_alternative<planner::CompiledJob>(statement.kind);
  });
  if (!is_path || jobs < 2) return Done{};
  return fail(ErrorCode::IncompatibleState, "a script of {} jobs cannot start from `{}`, which is the state of one",
              jobs, from)
      .hint("Submit the statement of that job alone, or start all of them from `latest`.");
}

}  // namespace

struct Session::Compiled {
  planner::AssembledScript script;
};

Status Session::execute(const ScriptRequest& request, ScriptListener& listener) {
  Diagnostics diagnostics;
  Compiled compiled{planner::assemble(request.parts, diagnostics)};
  if (!diagnostics.ok()) {
    listener.on_rejected(placed_all(diagnostics, compiled.script.original));
    return Done{};
  }
  Settings settings = settings_;
  for (const auto& [key, value] : compiled.script.settings.values()) settings.set(key, value);
  planner::CompiledScript script = planner::compile_script(compiled.script.source, catalog_, settings, diagnostics);
  if (!diagnostics.ok()) {
    listener.on_rejected(placed_all(diagnostics, compiled.script.source));
    return Done{};
  }
  SLUICE_DO(check_restore(request.restore_from, script));
  catalog_ = std::move(script.catalog);
  settings_ = std::move(script.settings);
  for (planner::CompiledStatement& statement : script.statements) {
    if (listener.is_gone()) return Done{};
    SLUICE_TRY(bool goes_on, run_statement(statement, request, compiled, listener));
    if (!goes_on) return Done{};
  }
  return Done{};
}

Result<bool> Session::run_statement(planner::CompiledStatement& statement, const ScriptRequest& request,
                                    const Compiled& script, ScriptListener& listener) {
  if (auto* rows = std::get_if<planner::BoundRows>(&statement.kind)) {
    return listener.on_table(rows->columns, rows->rows);
  }
  if (auto* text = std::get_if<planner::ExplainText>(&statement.kind)) return listener.on_text(text->text);
  if (auto* job = std::get_if<planner::CompiledJob>(&statement.kind)) {
    return run_job(*job, request, script, listener);
  }
  return true;
}

Result<bool> Session::run_job(planner::CompiledJob& compiled, const ScriptRequest& request, const Compiled& script,
                              ScriptListener& listener) {
  NewJob job;
  job.kind = kind_of(compiled.kind);
  job.is_name_chosen = compiled.graph.settings.contains("pipeline.name");
  job.graph = std::move(compiled.graph);
  job.parallelism = request.parallelism;
  job.restore_from = request.restore_from;
  job.script = script.script.files;
  bool is_read = job.kind == JobKind::Select && !request.is_detached;
  SLUICE_TRY(auto submitted, jobs_.submit(std::move(job)));
  auto [tracked, is_started] = submitted;
  bool is_there = listener.on_job_started(tracked->view(), compiled.columns, is_started && is_read);
  if (!is_started) return is_there && listener.on_job_ended(tracked->view());
  if (!is_read) return is_there;
  if (is_there) {
    SLUICE_TRY(is_there, stream_result(*tracked, 0, &compiled.columns, listener));
    if (is_there) return true;
  }
  // Whoever is gone reads no result; its job would wait for a reader for ever.
  if (!jobs_.is_leaving() && tracked->cancel()) tracked->discard_result();
  return false;
}

Result<bool> stream_result(TrackedJob& job, std::optional<uint64_t> from, const RowSchema* columns,
                           ResultListener& listener) {
  SLUICE_TRY(std::shared_ptr<runtime::WorkerClient> client, job.connect_reader());
  SLUICE_DO(client->read_result(from.value_or(runtime::WorkerClient::kFirstKept)));
  const RowSchema& schema = columns ? *columns : client->welcome().result_columns;
  if (columns == nullptr && !listener.on_job_started(job.view(), schema, true)) return false;
  for (;;) {
    if (listener.is_gone()) return false;
    auto item = client->next_result(kPauseMs);
    if (!item && item.error().code == ErrorCode::Fenced) return std::move(item).as_failure();
    if (!item) break;  // The worker is gone; what became of the job is found out meanwhile.
    if (auto* rows = std::get_if<runtime::ResultRows>(&*item)) {
      if (!listener.on_changes(*rows)) return false;
      client->acknowledge(rows->position + rows->changes.size());
    } else if (auto* restarted = std::get_if<runtime::ResultRestarted>(&*item)) {
      if (!listener.on_restarted(*restarted)) return false;
    } else if (auto* end = std::get_if<runtime::ResultEnd>(&*item)) {
      client->acknowledge(end->position);
      break;
    }
  }
  while (!job.wait_for_end_ms(kPauseMs)) {
    if (listener.is_gone()) return false;
  }
  return listener.on_job_ended(job.view());
}

}  // namespace sluice::gateway
