// CREATE VIEW: its columns, and its query as it is bound again wherever the view is read.
#include "grammar/ast/print.h"
#include "planner/bind/ddl.h"
#include "planner/bind/query_binder.h"

namespace sluice::planner {

namespace {

RowSchema view_columns(const ast::CreateView& create, const BoundQuery& query, BindSession& session) {
  RowSchema columns = query.plan->schema;
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
  for (size_t i = 0; i < columns.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (columns[i].name != columns[j].name) continue;
      auto span_of = [&](size_t column) {
        return create.columns.empty() ? item_span(*create.query, column) : create.columns[column].span;
      };
      session.report(fail(ErrorCode::DuplicateName, span_of(j), "column `{}` stands twice in the view", columns[i].name)
                         .hint("Give one of them another name with AS.")
                         .note(span_of(i), "the second one is here"),
                     span_of(j));
      return {};
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
  if (exists && create.if_not_exists) return BoundDdl{};
  if (!exists) session.definitions.insert_or_assign(*path, Definition{create.name.span, {}});
  size_t before = session.diagnostics->count();
  BoundQuery query = QueryBinder(session).bind(*create.query);
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
