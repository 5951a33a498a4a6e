// Tables and views of the catalog as plans.
#include <algorithm>

#include "base/check.h"
#include "catalog/connectors/connectors.h"
#include "catalog/connectors/metadata.h"
#include "catalog/connectors/watermark_options.h"
#include "grammar/parser.h"
#include "planner/bind/query_binder.h"

namespace sluice::planner {

namespace {

constexpr int kViewDepthMax = 100;

// The table with the options of OPTIONS hints on top of its own; other hints are reported.
Table with_hints(const Table& table, const std::vector<ast::Hint>& hints, SourceSpan span, BindSession& session) {
  Table copy = table;
  WithClause clause = with_clause(table.options, span);
  for (const ast::Hint& hint : hints) {
    if (hint.name.text != "OPTIONS" && hint.name.text != "options") {
      session.not_supported(hint.span, "hint `{}`", hint.name.text);
      continue;
    }
    if (!session.settings.get_bool("table.dynamic-table-options.enabled")) {
      session.report(
          fail(ErrorCode::BadHint, hint.span, "hint `OPTIONS` is switched off by `table.dynamic-table-options.enabled`")
              .hint("SET it to 'true', or write the options into the table's WITH."),
          hint.span);
    }
    if (hint.args.empty()) {
      session.report(fail(ErrorCode::BadHint, hint.span, "hint `OPTIONS` is empty")
                         .hint("Write OPTIONS('key' = 'value'), or leave the hint out."),
                     hint.span);
    }
    for (const ast::HintArgument& argument : hint.args) {
      if (!argument.key) {
        session.report(
            fail(ErrorCode::BadHint, argument.value.span, "hint `OPTIONS` takes 'key' = 'value'")
                .hint(fmt::format("Write the key in front of it: OPTIONS('key' = '{}').", argument.value.value)),
            argument.value.span);
        continue;
      }
      copy.options[argument.key->value] = argument.value.value;
      clause[argument.key->value] = {argument.value.value, argument.key->span, argument.value.span};
    }
  }
  if (!hints.empty()) check_definition(copy, clause, span, *session.diagnostics);
  return copy;
}

ChangelogMode delivered_by(const Table& table) {
  const ConnectorDecl* connector = find_connector(table.option("connector"));
  return connector != nullptr && connector->delivers != nullptr ? connector->delivers(table)
                                                                : ChangelogMode::insert_only();
}

bool is_upsert(ChangelogMode mode) {
  return mode.contains(RowKind::UpdateAfter) && !mode.contains(RowKind::UpdateBefore);
}

// An upsert stream, or one that may repeat itself, becomes a full changelog per key.
Plan normalize(Plan scan, const TableRef& table, ChangelogMode delivered, const BindSession& session) {
  bool repeats = session.settings.get_bool("table.exec.source.cdc-events-duplicate") && !delivered.is_insert_only();
  if (!is_upsert(delivered) && !repeats) return scan;
  if (table.primary_key.empty()) return scan;  // Reported by check_use.
  return make(ChangelogNormalize{std::move(scan), table.primary_key, {}});
}

// What comes in the connector's types, in those that the table declares.
Plan cast_metadata(Plan input, const Table& table, SourceSpan span, BindSession& session) {
  Project project{input, {}, {}};
  RowSchema declared = table.scan_schema();
  bool changed = false;
  for (uint32_t i = 0; i < declared.size(); ++i) {
    Type delivered = input->schema[i].type;
    Expr value = column(i, delivered);
    project.names.push_back(declared[i].name);
    if (delivered == declared[i].type) {
      project.exprs.push_back(std::move(value));
      continue;
    }
    changed = true;
    project.exprs.push_back(cast_or_report(std::move(value), declared[i].type, span, session));
  }
  return changed ? make(std::move(project)) : input;
}

// The columns of the table in their order over those of the scan.
Plan compute_columns(Plan input, const Table& table) {
  Project project{std::move(input), {}, {}};
  RowSchema scanned = table.scan_schema();
  bool changed = scanned.size() != table.columns.size();
  for (uint32_t i = 0; i < table.columns.size(); ++i) {
    const Column& defined = table.columns[i];
    project.names.push_back(defined.name);
    if (auto* computed = defined.computed()) {
      project.exprs.push_back(computed->expr);
      continue;
    }
    auto found = std::ranges::find(scanned, defined.name, &RowField::name);
    auto index = static_cast<uint32_t>(found - scanned.begin());
    changed |= index != i;
    project.exprs.push_back(column(index, defined.type));
  }
  return changed ? make(std::move(project)) : project.input;
}

Plan assign_watermark(Plan input, const Table& table, const BindSession& session) {
  if (!table.watermark) return input;
  auto read = read_options<WatermarkOptions>(table.options);
  WatermarkOptions options = read ? *read : WatermarkOptions{};
  jobgraph::Watermark watermark{.expression = table.watermark->expr,
                                .per_event = options.emit == WatermarkEmit::OnEvent,
                                .interval_ms = session.settings.get_ms("pipeline.auto-watermark-interval"),
                                .idle_timeout_ms = options.idle_timeout.count()};
  if (options.idle_timeout.count() < 0) {
    watermark.idle_timeout_ms = session.settings.get_ms("table.exec.source.idle-timeout");
  }
  return make(WatermarkAssigner{std::move(input), table.watermark->column, std::move(watermark)});
}

TableRef ref_of(const Table& table, const std::vector<uint32_t>& columns, TableUse use) {
  TableRef ref{.id = table.identity.id,
               .version = table.identity.version,
               .path = table.identity.path.dotted(),
               .options = table.options};
  auto position = [&](uint32_t column) {
    return static_cast<uint32_t>(std::ranges::find(columns, column) - columns.begin());
  };
  for (uint32_t index : columns) {
    const Column& column = table.columns[index];
    ref.columns.push_back({column.name, exchanged_type(table, column, use)});
    if (auto* metadata = column.metadata()) ref.metadata_keys.push_back(metadata->key);
  }
  if (table.primary_key) {
    for (uint32_t column : table.primary_key->columns) {
      if (position(column) < columns.size()) ref.primary_key.push_back(position(column));
    }
  }
  for (const std::string& key : table.partition_keys) {
    auto found = table.find(key);
    if (found && position(*found) < columns.size()) ref.partition_keys.push_back(position(*found));
  }
  return ref;
}

// Binds the view's query where the view was defined; puts the session back.
BoundQuery bind_in_place(const View& view, const ast::Query& query, BindSession& session) {
  Catalog here = session.catalog;
  session.catalog.apply(UseDatabase{view.catalog, view.database});
  BoundQuery bound = QueryBinder(session).bind_outermost(query);
  session.catalog = std::move(here);
  return bound;
}

BoundQuery bind_text(const View& view, SourceSpan span, BindSession& session) {
  SourceText text(view.identity.path.dotted(), view.sql);
  auto query = grammar::parse_query(text, *session.diagnostics);
  if (!query) return broken_query();
  auto outer_source = std::exchange(session.source, &text);
  auto outer_place = session.place;
  if (!session.place) session.place = span;
  BoundQuery bound = bind_in_place(view, *query, session);
  session.source = outer_source;
  session.place = outer_place;
  return bound;
}

}  // namespace

void take_places(const WithClause& defined, WithClause& with) {
  for (auto& [key, value] : with) {
    auto found = defined.find(key);
    if (found != defined.end() && found->second.text == value.text) value = found->second;
  }
}

namespace {

// Of a key that is missing because one that does not exist was meant to be it, which is reported.
bool is_misspelt(const Error& error, const Table& table, const WithClause& with, SourceSpan span) {
  size_t begin = error.message.find('`'), end = error.message.rfind('`');
  if (error.code != ErrorCode::MissingOption || begin == end) return false;
  std::string key = error.message.substr(begin + 1, end - begin - 1);
  Diagnostics unknown;
  check_definition(table, with, span, unknown);
  return std::ranges::any_of(with, [&](const auto& one) {
    std::string quoted = "`" + one.first + "`";
    auto is_unknown = [&](const Error& told) {
      return told.code == ErrorCode::UnknownOption && told.message.find(quoted) != std::string::npos;
    };
    return !did_you_mean(one.first, {key}).empty() && std::ranges::any_of(unknown.errors(), is_unknown);
  });
}

// `conector` where `connector` is missing.
bool report_misspelt_connector(const Table& table, const WithClause& with, BindSession& session) {
  for (const auto& [key, value] : with) {
    std::string hint = did_you_mean(key, {"connector"});
    if (hint.empty()) continue;
    std::string message = fmt::format("option `{}` does not exist", key);
    session.uses_broken = true;
    if (!session.told_of_options.emplace(table.identity.path, message).second) return true;
    session.report(fail(ErrorCode::UnknownOption, value.key_span, "{}", message).hint(std::move(hint)), value.key_span);
    return true;
  }
  return false;
}

// Where the column that the message is about is defined.
std::optional<SourceSpan> column_place(const Error& error, const Definition& definition) {
  for (const auto& [column, span] : definition.columns) {
    if (error.message.find("column `" + column + "`") != std::string::npos) return span;
  }
  return std::nullopt;
}

}  // namespace

bool check_table_use(const Table& table, TableUse use, SourceSpan span, BindSession& session) {
  auto found_at = session.definitions.find(table.identity.path);
  const Definition* definition = found_at == session.definitions.end() ? nullptr : &found_at->second;
  WithClause with = with_clause(table.options, span);
  if (definition != nullptr) take_places(definition->options, with);
  Diagnostics found;
  check_use(table, use, {with, definition == nullptr ? span : definition->name}, found);
  bool lacks_connector = !table.options.contains("connector");
  for (const Error& error : found.errors()) {
    if (lacks_connector && report_misspelt_connector(table, with, session)) continue;
    // Of a table that was refused before, it is not known what it would have.
    bool is_refused = lacks_connector && session.broken.contains(table.identity.path);
    if (is_refused) {
      session.uses_broken = true;
      continue;
    }
    if (is_misspelt(error, table, with, span)) continue;
    bool is_about_use = error.code == ErrorCode::NotASource || error.code == ErrorCode::NotASink;
    if (is_about_use) {
      session.report(session.with_definition(Failure{error}, table.identity.path, "", "the table is defined here"),
                     span);
      continue;
    }
    if (!session.told_of_options.emplace(table.identity.path, error.message).second) {
      session.uses_broken = true;
      continue;
    }
    Failure failure{error};
    if (definition != nullptr) {
      bool is_of_column = error.code == ErrorCode::BadMetadataColumn || error.code == ErrorCode::UnknownMetadataKey;
      auto place = is_of_column ? column_place(error, *definition) : std::nullopt;
      if (place) failure.error.span = place;
      if (!failure.error.span) failure.error.span = definition->name;
      if (failure.error.span != span) {
        failure = std::move(failure).note(span, use == TableUse::Source ? "it is read here" : "it is written here");
      }
    }
    session.report(std::move(failure), span);
  }
  return found.ok();
}

TableRef scan_ref(const Table& table) {
  std::vector<uint32_t> columns;
  for (uint32_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i].is_physical()) columns.push_back(i);
  }
  for (uint32_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i].metadata() != nullptr) columns.push_back(i);
  }
  return ref_of(table, columns, TableUse::Source);
}

TableRef sink_ref(const Table& table) {
  std::vector<uint32_t> columns, metadata;
  for (uint32_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i].is_physical()) columns.push_back(i);
    if (!table.columns[i].is_physical() && table.columns[i].is_written()) metadata.push_back(i);
  }
  std::ranges::sort(metadata, {}, [&](uint32_t i) { return table.columns[i].metadata()->key; });
  columns.insert(columns.end(), metadata.begin(), metadata.end());
  return ref_of(table, columns, TableUse::Sink);
}

Plan plan_table(const Table& table, const std::vector<ast::Hint>& hints, SourceSpan span, BindSession& session) {
  Table hinted = with_hints(table, hints, span, session);
  size_t errors = session.diagnostics->count();
  check_table_use(hinted, TableUse::Source, span, session);
  Scan scan{.table = scan_ref(hinted), .changelog = delivered_by(hinted), .span = span};
  for (uint32_t i = 0; i < scan.table.columns.size(); ++i) {
    scan.paths.push_back({i});
    scan.names.push_back(scan.table.columns[i].name);
  }
  TableRef ref = scan.table;
  ChangelogMode delivered = scan.changelog;
  Plan plan = normalize(make(std::move(scan)), ref, delivered, session);
  if (session.diagnostics->count() == errors) plan = cast_metadata(std::move(plan), hinted, span, session);
  return assign_watermark(compute_columns(std::move(plan), hinted), hinted, session);
}

BoundQuery plan_view(const View& view, SourceSpan span, BindSession& session) {
  if (session.is_too_large) return broken_query();
  if (session.view_depth >= kViewDepthMax) {
    session.error(ErrorCode::StatementTooLarge, span, "views are nested more than {} deep", kViewDepthMax);
    return broken_query();
  }
  ++session.view_depth;
  Diagnostics inner;
  Diagnostics* outer = std::exchange(session.diagnostics, &inner);
  auto known = session.views.find(view.identity.id);
  BoundQuery bound =
      known != session.views.end() ? bind_in_place(view, *known->second, session) : bind_text(view, span, session);
  session.diagnostics = outer;
  --session.view_depth;
  if (!inner.ok()) {
    const Error& first = inner.errors().front();
    session.report(fail(first.code, span, "view `{}`: {}", view.identity.path.name, first.message).hint(first.hint),
                   span);
    return {make(Values{view.columns, {}}), true};
  }
  std::vector<std::string> names;
  for (const RowField& column : view.columns) names.push_back(column.name);
  if (bound.plan->schema.size() == names.size()) bound.plan = rename_columns(bound.plan, names);
  return bound;
}

}  // namespace sluice::planner
