// FROM: tables, views, subqueries, window table functions, and what is refused there.
#include <algorithm>
#include <cstdlib>

#include <fmt/ranges.h>

#include "planner/bind/flink_functions.h"
#include "planner/bind/query_binder.h"

namespace sluice::planner {

namespace {

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

void apply_alias(From& from, const ast::TableAlias& alias, BindSession& session) {
  if (from.scope.relations.size() != 1) return;  // Of a join: refused already.
  Relation& relation = from.scope.relations[0];
  relation.alias = alias.name.text;
  relation.path.clear();
  if (alias.columns.empty() || relation.open) return;
  if (alias.columns.size() != relation.columns.size()) {
    SourceSpan span{alias.columns.front().span.begin, alias.columns.back().span.end};
    session.error(ErrorCode::ColumnCountMismatch, span, "{} column names for a table of {} columns",
                  alias.columns.size(), relation.columns.size());
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
    return fail(ErrorCode::UnknownCatalog, name.span, "catalog `{}` does not exist", path->catalog)
        .hint(did_you_mean(path->catalog, catalog.catalogs()));
  }
  if (path && !catalog.has_database(path->catalog, path->database)) {
    return fail(ErrorCode::UnknownDatabase, name.span, "database `{}` does not exist", path->database)
        .hint(did_you_mean(path->database, catalog.databases(path->catalog)));
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
      .hint(did_you_mean(parts.back(), known));
}

std::optional<Window::Kind> window_kind(const std::string& name) {
  if (name == "TUMBLE") return Window::Kind::Tumble;
  if (name == "HOP") return Window::Kind::Hop;
  if (name == "CUMULATE") return Window::Kind::Cumulate;
  if (name == "SESSION") return Window::Kind::Session;
  return {};
}

// The arguments of TUMBLE, by position or by name.
struct WindowArguments {
  const ast::Expr* data = nullptr;
  const ast::Expr* time = nullptr;
  const ast::Expr* size = nullptr;
  const ast::Expr* offset = nullptr;
};

bool read_arguments(const ast::Call& call, WindowArguments& out, BindSession& session, SourceSpan span) {
  const ast::Expr** const slots[] = {&out.data, &out.time, &out.size, &out.offset};
  static const std::vector<std::string> kNames = {"DATA", "TIMECOL", "SIZE", "OFFSET"};
  for (size_t i = 0; i < call.args.size(); ++i) {
    const ast::Expr& arg = *call.args[i];
    size_t slot = i;
    const ast::Expr* value = &arg;
    if (auto* named = std::get_if<ast::NamedArgument>(&arg.kind)) {
      std::string name = named->name.text;
      std::ranges::transform(name, name.begin(), [](char c) { return static_cast<char>(std::toupper(c)); });
      slot = static_cast<size_t>(std::ranges::find(kNames, name) - kNames.begin());
      value = named->value.get();
      if (slot == kNames.size()) {
        session.report(fail(ErrorCode::BadWindow, named->name.span, "TUMBLE has no argument `{}`", named->name.text)
                           .hint(did_you_mean(name, kNames)),
                       span);
        return false;
      }
    }
    if (slot >= kNames.size()) {
      session.error(ErrorCode::BadWindow, span, "TUMBLE takes three or four arguments, and not {}", call.args.size());
      return false;
    }
    *slots[slot] = value;
  }
  if (out.data != nullptr && out.time != nullptr && out.size != nullptr) return true;
  session.report(fail(ErrorCode::BadWindow, span, "TUMBLE takes three or four arguments, and not {}", call.args.size())
                     .hint("Write TUMBLE(TABLE t, DESCRIPTOR(time), INTERVAL '..' ..)."),
                 span);
  return false;
}

std::optional<int64_t> interval_ms(const ast::Expr& expr, BindSession& session) {
  Scope nothing;
  Expr bound = ExprBinder(nothing, session).bind(expr);
  if (bound.type.is_invalid()) return {};
  auto* value = bound.as<Literal>();
  if (value == nullptr || !bound.type.is(TypeRoot::IntervalDayTime)) {
    session.error(ErrorCode::BadWindow, expr.span, "a window is as long as an INTERVAL of days to seconds, and not {}",
                  bound.type.as_nullable().to_string());
    return {};
  }
  return value->value.get<int64_t>();
}

}  // namespace

From QueryBinder::bind_from(const ast::TableRef& table) {
  From from = std::visit([&](const auto& kind) { return bind_relation(kind, table); }, table.kind);
  if (table.system_time && lateral_ == nullptr) {
    session_.report(
        fail(ErrorCode::NotASource, table.system_time->span, "no table here keeps versions to travel back to")
            .hint("FOR SYSTEM_TIME AS OF stands behind the right table of a join."),
        table.system_time->span);
  }
  if (table.sample) session_.not_supported(table.sample->span, "TABLESAMPLE");
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
    session_.error(ErrorCode::NotASource, hints.front().span, "hint `{}` cannot stand on a view",
                   hints.front().name.text);
  }
  return plan_view(**std::get_if<std::shared_ptr<const View>>(object), place, session_);
}

From QueryBinder::bind_relation(const ast::NamedTable& table, const ast::TableRef& reference) {
  std::vector<std::string> path;
  BoundQuery bound = bind_named(table.name, table.hints, table.name.span, path);
  return single(std::move(bound), table.name.parts.back().text, std::move(path), reference.span);
}

From QueryBinder::bind_relation(const ast::MatchRecognize& match, const ast::TableRef& reference) {
  bind_from(*match.input);
  session_.not_supported(reference.span, "MATCH_RECOGNIZE");
  return single(broken_query(), "", {}, reference.span);
}

From QueryBinder::bind_relation(const ast::TableFunction& function, const ast::TableRef& reference) {
  const auto& call = std::get<ast::Call>(function.call->kind);
  if (auto kind = window_kind(call.lookup)) return bind_window_function(call, *kind, reference);
  if (is_function_of_flink(call.lookup)) {
    session_.not_supported(reference.span, "table function `{}`", call.lookup);
  } else {
    session_.error(ErrorCode::UnknownFunction, call.function.span, "table function `{}` is not known",
                   session_.text(call.function.span));
  }
  return single(broken_query(), "", {}, reference.span);
}

BoundQuery QueryBinder::bind_table_argument(const ast::Expr& argument, bool keyless) {
  if (auto* table = std::get_if<ast::TableArgument>(&argument.kind)) {
    std::vector<std::string> path;
    if (keyless && (!table->partition_by.empty() || !table->order_by.empty())) {
      session_.error(ErrorCode::BadWindow, argument.span, "this window takes no PARTITION BY and no ORDER BY");
    }
    if (table->table) return bind_named(*table->table, {}, table->table->span, path);
    if (table->query) return bind(*table->query);
  }
  if (auto* query = std::get_if<ast::ScalarSubquery>(&argument.kind)) return bind(*query->query);
  session_.report(fail(ErrorCode::BadWindow, argument.span, "the first argument of a window is a table")
                      .hint("Write TABLE t or a query in parentheses."),
                  argument.span);
  return broken_query();
}

// TUMBLE(data, DESCRIPTOR(time), size [, offset])
From QueryBinder::bind_window_function(const ast::Call& call, Window::Kind kind, const ast::TableRef& reference) {
  WindowArguments args;
  SourceSpan span = session_.place.value_or(reference.span);
  if (kind != Window::Kind::Tumble) {
    session_.not_supported(span, "window `{}`", call.lookup);
    if (!call.args.empty() && !std::holds_alternative<ast::NamedArgument>(call.args[0]->kind)) {
      bind_table_argument(*call.args[0], false);
    }
    return single(broken_query(), "", {}, span);
  }
  if (!read_arguments(call, args, session_, span)) return single(broken_query(), "", {}, span);
  BoundQuery data = bind_table_argument(*args.data, true);
  auto* descriptor = std::get_if<ast::Call>(&args.time->kind);
  const ast::ColumnRef* name = nullptr;
  if (descriptor != nullptr && descriptor->lookup == "DESCRIPTOR" && !descriptor->args.empty()) {
    name = std::get_if<ast::ColumnRef>(&descriptor->args[0]->kind);
  }
  if (name == nullptr) {
    session_.error(ErrorCode::BadWindow, args.time->span, "the time of a window is DESCRIPTOR(column)");
  }
  auto size = interval_ms(*args.size, session_);
  std::optional<int64_t> offset = 0;
  if (args.offset != nullptr) offset = interval_ms(*args.offset, session_);
  if (size && *size <= 0) {
    session_.error(ErrorCode::BadWindow, args.size->span, "the size of a window must be positive");
    size = {};
  }
  if (size && offset && std::abs(*offset) >= *size) {
    session_.error(ErrorCode::BadWindow, args.offset->span, "the offset of a window must be less than its size");
    size = {};
  }
  if (data.open || name == nullptr || !size || !offset) return single(broken_query(), "", {}, span);

  From input = single(data, "", {}, span);
  Expr time = resolve_name(name->name, input.scope, session_);
  if (time.type.is_invalid()) return single(broken_query(), "", {}, span);
  auto* reference_to = time.as<ColumnRef>();
  TimeRole role = reference_to == nullptr ? TimeRole::None : data.plan->times[reference_to->index];
  if (role == TimeRole::None) {
    session_.report(
        fail(ErrorCode::NotATimeAttribute, name->name.span, "`{}` is no time attribute", session_.text(name->name.span))
            .hint("A time attribute is a column with a WATERMARK or PROCTIME(), passed on unchanged."),
        span);
    return single(broken_query(), "", {}, span);
  }
  Window window{.kind = kind,
                .time = reference_to->index,
                .processing_time = role == TimeRole::Proctime,
                .size_ms = *size,
                .offset_ms = *offset};
  return single({make(WindowTvf{data.plan, window, {}}), false}, "", {}, span);
}

}  // namespace sluice::planner
