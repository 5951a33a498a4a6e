#include "planner/bind/show.h"

#include <algorithm>

#include <fmt/ranges.h>

#include "catalog/functions/function_table.h"
#include "planner/bind/ddl.h"
#include "planner/bind/describe_function.h"
#include "planner/bind/query_binder.h"

namespace sluice::planner {

namespace {

// SQL's LIKE: % is any text, _ any character, \ takes the next one literally.
bool is_like(std::string_view text, std::string_view pattern) {
  if (pattern.empty()) return text.empty();
  char c = pattern.front();
  std::string_view rest = pattern.substr(1);
  if (c == '%') {
    for (size_t i = 0; i <= text.size(); ++i) {
      if (is_like(text.substr(i), rest)) return true;
    }
    return false;
  }
  if (text.empty()) return false;
  if (c == '\\' && !rest.empty()) return text.front() == rest.front() && is_like(text.substr(1), rest.substr(1));
  return (c == '_' || c == text.front()) && is_like(text.substr(1), rest);
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

bool passes(const std::string& name, const std::optional<ast::LikeFilter>& filter) {
  if (!filter) return true;
  bool like =
      filter->ignore_case ? is_like(lower(name), lower(filter->pattern.value)) : is_like(name, filter->pattern.value);
  return like != filter->negated;
}

Value text(std::string value) { return {std::move(value)}; }

BoundRows names_as(const char* column, const std::vector<std::string>& names, const ast::Show& show) {
  BoundRows out{{{column, Type::string()}}, {}};
  for (const std::string& name : names) {
    if (passes(name, show.like)) out.rows.push_back({text(name)});
  }
  return out;
}

// The database that FROM names, or the current one.
std::optional<std::pair<std::string, std::string>> database_of(const ast::Show& show, BindSession& session) {
  std::pair<std::string, std::string> out{session.catalog.current_catalog(), session.catalog.current_database()};
  if (!show.name) return out;
  out.second = show.name->parts.back().text;
  if (show.name->parts.size() > 1) out.first = show.name->parts[show.name->parts.size() - 2].text;
  if (session.catalog.has_database(out.first, out.second)) return out;
  session.report(fail(ErrorCode::UnknownDatabase, show.name->span, "database `{}` does not exist", out.second)
                     .hint(names_hint(out.second, session.catalog.databases(out.first))),
                 show.name->span);
  return {};
}

std::optional<BoundRows> show_objects(const ast::Show& show, bool only_views, BindSession& session) {
  auto database = database_of(show, session);
  if (!database) return {};
  std::vector<std::string> names;
  for (const CatalogObject* object : session.catalog.objects(database->first, database->second)) {
    bool view = std::holds_alternative<std::shared_ptr<const View>>(*object);
    if (view || !only_views) names.push_back(identity_of(*object).path.name);
  }
  return names_as(only_views ? "view name" : "table name", names, show);
}

std::optional<BoundRows> show_partitions(const ast::Show& show, SourceSpan span, BindSession& session) {
  const Table* table = find_table(*show.name, session);
  if (table == nullptr) return {};
  if (table->partition_keys.empty()) {
    session.report(fail(ErrorCode::BadPartitioning, show.name->span, "table `{}` is not partitioned",
                        table->identity.path.dotted())
                       .hint("Partitions come from PARTITIONED BY in its CREATE TABLE."),
                   show.name->span);
    return {};
  }
  session.not_supported(span, "SHOW PARTITIONS");
  return {};
}

std::optional<BoundRows> show_create_object(const ast::Show& show, SourceSpan span, BindSession& session) {
  using ast::ObjectKind;
  ObjectKind kind = show.object.value_or(ObjectKind::Table);
  if (kind != ObjectKind::Table && kind != ObjectKind::View) {
    session.not_supported(span, "SHOW CREATE {}", ast::word_of(kind));
    return {};
  }
  const CatalogObject* object = find_object(*show.name, session);
  if (object == nullptr) return {};
  auto* table = std::get_if<std::shared_ptr<const Table>>(object);
  if ((table != nullptr) != (kind == ObjectKind::Table)) {
    session.report(fail(ErrorCode::WrongKindOfObject, show.name->span, "`{}` is a {}",
                        identity_of(*object).path.dotted(), table != nullptr ? "table" : "view")
                       .hint(table != nullptr ? "Write SHOW CREATE TABLE." : "Write SHOW CREATE VIEW."),
                   show.name->span);
    return {};
  }
  std::string created =
      table != nullptr ? show_create(**table) : show_create(**std::get_if<std::shared_ptr<const View>>(object));
  return BoundRows{{{"result", Type::string()}}, {{text(std::move(created))}}};
}

// ---- Columns

struct DescribedColumn {
  std::string name;
  Type type;
  TimeRole time = TimeRole::None;
  std::string key, extras, watermark;
  std::optional<std::string> comment;
};

std::vector<DescribedColumn> columns_of(const Table& table) {
  std::vector<DescribedColumn> out;
  for (uint32_t i = 0; i < table.columns.size(); ++i) {
    const Column& column = table.columns[i];
    DescribedColumn described{.name = column.name, .type = column.type, .comment = column.comment};
    if (auto* computed = column.computed()) {
      described.extras = "AS " + computed->sql;
      if (computed->expr.is_call("PROCTIME")) described.time = TimeRole::Proctime;
    }
    if (auto* metadata = column.metadata()) {
      described.extras = "METADATA";
      if (metadata->key != column.name) described.extras += " FROM '" + metadata->key + "'";
      if (metadata->is_virtual) described.extras += " VIRTUAL";
    }
    if (table.watermark && table.watermark->column == i) {
      described.time = TimeRole::Rowtime;
      described.watermark = table.watermark->sql;
    }
    if (table.primary_key && std::ranges::find(table.primary_key->columns, i) != table.primary_key->columns.end()) {
      std::vector<std::string> names;
      for (uint32_t key : table.primary_key->columns) names.push_back(table.columns[key].name);
      described.key = fmt::format("PRI({})", fmt::join(names, ", "));
    }
    out.push_back(std::move(described));
  }
  return out;
}

std::vector<DescribedColumn> columns_of(const View& view, SourceSpan span, BindSession& session) {
  BoundQuery query = plan_view(view, span, session);
  std::vector<DescribedColumn> out;
  for (size_t i = 0; i < view.columns.size(); ++i) {
    TimeRole time = i < query.plan->times.size() ? query.plan->times[i] : TimeRole::None;
    out.push_back({.name = view.columns[i].name, .type = view.columns[i].type, .time = time});
  }
  return out;
}

Value text_or_null(const std::string& value) { return value.empty() ? Value::null() : text(value); }

BoundRows describe_columns(const std::vector<DescribedColumn>& columns, const std::optional<ast::LikeFilter>& like) {
  bool comments =
      std::ranges::any_of(columns, [](const DescribedColumn& column) { return column.comment.has_value(); });
  BoundRows out;
  for (const char* name : {"name", "type", "null", "key", "extras", "watermark"}) {
    out.columns.push_back({name, std::string_view(name) == "null" ? Type::boolean() : Type::string()});
  }
  if (comments) out.columns.push_back({"comment", Type::string()});
  for (const DescribedColumn& column : columns) {
    if (!passes(column.name, like)) continue;
    std::string type = column.type.as_nullable().to_string();
    if (column.time != TimeRole::None) type += column.time == TimeRole::Rowtime ? " *ROWTIME*" : " *PROCTIME*";
    ValueList row = {text(column.name),
                     text(type),
                     Value{column.type.nullable()},
                     text_or_null(column.key),
                     text_or_null(column.extras),
                     text_or_null(column.watermark)};
    if (comments) row.push_back(column.comment ? text(*column.comment) : Value::null());
    out.rows.push_back(std::move(row));
  }
  return out;
}

std::optional<BoundRows> describe_object(const ast::Name& name, const std::optional<ast::LikeFilter>& like,
                                         BindSession& session) {
  const CatalogObject* object = find_object(name, session);
  if (object == nullptr) return {};
  if (auto* table = std::get_if<std::shared_ptr<const Table>>(object))
    return describe_columns(columns_of(**table), like);
  auto view = *std::get_if<std::shared_ptr<const View>>(object);
  return describe_columns(columns_of(*view, name.span, session), like);
}

}  // namespace

std::optional<BoundRows> bind_show(const ast::Show& show, SourceSpan span, BindSession& session) {
  const Catalog& catalog = session.catalog;
  switch (show.what) {
    case ast::ShowKind::Catalogs:
      return names_as("catalog name", catalog.catalogs(), show);
    case ast::ShowKind::CurrentCatalog:
      return names_as("current catalog name", {catalog.current_catalog()}, show);
    case ast::ShowKind::Databases:
      return names_as("database name",
                      catalog.databases(show.name ? show.name->parts.back().text : catalog.current_catalog()), show);
    case ast::ShowKind::CurrentDatabase:
      return names_as("current database name", {catalog.current_database()}, show);
    case ast::ShowKind::Tables:
      return show_objects(show, false, session);
    case ast::ShowKind::Views:
      return show_objects(show, true, session);
    case ast::ShowKind::Columns:
      return describe_object(*show.name, show.like, session);
    case ast::ShowKind::Functions: {
      std::vector<std::string> names = show.user ? std::vector<std::string>{} : callable_names();
      std::ranges::sort(names);
      return names_as("function name", names, show);
    }
    case ast::ShowKind::Partitions:
      return show_partitions(show, span, session);
    case ast::ShowKind::Create:
      return show_create_object(show, span, session);
    default:
      session.not_supported(span, "SHOW {}", ast::word_of(show.what));
      return {};
  }
}

std::optional<BoundRows> bind_describe(const ast::Describe& describe, SourceSpan span, BindSession& session) {
  if (describe.object == ast::ObjectKind::Function && describe.name) {
    return describe_function(*describe.name, describe.extended, session);
  }
  if (describe.object == ast::ObjectKind::Table && describe.name) return describe_object(*describe.name, {}, session);
  session.not_supported(span, "DESCRIBE {}", ast::word_of(describe.object));
  return {};
}

BoundRows list_settings(const BindSession& session) {
  BoundRows out{{{"key", Type::string()}, {"value", Type::string()}}, {}};
  for (const auto& [key, value] : session.settings.values()) out.rows.push_back({text(key), text(value)});
  return out;
}

}  // namespace sluice::planner
