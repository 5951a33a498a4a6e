#include "planner/bind/binder.h"

#include "catalog/objects/setting_keys.h"
#include "planner/bind/bind_type.h"
#include "planner/bind/ddl.h"
#include "planner/bind/jobs.h"
#include "planner/bind/query_binder.h"
#include "planner/bind/session.h"
#include "planner/bind/show.h"

namespace sluice::planner {

namespace {

using Kind = decltype(BoundStatement::kind);

// BEGIN STATEMENT SET; .. END; as statements of their own: the INSERTs between them are one job.
struct OpenStatementSet {
  std::vector<const ast::Insert*> inserts;
  SourceSpan span;
};

class ScriptBinder {
 public:
  ScriptBinder(const SourceText& source, const Catalog& catalog, const Settings& settings, Diagnostics& diagnostics) {
    session_.source = &source;
    session_.catalog = catalog;
    session_.settings = settings;
    session_.diagnostics = &diagnostics;
  }

  Bound bind(const ast::Script& script) {
    for (const ast::Name& name : script.unread) {
      std::vector<std::string> parts;
      for (const ast::Identifier& part : name.parts) parts.push_back(part.text);
      if (auto path = session_.catalog.resolve(parts)) session_.broken.insert(*path);
    }
    for (const ast::Statement& statement : script.statements) add(statement);
    if (open_set_) {
      session_.report(fail(ErrorCode::BadStatementSet, open_set_->span, "BEGIN STATEMENT SET has no END")
                          .hint("Write END; behind the last INSERT."),
                      open_set_->span);
    }
    return {std::move(bound_), std::move(session_.catalog), std::move(session_.settings)};
  }

 private:
  void add(const ast::Statement& statement) {
    Settings settings = session_.settings;
    size_t before = session_.diagnostics->count();
    session_.is_too_large = false;
    if (open_set_ && !std::holds_alternative<ast::Insert>(statement.kind) &&
        !std::holds_alternative<ast::EndStatementSet>(statement.kind)) {
      session_.report(fail(ErrorCode::BadStatementSet, statement.span, "a statement set holds INSERT statements only")
                          .hint("Move the statement in front of BEGIN STATEMENT SET.")
                          .note(open_set_->span, "the statement set begins here"),
                      statement.span);
    }
    auto kind = std::visit([&](const auto& one) { return bind_one(one, statement.span); }, statement.kind);
    bool uses_broken = std::exchange(session_.uses_broken, false);
    if (!kind || session_.diagnostics->count() != before) return;
    carry_out(*kind);
    if (uses_broken) return mark_broken(*kind);
    bound_.push_back({std::move(*kind), statement.span, std::move(settings)});
  }

  // What later statements of the script see.
  void carry_out(const Kind& kind) {
    if (auto* ddl = std::get_if<BoundDdl>(&kind)) {
      for (const CatalogChange& change : ddl->changes) session_.catalog.apply(change);
    }
    auto* setting = std::get_if<BoundSetting>(&kind);
    if (setting == nullptr) return;
    if (!setting->key) return session_.settings.reset();
    if (!setting->value) return session_.settings.reset(*setting->key);
    session_.settings.set(*setting->key, *setting->value);
  }

  void mark_broken(const Kind& kind) {
    auto* ddl = std::get_if<BoundDdl>(&kind);
    if (ddl == nullptr) return;
    for (const CatalogChange& change : ddl->changes) {
      if (auto* create = std::get_if<CreateObject>(&change)) session_.broken.insert(identity_of(create->object).path);
    }
  }

  template <class T>
  static std::optional<Kind> wrap(std::optional<T> bound) {
    if (!bound) return {};
    return Kind{std::move(*bound)};
  }
  std::optional<Kind> refuse(SourceSpan span, std::string_view what, std::string hint = "") {
    session_.report(fail(ErrorCode::NotSupportedYet, span, "{} is not supported yet", what).hint(std::move(hint)),
                    span);
    return {};
  }

  // ---- Jobs

  std::optional<Kind> bind_one(const ast::SelectStatement& select, SourceSpan span) {
    return wrap(bind_select(*select.query, span, session_));
  }
  std::optional<Kind> bind_one(const ast::Insert& insert, SourceSpan) {
    if (open_set_) {
      open_set_->inserts.push_back(&insert);
      return {};
    }
    return wrap(bind_inserts(JobKind::Insert, {&insert}, session_));
  }
  std::optional<Kind> bind_one(const ast::StatementSet& set, SourceSpan) { return wrap(bind_set(set)); }
  std::optional<BoundJob> bind_set(const ast::StatementSet& set) {
    std::vector<const ast::Insert*> inserts;
    for (const ast::Insert& insert : set.inserts) inserts.push_back(&insert);
    return bind_inserts(JobKind::StatementSet, inserts, session_);
  }
  std::optional<Kind> bind_one(const ast::BeginStatementSet&, SourceSpan span) {
    open_set_ = OpenStatementSet{{}, span};
    return {};
  }
  std::optional<Kind> bind_one(const ast::EndStatementSet&, SourceSpan span) {
    if (!open_set_) {
      session_.report(fail(ErrorCode::BadStatementSet, span, "END without BEGIN STATEMENT SET")
                          .hint("Write BEGIN STATEMENT SET; in front of the first INSERT, or leave END out."),
                      span);
      return {};
    }
    OpenStatementSet set = *std::exchange(open_set_, std::nullopt);
    if (set.inserts.empty()) {
      session_.report(fail(ErrorCode::BadStatementSet, set.span, "the statement set is empty")
                          .hint("Put INSERT statements between BEGIN and END."),
                      set.span);
      return {};
    }
    return wrap(bind_inserts(JobKind::StatementSet, set.inserts, session_));
  }
  std::optional<Kind> bind_one(const ast::Explain& explain, SourceSpan span) {
    size_t before = session_.diagnostics->count();
    auto job = bind_inner(*explain.statement);
    if (job) return Kind{BoundExplain{explain.details, std::move(*job)}};
    if (session_.diagnostics->count() == before) session_.not_supported(span, "EXPLAIN of this statement");
    return {};
  }

  // A statement inside of another one: nothing of it is carried out.
  std::optional<BoundJob> bind_inner(const ast::Statement& statement) {
    if (auto* insert = std::get_if<ast::Insert>(&statement.kind)) {
      return bind_inserts(JobKind::Insert, {insert}, session_);
    }
    if (auto* set = std::get_if<ast::StatementSet>(&statement.kind)) return bind_set(*set);
    if (auto* select = std::get_if<ast::SelectStatement>(&statement.kind)) {
      auto job = bind_select(*select->query, statement.span, session_);
      if (job) job->sinks[0] = without_update_befores(job->sinks[0]);
      return job;
    }
    Catalog catalog = session_.catalog;
    auto definitions = session_.definitions;
    auto broken = session_.broken;
    if (auto* create = std::get_if<ast::CreateTable>(&statement.kind))
      bind_create_table(*create, statement.span, session_);
    if (auto* create = std::get_if<ast::CreateMaterializedTable>(&statement.kind)) {
      bind_materialized_table(*create, statement.span, session_);
    }
    session_.catalog = std::move(catalog);
    session_.definitions = std::move(definitions);
    session_.broken = std::move(broken);
    return {};
  }

  // A query that nobody reads from is planned for whoever needs least.
  static Plan without_update_befores(const Plan& plan) {
    Sink sink = *plan.as<Sink>();
    sink.accepts = {RowKind::Insert, RowKind::UpdateAfter, RowKind::Delete};
    return make(std::move(sink));
  }

  // ---- The catalog

  std::optional<Kind> bind_one(const ast::CreateTable& create, SourceSpan span) {
    return wrap(bind_create_table(create, span, session_));
  }
  std::optional<Kind> bind_one(const ast::CreateView& create, SourceSpan span) {
    return wrap(bind_create_view(create, span, session_));
  }
  std::optional<Kind> bind_one(const ast::CreateNamespace& create, SourceSpan span) {
    return wrap(bind_create_namespace(create, span, session_));
  }
  std::optional<Kind> bind_one(const ast::Drop& drop, SourceSpan span) { return wrap(bind_drop(drop, span, session_)); }
  std::optional<Kind> bind_one(const ast::Alter& alter, SourceSpan span) {
    return wrap(bind_alter(alter, span, session_));
  }
  std::optional<Kind> bind_one(const ast::UseCatalog& use, SourceSpan) { return wrap(bind_use(use, session_)); }
  std::optional<Kind> bind_one(const ast::UseDatabase& use, SourceSpan) { return wrap(bind_use(use, session_)); }
  std::optional<Kind> bind_one(const ast::Show& show, SourceSpan span) { return wrap(bind_show(show, span, session_)); }
  std::optional<Kind> bind_one(const ast::Describe& describe, SourceSpan span) {
    return wrap(bind_describe(describe, span, session_));
  }

  // ---- Settings

  std::optional<Kind> bind_one(const ast::Set& set, SourceSpan) {
    if (!set.option) return Kind{list_settings(session_)};
    const ast::Option& option = *set.option;
    auto wrong = check_setting(option.key.value, option.value.value, option.key.span, option.value.span);
    if (wrong) {
      session_.report(std::move(*wrong), option.span);
      return {};
    }
    if (option.key.value == "execution.runtime-mode" && option.value.value != "STREAMING" &&
        option.value.value != "streaming") {
      return refuse(option.value.span, "`execution.runtime-mode` other than STREAMING",
                    "Leave it out: tables that end are read to their end, and the job ends with them.");
    }
    std::string_view current = current_key_of(option.key.value);
    if (current != option.key.value) {
      session_.report(
          fail(ErrorCode::DeprecatedKey, option.key.span, "`{}` is called `{}` today", option.key.value, current)
              .change(option.key.span, fmt::format("'{}'", current)),
          option.key.span);
    }
    return Kind{BoundSetting{option.key.value, option.value.value}};
  }
  std::optional<Kind> bind_one(const ast::Reset& reset, SourceSpan) {
    if (!reset.key) return Kind{BoundSetting{}};
    auto wrong = find_setting(reset.key->value) != nullptr
                     ? std::nullopt
                     : check_setting(reset.key->value, "", reset.key->span, reset.key->span);
    if (wrong) {
      session_.report(std::move(*wrong), reset.key->span);
      return {};
    }
    return Kind{BoundSetting{reset.key->value, std::nullopt}};
  }
  std::optional<Kind> bind_one(const ast::ClientCommand& command, SourceSpan) {
    return Kind{BoundClientCommand{command.kind}};
  }

  // ---- Correct statements that do not run yet

  // What Flink refuses on streams as well.
  std::optional<Kind> batch_only(SourceSpan span, const char* what, const char* hint) {
    session_.report(fail(ErrorCode::NotInStreaming, span, "{} does not run on streams", what).hint(hint), span);
    return {};
  }
  std::optional<Kind> bind_one(const ast::Update&, SourceSpan span) {
    return batch_only(span, "UPDATE", "INSERT INTO a table with a primary key replaces the rows of the same key.");
  }
  std::optional<Kind> bind_one(const ast::Delete&, SourceSpan span) {
    return batch_only(span, "DELETE",
                      "Rows go when what they were computed from goes: write a query that leaves them out.");
  }
  std::optional<Kind> bind_one(const ast::Truncate&, SourceSpan span) {
    return batch_only(span, "TRUNCATE TABLE",
                      "Empty the files or the topic themselves, or DROP the table and create it anew.");
  }
  std::optional<Kind> bind_one(const ast::CallProcedure& procedure, SourceSpan span) {
    auto* call = std::get_if<ast::Call>(&procedure.call->kind);
    if (call != nullptr && call->function.span.end > call->function.span.begin) span = call->function.span;
    session_.report(fail(ErrorCode::UnknownProcedure, span, "procedure `{}` does not exist", session_.text(span))
                        .hint("Procedures come with catalogs of lake formats; catalogs in memory have none."),
                    span);
    return {};
  }
  std::optional<Kind> bind_one(const ast::CreateMaterializedTable& create, SourceSpan span) {
    bind_materialized_table(create, span, session_);
    return {};
  }
  // Nexmark's one function is built in; scripts that create it run unchanged.
  std::optional<Kind> bind_one(const ast::DefineFunction& define, SourceSpan span) {
    bool built_in = define.class_name.value == "com.github.nexmark.flink.udf.CountChar" && !define.alter;
    if (built_in) return BoundDdl{};
    session_.refused_functions.insert(BindSession::to_lower(define.name.parts.back().text));
    return refuse(span, "CREATE FUNCTION", "SHOW FUNCTIONS lists the functions that there are.");
  }
  std::optional<Kind> bind_one(const ast::CreateModel& create, SourceSpan span) {
    size_t before = session_.diagnostics->count();
    for (const auto* columns : {&create.input, &create.output}) {
      for (const ast::Column& column : *columns) {
        if (auto* physical = std::get_if<ast::PhysicalColumn>(&column.kind)) bind_type(*physical->type, session_);
      }
    }
    if (create.query) QueryBinder(session_).bind_outermost(*create.query);
    session_.refused_models.insert(create.name.parts.back().text);
    if (session_.diagnostics->count() != before) return {};
    return refuse(span, "CREATE MODEL",
                  "Write the rows to a topic, and let the model's service answer into another one.");
  }
  std::optional<Kind> bind_one(const ast::CreateConnection&, SourceSpan span) {
    return refuse(span, "CREATE CONNECTION");
  }
  std::optional<Kind> bind_one(const ast::UseModules& use, SourceSpan span) {
    for (const ast::Identifier& name : use.names) {
      if (name.text != "core") return unknown_module(name);
    }
    return refuse(span, "USE MODULES", "Leave it out: `core` is in use.");
  }
  std::optional<Kind> bind_one(const ast::LoadModule& load, SourceSpan span) {
    if (load.name.text == "hive" || load.name.text == "core") {
      return refuse(span, "LOAD MODULE", "Leave it out: `core` is loaded, and there is no other module.");
    }
    return unknown_module(load.name);
  }
  std::optional<Kind> bind_one(const ast::UnloadModule& unload, SourceSpan span) {
    return unload.name.text == "core" ? refuse(span, "UNLOAD MODULE", "Leave it out: `core` has all functions.")
                                      : unknown_module(unload.name);
  }
  std::optional<Kind> unknown_module(const ast::Identifier& name) {
    session_.report(fail(ErrorCode::UnknownModule, name.span, "module `{}` does not exist", name.text)
                        .hint("The module `core` has all functions, and is always there."),
                    name.span);
    return {};
  }
  std::optional<Kind> bind_one(const ast::ChangeJar&, SourceSpan span) {
    return refuse(span, "ADD JAR", "Leave it out: connectors and formats are built in, and no Java runs here.");
  }
  std::optional<Kind> bind_one(const ast::StopJob&, SourceSpan span) { return refuse(span, "STOP JOB"); }
  std::optional<Kind> bind_one(const ast::Analyze&, SourceSpan span) {
    return batch_only(span, "ANALYZE TABLE", "An endless table has no statistics: leave the statement out.");
  }
  std::optional<Kind> bind_one(const ast::CompilePlan& compile, SourceSpan span) {
    size_t before = session_.diagnostics->count();
    bind_inner(*compile.statement);
    if (session_.diagnostics->count() != before) return {};
    return refuse(span, "COMPILE PLAN", "Write the INSERT alone: a job keeps the plan that it was started with.");
  }
  std::optional<Kind> bind_one(const ast::ExecutePlan&, SourceSpan span) {
    return refuse(span, "EXECUTE PLAN", "Write the INSERT itself.");
  }

  BindSession session_;
  std::vector<BoundStatement> bound_;
  std::optional<OpenStatementSet> open_set_;
};

}  // namespace

Bound bind(const ast::Script& script, const SourceText& source, const Catalog& catalog, const Settings& settings,
           Diagnostics& diagnostics) {
  return ScriptBinder(source, catalog, settings, diagnostics).bind(script);
}

}  // namespace sluice::planner
