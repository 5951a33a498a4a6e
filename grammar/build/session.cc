// Statements about the session, its catalog and its jobs.
#include "grammar/build/build.h"

namespace sluice::grammar {
namespace {

using enum TokenKind;

ast::Name name_of(P::IdentifierContext* context, Build& build) {
  ast::Identifier identifier = build_identifier(context, build);
  SourceSpan span = identifier.span;
  return {{std::move(identifier)}, span};
}

ast::Describe build_describe(P::DescribeContext* context, Build& build) {
  ast::Describe out{.extended = context->K_EXTENDED() != nullptr};
  if (context->K_CATALOG()) out.object = ast::ObjectKind::Catalog;
  if (context->K_DATABASE()) out.object = ast::ObjectKind::Database;
  if (context->K_FUNCTION()) out.object = ast::ObjectKind::Function;
  if (context->K_MODEL()) out.object = ast::ObjectKind::Model;
  if (context->K_CONNECTION()) out.object = ast::ObjectKind::Connection;
  if (context->K_JOB()) out.object = ast::ObjectKind::Job;
  if (context->text()) out.job = build_text(context->text(), build);
  if (context->name()) out.name = build_name(context->name(), build);
  if (context->identifier()) out.name = name_of(context->identifier(), build);
  return out;
}

// What is shown, by the first word that says so; Create is told apart before.
ast::ShowKind show_kind(P::ShowContext* context) {
  using enum ast::ShowKind;
  struct Choice {
    TokenKind word;
    ast::ShowKind kind;
  };
  constexpr Choice kChoices[] = {
      {K_CREATE, Create},
      {K_CATALOGS, Catalogs},
      {K_CATALOG, CurrentCatalog},
      {K_DATABASES, Databases},
      {K_DATABASE, CurrentDatabase},
      {K_MATERIALIZED, MaterializedTables},
      {K_TABLES, Tables},
      {K_VIEWS, Views},
      {K_COLUMNS, Columns},
      {K_PARTITIONS, Partitions},
      {K_FUNCTIONS, Functions},
      {K_PROCEDURES, Procedures},
      {K_MODULES, Modules},
      {K_MODELS, Models},
      {K_CONNECTIONS, Connections},
      {K_JARS, Jars},
  };
  for (const Choice& choice : kChoices) {
    if (has(context, choice.word)) return choice.kind;
  }
  return Jobs;
}

ast::ObjectKind created_object(P::ShowContext* context) {
  if (context->K_MATERIALIZED()) return ast::ObjectKind::MaterializedTable;
  if (context->K_VIEW()) return ast::ObjectKind::View;
  if (context->K_CATALOG()) return ast::ObjectKind::Catalog;
  if (context->K_MODEL()) return ast::ObjectKind::Model;
  return context->K_CONNECTION() ? ast::ObjectKind::Connection : ast::ObjectKind::Table;
}

// ILIKE is not known to all: SHOW TABLES, COLUMNS and MODELS take LIKE only.
bool takes_ilike(ast::ShowKind kind) {
  return kind != ast::ShowKind::Tables && kind != ast::ShowKind::Columns && kind != ast::ShowKind::Models;
}

ast::Show build_show(P::ShowContext* context, Build& build) {
  ast::Show out{.what = show_kind(context),
                .user = context->K_USER() != nullptr,
                .full = context->K_FULL() != nullptr,
                .or_alter = context->K_ALTER() != nullptr};
  if (out.what == ast::ShowKind::Create) out.object = created_object(context);
  if (context->name()) out.name = build_name(context->name(), build);
  if (auto* in = context->showIn()) {
    out.in = in->K_IN() != nullptr;
    out.name = build_name(in->name(), build);
  }
  if (out.what == ast::ShowKind::Columns && !out.name) {
    build.reject(span_of(context->K_COLUMNS()), "SHOW COLUMNS needs a table", "Write SHOW COLUMNS FROM table.");
  }
  if (context->partitionSpec()) out.partition = build_partition(context->partitionSpec(), build);
  if (auto* like = context->likeFilter()) {
    out.like = ast::LikeFilter{like->K_NOT() != nullptr, like->K_ILIKE() != nullptr, build_text(like->text(), build)};
    if (like->K_ILIKE() && !takes_ilike(out.what)) build.not_expected(span_of(like->K_ILIKE()), "Use LIKE.");
  }
  return out;
}

ast::StopJob build_stop(P::StopJobContext* context, Build& build) {
  ast::StopJob out{.job = build_text(context->text(), build)};
  auto withs = context->K_WITH();
  size_t i = 0;
  for (size_t child = 0; child < context->children.size(); ++child) {
    TokenKind kind = child_kind(context, child);
    if (kind == K_SAVEPOINT) {
      if (out.with_savepoint || out.with_drain) build.not_expected(span_of(withs[i]));
      out.with_savepoint = true;
      ++i;
    } else if (kind == K_DRAIN) {
      SourceSpan span{span_of(withs[i]).begin, span_of(context).end};
      if (!out.with_savepoint) build.reject(span, "WITH DRAIN needs WITH SAVEPOINT before it");
      if (out.with_drain) build.not_expected(span);
      out.with_drain = true;
      ++i;
    }
  }
  return out;
}

ast::Analyze build_analyze(P::AnalyzeContext* context, Build& build) {
  ast::Analyze out{.table = build_name(context->name(), build), .all_columns = context->K_ALL() != nullptr};
  if (context->partitionSpec()) out.partition = build_partition(context->partitionSpec(), build);
  out.columns = build_identifiers(context->identifier(), build);
  return out;
}

ast::ClientCommandKind command_of(P::ClientCommandContext* context) {
  if (context->K_HELP()) return ast::ClientCommandKind::Help;
  return context->K_CLEAR() ? ast::ClientCommandKind::Clear : ast::ClientCommandKind::Quit;
}

ast::Set build_set(P::SetStatementContext* context, Build& build) {
  ast::Set out;
  if (context->option()) out.option = build_option(context->option(), build);
  return out;
}
ast::Reset build_reset(P::ResetStatementContext* context, Build& build) {
  ast::Reset out;
  if (context->text()) out.key = build_text(context->text(), build);
  return out;
}

}  // namespace

ast::Statement build_session_statement(P::StatementContext* context, Build& build) {
  ast::Statement out;
  if (auto* describe = context->describe()) {
    out.kind = build_describe(describe, build);
  } else if (auto* show = context->show()) {
    out.kind = build_show(show, build);
  } else if (auto* use = context->use()) {
    if (use->K_CATALOG()) {
      out.kind = ast::UseCatalog{build_identifier(use->identifier(0), build)};
    } else if (use->K_MODULES()) {
      out.kind = ast::UseModules{build_identifiers(use->identifier(), build)};
    } else {
      out.kind = ast::UseDatabase{build_name(use->name(), build)};
    }
  } else if (auto* load = context->loadModule()) {
    out.kind = ast::LoadModule{build_identifier(load->identifier(), build), build_options(load->withOptions(), build)};
  } else if (auto* unload = context->unloadModule()) {
    out.kind = ast::UnloadModule{build_identifier(unload->identifier(), build)};
  } else if (auto* set = context->setStatement()) {
    out.kind = build_set(set, build);
  } else if (auto* reset = context->resetStatement()) {
    out.kind = build_reset(reset, build);
  } else if (auto* add = context->addJar()) {
    out.kind = ast::ChangeJar{false, build_text(add->text(), build)};
  } else if (auto* remove = context->removeJar()) {
    out.kind = ast::ChangeJar{true, build_text(remove->text(), build)};
  } else if (auto* stop = context->stopJob()) {
    out.kind = build_stop(stop, build);
  } else if (auto* analyze = context->analyze()) {
    out.kind = build_analyze(analyze, build);
  } else {
    out.kind = ast::ClientCommand{command_of(context->clientCommand())};
  }
  return out;
}

}  // namespace sluice::grammar
