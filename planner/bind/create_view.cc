// CREATE VIEW: its columns, and its query as it is bound again wherever the view is read.
#include "grammar/ast/print.h"
#include "planner/bind/ddl.h"
#include "planner/bind/jobs.h"
#include "planner/bind/query_binder.h"

namespace sluice::planner {

namespace {

// What an item of a SELECT is called by its text; empty where it has no name of its own.
std::string name_of(const ast::SelectItem& item) {
  if (item.alias) return item.alias->text;
  auto* column = std::get_if<ast::ColumnRef>(&item.expr->kind);
  return column == nullptr ? "" : column->name.parts.back().text;
}

using Items = std::pair<const ast::SelectItem*, const ast::SelectItem*>;

// Two items that are written under one name; what a star brings gets another name instead.
Items repeated_items(const ast::Query& query) {
  auto* select = std::get_if<ast::Select>(&query.body);
  if (select == nullptr) return {};
  for (size_t i = 0; i < select->items.size(); ++i) {
    std::string name = name_of(select->items[i]);
    for (size_t j = 0; j < i && !name.empty(); ++j) {
      if (name_of(select->items[j]) == name) return {&select->items[j], &select->items[i]};
    }
  }
  return {};
}

RowSchema view_columns(const ast::CreateView& create, const BoundQuery& query, BindSession& session) {
  RowSchema columns = query.plan->schema;
  std::vector<std::string> names = unique_names(columns);
  for (size_t i = 0; i < columns.size(); ++i) columns[i].name = names[i];
  if (!create.columns.empty()) {
    if (create.columns.size() != columns.size()) {
      SourceSpan span{create.columns.front().span.begin, create.columns.back().span.end};
      session.report(fail(ErrorCode::BadView, span, "the view names {} columns, and its query has {}",
                          create.columns.size(), columns.size())
                         .hint("Name every column of the query once, or none.")
                         .note(create.query->span, "the query is here"),
                     span);
      return {};
    }
    for (size_t i = 0; i < columns.size(); ++i) columns[i].name = create.columns[i].text;
  }
  auto report = [&](const std::string& name, SourceSpan span, SourceSpan other) {
    session.report(fail(ErrorCode::DuplicateName, span, "column `{}` stands twice in the view", name)
                       .hint("Give one of them another name with AS.")
                       .note(other, "the other one is here"),
                   span);
    return RowSchema();
  };
  auto [first, second] = create.columns.empty() ? repeated_items(*create.query) : Items{};
  if (first != nullptr) return report(name_of(*second), first->span, second->span);
  for (size_t i = 0; i < create.columns.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (columns[i].name != columns[j].name) continue;
      return report(columns[i].name, create.columns[i].span, create.columns[j].span);
    }
  }
  return columns;
}

}  // namespace

std::optional<BoundDdl> bind_create_view(const ast::CreateView& create, SourceSpan, BindSession& session) {
  auto path = path_to_create(create.name, session);
  if (!path) return {};
  bool exists =
      already_exists(*path, create.temporary, create.if_not_exists || create.or_replace, create.name.span, session);
  if (!exists) session.definitions.insert_or_assign(*path, Definition{create.name.span, {}});
  size_t before = session.diagnostics->count();
  BoundQuery query = QueryBinder(session).bind(*create.query);
  if (exists && create.if_not_exists) return BoundDdl{};
  View view{.columns = query.open ? RowSchema{} : view_columns(create, query, session),
            .sql = ast::print(*create.query),
            .catalog = session.catalog.current_catalog(),
            .database = session.catalog.current_database()};
  if (session.diagnostics->count() != before || query.open || (exists && !create.or_replace)) {
    if (!exists) session.broken.insert(*path);
    return {};
  }
  view.identity = {.id = session.catalog.next_id(*path), .path = *path, .temporary = create.temporary};
  if (create.comment) view.comment = create.comment->value;
  session.views[view.identity.id] = create.query.get();
  return BoundDdl{{CreateObject{std::make_shared<const View>(std::move(view))}}};
}

}  // namespace sluice::planner
