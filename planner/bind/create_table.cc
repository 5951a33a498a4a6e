// CREATE TABLE as a change of the catalog: what it replaces, and what later statements see of one that is wrong.
#include <algorithm>

#include "planner/bind/ddl.h"
#include "planner/bind/session.h"

namespace sluice::planner {

std::optional<BoundDdl> bind_create_table(const ast::CreateTable& create, SourceSpan span, BindSession& session) {
  if (create.query) {
    auto is_connector = [](const ast::Option& option) { return option.key.value == "connector"; };
    if (std::ranges::none_of(create.options, is_connector) && !create.like) {
      session.report(fail(ErrorCode::MissingOption, create.name.span, "a table that is filled needs a `connector`")
                         .hint("Write WITH ('connector' = '..') before AS."),
                     create.name.span);
    }
    session.report(fail(ErrorCode::NotSupportedYet, create.query->span, "CREATE TABLE .. AS is not supported yet")
                       .hint("Write CREATE TABLE with its columns, and INSERT INTO it behind."),
                   create.query->span);
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
  auto table = bind_table(create, *path, session);
  bool is_right = session.diagnostics->count() == before;
  if (table == nullptr || (exists && !replaces) || !is_supported || !is_right) {
    if (exists) return {};
    session.broken.insert(*path);
    if (table != nullptr && is_supported) session.catalog.apply(CreateObject{table});
    return {};
  }
  return BoundDdl{{CreateObject{table}}};
}

}  // namespace sluice::planner
