#include "grammar/build/build.h"

namespace sluice::grammar {
namespace {

using enum TokenKind;
using antlr4::tree::TerminalNode;

// CREATE [OR REPLACE | OR ALTER] [TEMPORARY [SYSTEM]]: which object takes which is checked here, so that the grammar
// can decide by the next word.
struct Modifiers {
  TerminalNode* replace = nullptr;
  TerminalNode* alter = nullptr;
  TerminalNode* temporary = nullptr;
  TerminalNode* system = nullptr;
};

void refuse(TerminalNode* word, std::string_view what, std::string_view object, Build& build) {
  if (word) build.reject(span_of(word), fmt::format("{} is not possible for {}", what, object));
}
void refuse_all_but_temporary(const Modifiers& modifiers, std::string_view object, Build& build) {
  refuse(modifiers.replace, "OR REPLACE", object, build);
  refuse(modifiers.alter, "OR ALTER", object, build);
  refuse(modifiers.system, "SYSTEM", object, build);
}

// Only CREATE .. AS takes the types of columns from its query.
void check_untyped(const ast::TableSchema& schema, bool has_query, Build& build) {
  bool any_untyped = false;
  const ast::Column* typed = nullptr;
  const ast::Column* first = nullptr;
  for (const ast::Column& column : schema.columns) {
    bool untyped = std::holds_alternative<ast::UntypedColumn>(column.kind);
    any_untyped |= untyped;
    if (untyped && !first) first = &column;
    if (!untyped && !typed) typed = &column;
  }
  if (!any_untyped) return;
  if (!has_query) {
    build.reject(first->name.span, fmt::format("column `{}` has no type", build.text(first->name.span)),
                 "Write one behind the name, such as STRING; only CREATE TABLE .. AS takes names without types.");
  } else if (typed || !schema.constraints.empty() || schema.watermark) {
    SourceSpan span = typed ? SourceSpan{typed->name.span.end + 1, typed->span.end} : schema.span;
    build.reject(span, "either all columns have types, or none",
                 "The query behind AS has the types: leave them out of the list.");
  }
}

ast::CreateTable build_table(P::CreateTableContext* context, ast::CreateMode mode, bool temporary, SourceSpan start,
                             Build& build) {
  ast::CreateTable out{.mode = mode,
                       .temporary = temporary,
                       .if_not_exists = context->ifNotExists() != nullptr,
                       .name = build_name(context->name(0), build),
                       .schema = build_schema(context->tableElements(), build),
                       .comment = build_comment(context->comment(), build)};
  if (context->distribution()) out.distribution = build_distribution(context->distribution(), build);
  out.partitioned_by = build_list(context->identifierList(), build);
  if (context->K_CONNECTION()) out.connection = build_name(context->name(1), build);
  out.options = build_options(context->withOptions(), build);
  if (context->like()) out.like = build_like(context->like(), build);
  if (context->query()) out.query = build_query(context->query(), build);
  reject_positions(out.schema, build);
  check_untyped(out.schema, out.query != nullptr, build);
  if (out.query && out.connection) build.reject(start, "USING CONNECTION does not go with AS");
  if (mode != ast::CreateMode::Create && out.if_not_exists) build.not_expected(span_of(context->ifNotExists()));
  if (mode == ast::CreateMode::Replace && !out.query) {
    build.reject(span_of(context->getStop()), "REPLACE TABLE needs the query of its rows", "Go on with AS SELECT ..");
  }
  return out;
}

ast::CreateView build_view(P::CreateViewContext* context, const Modifiers& modifiers, Build& build) {
  refuse(modifiers.alter, "OR ALTER", "a view", build);
  refuse(modifiers.system, "SYSTEM", "a view", build);
  return {.or_replace = modifiers.replace != nullptr,
          .temporary = modifiers.temporary != nullptr,
          .if_not_exists = context->ifNotExists() != nullptr,
          .name = build_name(context->name(), build),
          .columns = build_list(context->identifierList(), build),
          .comment = build_comment(context->comment(), build),
          .query = build_query(context->query(), build)};
}

ast::StartMode build_start_mode(P::StartModeContext* context, Build& build) {
  using enum ast::StartModeKind;
  ast::StartMode out{.span = span_of(context)};
  switch (child_kind(context, 2)) {
    case K_FROM_BEGINNING:
      out.kind = FromBeginning;
      break;
    case K_FROM_NOW:
      out.kind = FromNow;
      break;
    case K_FROM_TIMESTAMP:
      out.kind = FromTimestamp;
      break;
    case K_RESUME_OR_FROM_BEGINNING:
      out.kind = ResumeOrFromBeginning;
      break;
    case K_RESUME_OR_FROM_NOW:
      out.kind = ResumeOrFromNow;
      break;
    default:
      out.kind = ResumeOrFromTimestamp;
      break;
  }
  if (context->literal()) {
    ast::Expr literal = build_literal(context->literal(), build);
    if (!std::holds_alternative<ast::IntervalLiteral>(literal.kind)) {
      build.reject(span_of(context->literal()->getStop()), "FROM_NOW takes an interval",
                   "Write FROM_NOW(INTERVAL '1' HOUR).");
    }
    out.argument = std::make_unique<ast::Expr>(std::move(literal));
  } else if (auto* text = context->STRING_LITERAL()) {
    SourceSpan span = join(span_of(context->K_TIMESTAMP()), span_of(text));
    out.argument = make(span, ast::TemporalLiteral{ast::TypeName::Timestamp, text_of_token(text, build).value});
  }
  return out;
}

ast::CreateMaterializedTable build_materialized(P::CreateMaterializedTableContext* context, const Modifiers& modifiers,
                                                Build& build) {
  SourceSpan word = span_of(context->getStart());
  if (modifiers.temporary) build.reject(word, "a materialized table cannot be temporary");
  refuse(modifiers.replace, "OR REPLACE", "a materialized table", build);
  refuse(modifiers.system, "SYSTEM", "a materialized table", build);
  ast::CreateMaterializedTable out{.or_alter = modifiers.alter != nullptr,
                                   .if_not_exists = context->ifNotExists() != nullptr,
                                   .name = build_name(context->name(), build),
                                   .schema = build_schema(context->tableElements(), build),
                                   .comment = build_comment(context->comment(), build)};
  if (context->distribution()) out.distribution = build_distribution(context->distribution(), build);
  out.partitioned_by = build_list(context->identifierList(), build);
  out.options = build_options(context->withOptions(), build);
  if (context->startMode()) out.start_mode = build_start_mode(context->startMode(), build);
  if (context->expression()) out.freshness = build_freshness(context->expression(), build);
  if (context->refreshMode()) out.refresh_mode = build_refresh_mode(context->refreshMode());
  out.query = build_query(context->query(), build);
  reject_positions(out.schema, build);
  check_untyped(out.schema, true, build);
  return out;
}

ast::DefineFunction build_function(P::CreateFunctionContext* context, const Modifiers& modifiers, Build& build) {
  refuse(modifiers.replace, "OR REPLACE", "a function", build);
  refuse(modifiers.alter, "OR ALTER", "a function", build);
  ast::DefineFunction out{.temporary = modifiers.temporary != nullptr,
                          .system = modifiers.system != nullptr,
                          .if_not_exists = context->ifNotExists() != nullptr,
                          .name = build_name(context->name(), build),
                          .class_name = build_text(context->text(), build)};
  if (out.system && out.name.parts.size() > 1) {
    build.not_expected(span_of(context->name()->DOT(0)), "A system function belongs to no database.");
  }
  if (context->functionLanguage()) out.language = build_language(context->functionLanguage());
  for (auto* resource : context->resource()) {
    auto kind = resource->K_JAR() ? ast::ResourceKind::Jar : ast::ResourceKind::Artifact;
    out.resources.push_back({kind, build_text(resource->text(), build)});
  }
  out.options = build_options(context->withOptions(), build);
  return out;
}

ast::CreateModel build_model(P::CreateModelContext* context, const Modifiers& modifiers, Build& build) {
  refuse_all_but_temporary(modifiers, "a model", build);
  auto columns = [&](TokenKind word) {
    for (size_t i = 0; i + 1 < context->children.size(); ++i) {
      if (child_kind(context, i) != word) continue;
      auto* elements = dynamic_cast<P::TableElementsContext*>(context->children[i + 1]);
      return build_schema(elements, build).columns;
    }
    return std::vector<ast::Column>{};
  };
  return {.temporary = modifiers.temporary != nullptr,
          .if_not_exists = context->ifNotExists() != nullptr,
          .name = build_name(context->name(), build),
          .input = columns(K_INPUT),
          .output = columns(K_OUTPUT),
          .comment = build_comment(context->comment(), build),
          .options = build_options(context->withOptions(), build),
          .query = context->query() ? build_query(context->query(), build) : nullptr};
}

ast::CreateConnection build_connection(P::CreateConnectionContext* context, const Modifiers& modifiers, Build& build) {
  refuse(modifiers.replace, "OR REPLACE", "a connection", build);
  refuse(modifiers.alter, "OR ALTER", "a connection", build);
  return {.temporary = modifiers.temporary != nullptr,
          .system = modifiers.system != nullptr,
          .if_not_exists = context->ifNotExists() != nullptr,
          .name = build_name(context->name(), build),
          .comment = build_comment(context->comment(), build),
          .options = build_options(context->withOptions(), build)};
}

template <class Context>
ast::CreateNamespace build_namespace(Context* context, ast::ObjectKind object, ast::Name name, Build& build) {
  return {.object = object,
          .if_not_exists = context->ifNotExists() != nullptr,
          .name = std::move(name),
          .comment = build_comment(context->comment(), build),
          .options = build_options(context->withOptions(), build)};
}

ast::CreateNamespace build_catalog(P::CreateCatalogContext* context, const Modifiers& modifiers, Build& build) {
  refuse_all_but_temporary(modifiers, "a catalog", build);
  refuse(modifiers.temporary, "TEMPORARY", "a catalog", build);
  ast::Identifier name = build_identifier(context->identifier(), build);
  SourceSpan span = name.span;
  return build_namespace(context, ast::ObjectKind::Catalog, {{std::move(name)}, span}, build);
}
ast::CreateNamespace build_database(P::CreateDatabaseContext* context, const Modifiers& modifiers, Build& build) {
  refuse_all_but_temporary(modifiers, "a database", build);
  refuse(modifiers.temporary, "TEMPORARY", "a database", build);
  return build_namespace(context, ast::ObjectKind::Database, build_name(context->name(), build), build);
}

}  // namespace

std::optional<ast::FunctionLanguage> build_language(P::FunctionLanguageContext* context) {
  if (!context) return {};
  if (context->K_JAVA()) return ast::FunctionLanguage::Java;
  if (context->K_SCALA()) return ast::FunctionLanguage::Scala;
  return context->K_SQL() ? ast::FunctionLanguage::Sql : ast::FunctionLanguage::Python;
}

ast::Statement build_create(P::CreateContext* context, Build& build) {
  Modifiers modifiers{context->K_REPLACE(), context->K_ALTER(), context->K_TEMPORARY(), context->K_SYSTEM()};
  if (modifiers.system && !modifiers.temporary) build.not_expected(span_of(modifiers.system));
  ast::Statement out;
  if (auto* table = context->createTable()) {
    refuse(modifiers.alter, "OR ALTER", "a table", build);
    refuse(modifiers.system, "SYSTEM", "a table", build);
    auto mode = modifiers.replace ? ast::CreateMode::CreateOrReplace : ast::CreateMode::Create;
    out.kind = build_table(table, mode, modifiers.temporary != nullptr, span_of(context->getStart()), build);
  } else if (auto* view = context->createView()) {
    out.kind = build_view(view, modifiers, build);
  } else if (auto* materialized = context->createMaterializedTable()) {
    out.kind = build_materialized(materialized, modifiers, build);
  } else if (auto* catalog = context->createCatalog()) {
    out.kind = build_catalog(catalog, modifiers, build);
  } else if (auto* database = context->createDatabase()) {
    out.kind = build_database(database, modifiers, build);
  } else if (auto* function = context->createFunction()) {
    out.kind = build_function(function, modifiers, build);
  } else if (auto* model = context->createModel()) {
    out.kind = build_model(model, modifiers, build);
  } else {
    out.kind = build_connection(context->createConnection(), modifiers, build);
  }
  return out;
}

ast::Statement build_replace(P::ReplaceTableContext* context, Build& build) {
  bool temporary = context->K_TEMPORARY() != nullptr;
  ast::Statement out;
  out.kind =
      build_table(context->createTable(), ast::CreateMode::Replace, temporary, span_of(context->getStart()), build);
  return out;
}

}  // namespace sluice::grammar
