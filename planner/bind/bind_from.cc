// FROM: tables, views, subqueries, window table functions, and what is refused there.
#include <algorithm>

#include <fmt/ranges.h>

#include "catalog/functions/function_table.h"
#include "planner/bind/flink_functions.h"
#include "planner/bind/query_binder.h"
#include "planner/bind/window_arguments.h"

namespace sluice::planner {

namespace {

void apply_alias(From& from, const ast::TableAlias& alias, BindSession& session) {
  if (from.scope.relations.size() != 1) return;  // Of a join: refused already.
  Relation& relation = from.scope.relations[0];
  if (relation.alias != alias.name.text) relation.hidden_name = relation.alias;
  relation.alias = alias.name.text;
  relation.path.clear();
  if (alias.columns.empty() || relation.open) return;
  if (alias.columns.size() != relation.columns.size()) {
    SourceSpan span{alias.columns.front().span.begin, alias.columns.back().span.end};
    std::string names;
    for (const RowField& column : relation.columns) names += (names.empty() ? "" : ", ") + column.name;
    session.report(fail(ErrorCode::ColumnCountMismatch, span, "{} column names for a table of {} columns",
                        alias.columns.size(), relation.columns.size())
                       .hint(fmt::format("The table has ({}).", names)),
                   span);
    relation.open = true;
    return;
  }
  for (size_t i = 0; i < alias.columns.size(); ++i) relation.columns[i].name = alias.columns[i].text;
}

std::vector<std::string> texts_of(const ast::Name& name) {
  std::vector<std::string> out;
  for (const ast::Identifier& part : name.parts) out.push_back(part.text);
  return out;
}

Failure unknown_table(const ast::Name& name, const WithScope* with, const BindSession& session) {
  std::vector<std::string> parts = texts_of(name);
  const Catalog& catalog = session.catalog;
  auto path = catalog.resolve(parts);
  std::string written = fmt::format("{}", fmt::join(parts, "."));
  if (path && !catalog.has_catalog(path->catalog)) {
    return fail(ErrorCode::UnknownCatalog, name.parts[0].span, "catalog `{}` does not exist", path->catalog)
        .hint(names_hint(path->catalog, catalog.catalogs()));
  }
  if (path && !catalog.has_database(path->catalog, path->database)) {
    return fail(ErrorCode::UnknownDatabase, name.parts[name.parts.size() - 2].span, "database `{}` does not exist",
                path->database)
        .hint(names_hint(path->database, catalog.databases(path->catalog)));
  }
  std::vector<std::string> known;
  if (path) {
    for (const CatalogObject* object : catalog.objects(path->catalog, path->database)) {
      known.push_back(identity_of(*object).path.name);
    }
  }
  for (const WithScope* scope = with; scope != nullptr; scope = scope->outer) {
    for (const auto& [query, bound] : scope->queries) known.push_back(query);
  }
  return fail(ErrorCode::UnknownTable, name.span, "table `{}` does not exist", written)
      .hint(names_hint(parts.back(), known));
}

}  // namespace

From single(BoundQuery bound, std::string alias, std::vector<std::string> path, SourceSpan span) {
  Relation relation{.alias = std::move(alias),
                    .path = std::move(path),
                    .columns = bound.plan->schema,
                    .times = bound.plan->times,
                    .open = bound.open,
                    .span = span};
  From from{bound.plan, {}};
  from.scope.relations.push_back(std::move(relation));
  return from;
}

From QueryBinder::bind_from(const ast::TableRef& table) {
  From from = std::visit([&](const auto& kind) { return bind_relation(kind, table); }, table.kind);
  if (table.system_time && lateral_ == nullptr) {
    session_.report(
        fail(ErrorCode::BadTimeTravel, table.system_time->span, "no table here keeps versions to travel back to")
            .hint("FOR SYSTEM_TIME AS OF stands behind the right table of a join."),
        table.system_time->span);
  }
  if (table.sample) {
    session_.report(fail(ErrorCode::NotInStreaming, table.sample->span, "TABLESAMPLE does not run on streams")
                        .hint("Keep a share of the rows by a condition, such as MOD(id, 10) = 0."),
                    table.sample->span);
  }
  if (table.alias) apply_alias(from, *table.alias, session_);
  return from;
}

BoundQuery QueryBinder::bind_named(const ast::Name& name, const std::vector<ast::Hint>& hints, SourceSpan span,
                                   std::vector<std::string>& path) {
  SourceSpan place = session_.place.value_or(span);
  if (name.parts.size() == 1 && with_ != nullptr) {
    if (const BoundQuery* query = with_->find(name.parts[0].text)) return *query;
  }
  auto resolved = session_.catalog.resolve(texts_of(name));
  const CatalogObject* object = resolved ? session_.catalog.find(*resolved) : nullptr;
  if (object == nullptr) {
    if (!resolved || !session_.broken.contains(*resolved)) {
      session_.report(unknown_table(name, with_, session_), name.span);
    }
    return broken_query();
  }
  if (session_.broken.contains(*resolved)) session_.uses_broken = true;
  path = {resolved->catalog, resolved->database, resolved->name};
  if (auto* table = std::get_if<std::shared_ptr<const Table>>(object)) {
    return {plan_table(**table, hints, place, session_), false};
  }
  if (!hints.empty()) {
    session_.report(
        fail(ErrorCode::BadHint, hints.front().span, "hint `{}` cannot stand on a view", hints.front().name.text)
            .hint("Write it behind the table in the view's query."),
        hints.front().span);
  }
  return plan_view(**std::get_if<std::shared_ptr<const View>>(object), place, session_);
}

From QueryBinder::bind_relation(const ast::NamedTable& table, const ast::TableRef& reference) {
  std::vector<std::string> path;
  BoundQuery bound = bind_named(table.name, table.hints, table.name.span, path);
  return single(std::move(bound), table.name.parts.back().text, std::move(path), reference.span);
}

From QueryBinder::bind_relation(const ast::TableFunction& function, const ast::TableRef& reference) {
  const auto& call = std::get<ast::Call>(function.call->kind);
  if (auto kind = window_kind(call.lookup)) return bind_window_function(call, *kind, reference);
  if (call.lookup == "TO_CHANGELOG" || call.lookup == "FROM_CHANGELOG") return bind_changelog_call(call, reference);
  if (session_.is_refused_function(call.function)) return single(broken_query(), "", {}, reference.span);
  for (const ast::ExprPtr& arg : call.args) {
    auto* named = std::get_if<ast::ModelArgument>(&arg->kind);
    if (named != nullptr && session_.is_refused_model(named->model))
      return single(broken_query(), "", {}, reference.span);
    if (named != nullptr) {
      session_.report(fail(ErrorCode::UnknownModel, named->model.span, "model `{}` does not exist",
                           session_.text(named->model.span))
                          .hint("Create it with CREATE MODEL."),
                      arg->span);
    }
  }
  if (find_function(call.lookup) != nullptr || find_aggregate(call.lookup) != nullptr) {
    session_.report(fail(ErrorCode::BadTableFunction, call.function.span, "`{}` makes one value and no table",
                         session_.text(call.function.span))
                        .hint("Call it in SELECT; UNNEST makes rows of an array."),
                    reference.span);
  } else if (is_function_of_flink(call.lookup)) {
    session_.not_supported(reference.span, "table function `{}`", call.lookup);
  } else {
    session_.report(fail(ErrorCode::UnknownFunction, call.function.span, "table function `{}` is not known",
                         session_.text(call.function.span))
                        .hint(names_hint(call.lookup, {"TUMBLE", "HOP", "CUMULATE", "SESSION", "UNNEST"})),
                    reference.span);
  }
  return single(broken_query(), "", {}, reference.span);
}

}  // namespace sluice::planner
