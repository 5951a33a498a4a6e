#include "planner/script/compile.h"

#include "grammar/parser.h"
#include "planner/explain/explain.h"
#include "planner/physical/plan_job.h"
#include "planner/script/session_context.h"

namespace sluice::planner {
namespace {

// `a.b.c` -> c: what people call a table.
std::string short_name(const std::string& path) { return path.substr(path.rfind('.') + 1); }

class ScriptCompiler {
 public:
  ScriptCompiler(const SourceText& source, Diagnostics& diagnostics, CompileTarget target)
      : source_(source), diagnostics_(diagnostics), target_(target) {}

  void compile(BoundStatement& statement, CompiledScript& out);

 private:
  template <class From, class To>
  static void match_others(From& from, To& to) {
    std::visit(
        [&]<class T>(T& kind) {
          if constexpr (!std::is_same_v<T, BoundJob> && !std::is_same_v<T, BoundExplain>) to = std::move(kind);
        },
        from);
  }

  JobRequest request_of(const BoundJob& job, const BoundStatement& statement) {
    JobRequest request;
    request.sinks = job.sinks;
    request.sql = std::string(source_.text(statement.span));
    request.name = statement.settings.get("pipeline.name");
    if (job.kind == JobKind::Select) ++selects_;
    if (!request.name.empty()) return request;
    request.name = job.kind == JobKind::Select ? fmt::format("select-{}", selects_)
                                               : short_name(job.sinks.front().as<Sink>()->table.path);
    return request;
  }

  std::optional<SessionContext> session_of(const BoundStatement& statement) {
    zone_ = time_zone_of(statement.settings);
    auto session = session_context(zone_);
    if (session) return *session;
    diagnostics_.report(placed(std::move(session).as_failure(), statement.span));
    return std::nullopt;
  }

  static Failure placed(Failure failure, SourceSpan span) {
    if (!failure.error.span) failure.error.span = span;
    return failure;
  }

  // A failure that is not among the diagnostics yet.
  void report(Failure failure, SourceSpan span, size_t errors_before) {
    if (diagnostics_.count() == errors_before) diagnostics_.report(placed(std::move(failure), span));
  }

  // What `make` makes of the job; absent when it fails, which then is among the diagnostics.
  template <class F>
  auto attempt(const BoundJob& job, const BoundStatement& statement, F&& make) {
    JobRequest request = request_of(job, statement);
    auto session = session_of(statement);
    using Made = std::remove_cvref_t<decltype(*make(request, *session))>;
    if (!session) return std::optional<Made>();
    size_t errors_before = diagnostics_.count();
    Result<Made> made = make(request, *session);
    if (made) return std::optional<Made>(*std::move(made));
    report(std::move(made).as_failure(), statement.span, errors_before);
    return std::optional<Made>();
  }

  std::optional<PlannedJob> optimize(const BoundJob& job, const BoundStatement& statement) {
    auto optimized = attempt(job, statement, [&](const JobRequest& request, const SessionContext& session) {
      return optimize_job(request, statement.settings, session, diagnostics_);
    });
    if (!optimized) return std::nullopt;
    return PlannedJob{job.kind, job.sinks, *std::move(optimized), statement.settings};
  }

  std::optional<CompiledJob> plan(const BoundJob& job, const BoundStatement& statement) {
    auto graph = attempt(job, statement, [&](const JobRequest& request, const SessionContext& session) {
      return plan_job(request, statement.settings, session, diagnostics_);
    });
    if (!graph) return std::nullopt;
    CompiledJob compiled{job.kind, *std::move(graph), {}};
    if (job.kind == JobKind::Select) compiled.columns = job.sinks.front().as<Sink>()->input->schema;
    return compiled;
  }

  const SourceText& source_;
  Diagnostics& diagnostics_;
  CompileTarget target_;
  std::string zone_;
  int selects_ = 0;
};

void ScriptCompiler::compile(BoundStatement& statement, CompiledScript& out) {
  CompiledStatement compiled{BoundDdl{}, statement.span};
  auto* job = std::get_if<BoundJob>(&statement.kind);
  auto* explained = std::get_if<BoundExplain>(&statement.kind);
  auto* stage = std::get_if<ExplainStage>(&target_);
  if ((job || explained) && std::holds_alternative<ToPlan>(target_)) {
    const BoundJob& bound = job ? *job : explained->job;
    auto planned = optimize(bound, statement);
    if (!planned) return;
    compiled.kind = *std::move(planned);
  } else if (job && stage) {
    auto text = attempt(*job, statement, [&](const JobRequest& request, const SessionContext& session) {
      return explain_stage(*stage, request, statement.settings, session, diagnostics_);
    });
    if (!text) return;
    compiled.kind = ExplainText{*std::move(text)};
  } else if (job) {
    auto planned = plan(*job, statement);
    if (!planned) return;
    compiled.kind = *std::move(planned);
  } else if (explained) {
    auto text = attempt(explained->job, statement, [&](const JobRequest& request, const SessionContext& session) {
      return explain_statement(request, explained->details, statement.settings, session, diagnostics_);
    });
    if (!text) return;
    compiled.kind = ExplainText{*std::move(text)};
  } else {
    match_others(statement.kind, compiled.kind);
  }
  out.statements.push_back(std::move(compiled));
}

}  // namespace

CompiledScript compile_script(const SourceText& source, const Catalog& catalog, const Settings& settings,
                              Diagnostics& diagnostics, CompileTarget target) {
  ast::Script script = grammar::parse(source, diagnostics);
  Bound bound = bind(script, source, catalog, settings, diagnostics);
  CompiledScript out;
  ScriptCompiler compiler(source, diagnostics, target);
  for (BoundStatement& statement : bound.statements) compiler.compile(statement, out);
  out.catalog = std::move(bound.catalog);
  out.settings = std::move(bound.settings);
  return out;
}

}  // namespace sluice::planner
