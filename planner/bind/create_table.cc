// CREATE TABLE as a change of the catalog: what it replaces, and what later statements see of one that is wrong.
#include <algorithm>

#include "planner/bind/ddl.h"
#include "planner/bind/query_binder.h"

namespace sluice::planner {

std::optional<BoundDdl> bind_create_table(const ast::CreateTable& create, SourceSpan span, BindSession& session) {
  if (create.query) {
    auto is_connector = [](const ast::Option& option) { return option.key.value == "connector"; };
    if (std::ranges::none_of(create.options, is_connector) && !create.like) {
      session.report(fail(ErrorCode::MissingOption, create.name.span, "a table that is filled needs a `connector`")
                         .hint("Write WITH ('connector' = '..') before AS."),
                     create.name.span);
    }
  }
  if (create.query && create.temporary) {
    session.report(fail(ErrorCode::WrongKindOfObject, create.name.span, "a table that is filled cannot be temporary")
                       .hint("Leave TEMPORARY out."),
                   create.name.span);
  }
  if (create.connection) session.not_supported(create.connection->span, "USING CONNECTION");
  auto path = path_to_create(create.name, session);
  if (!path) return {};
  bool is_supported = !create.query && !create.connection;
  bool replaces = create.mode != ast::CreateMode::Create;
  bool exists = already_exists(*path, create.temporary, create.if_not_exists || replaces, create.name.span, session);
  if (exists && create.if_not_exists) return BoundDdl{};
  if (!exists || replaces) {
    Definition definition{create.name.span, {}};
    for (const ast::Column& column : create.schema.columns) {
      definition.columns.emplace(column.name.parts.back().text, column.span);
    }
    for (const ast::Option& option : create.options) {
      definition.options[option.key.value] = {option.value.value, option.key.span, option.value.span};
    }
    session.definitions.insert_or_assign(*path, std::move(definition));
  }
  if (!exists && create.mode == ast::CreateMode::Replace) {
    session.report(fail(ErrorCode::UnknownTable, create.name.span, "table `{}` does not exist", path->dotted())
                       .hint("Write CREATE OR REPLACE TABLE where it may be new."),
                   span);
    return {};
  }
  size_t before = session.diagnostics->count();
  std::optional<BoundQuery> query;
  if (create.query) query = QueryBinder(session).bind_outermost(*create.query);
  bool is_known = !query || !query->open;
  auto table = is_known ? bind_table(create, *path, session, query ? &query->plan->schema : nullptr) : nullptr;
  bool is_right = session.diagnostics->count() == before;
  if (is_right && create.query) {
    session.report(fail(ErrorCode::NotSupportedYet, create.query->span, "CREATE TABLE .. AS is not supported yet")
                       .hint("Write CREATE TABLE with its columns, and INSERT INTO it behind."),
                   create.query->span);
  }
  if (table == nullptr || (exists && !replaces) || !is_supported || !is_right) {
    if (exists) return {};
    session.broken.insert(*path);
    if (table != nullptr) session.catalog.apply(CreateObject{table});
    return {};
  }
  return BoundDdl{{CreateObject{table}}};
}

void bind_materialized_table(const ast::CreateMaterializedTable& create, SourceSpan span, BindSession& session) {
  auto path = path_to_create(create.name, session);
  if (!path) return;
  size_t before = session.diagnostics->count();
  bool exists = already_exists(*path, false, create.if_not_exists || create.or_alter, create.name.span, session);
  if (!exists) session.definitions.insert_or_assign(*path, Definition{create.name.span, {}});
  BoundQuery query = QueryBinder(session).bind_outermost(*create.query);
  Table table{.identity = {.id = session.catalog.next_id(*path), .path = *path, .temporary = false}};
  for (const RowField& field : query.plan->schema)
    table.columns.push_back({field.name, field.type, PhysicalColumn{}, {}});
  for (const ast::Identifier& key : create.partitioned_by) {
    if (query.open || table.find(key.text)) continue;
    session.error(ErrorCode::BadPartitioning, key.span, "partition column `{}` is no column of the query", key.text);
  }
  if (session.diagnostics->count() == before) {
    session.report(fail(ErrorCode::NotSupportedYet, span, "CREATE MATERIALIZED TABLE is not supported yet")
                       .hint("CREATE TABLE, and INSERT INTO it: the job keeps it up to date."),
                   span);
  }
  if (exists) return;
  session.broken.insert(*path);
  // Without a connector of its own its rows stand where a refresh would put them: its uses pass in silence.
  for (const ast::Option& option : create.options) table.options[option.key.value] = option.value.value;
  if (!query.open && table.options.contains("connector"))
    session.catalog.apply(CreateObject{std::make_shared<const Table>(std::move(table))});
}

}  // namespace sluice::planner
