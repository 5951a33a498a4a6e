#include "catalog/connectors/connectors.h"

#include <algorithm>

#include <fmt/ranges.h>

#include "catalog/connectors/blackhole.h"
#include "catalog/connectors/datagen.h"
#include "catalog/connectors/filesystem.h"
#include "catalog/connectors/kafka.h"
#include "catalog/connectors/metadata.h"
#include "catalog/connectors/nexmark.h"
#include "catalog/connectors/print.h"
#include "catalog/connectors/values.h"
#include "catalog/connectors/watermark_options.h"
#include "catalog/formats/decode_options.h"
#include "catalog/formats/formats.h"

namespace sluice {

namespace {

template <class Options>
void read_as(OptionParser& parser, const Table&) {
  parser.parse<Options>();
}

template <class Options>
Options options_of(const Table& table) {
  return readable_options<Options>(table.options);
}

// ---- datagen

void read_fields(OptionParser& parser, const std::string& path, const Type& type) {
  parser.parse<DatagenFieldOptions>("fields." + path + ".");
  if (!type.is(TypeRoot::Row)) return;
  for (const RowField& field : type.fields()) read_fields(parser, path + "." + field.name, field.type);
}

void read_datagen(OptionParser& parser, const Table& table) {
  parser.parse<DatagenOptions>();
  for (const Column& column : table.columns) {
    if (column.is_physical()) read_fields(parser, column.name, column.type);
  }
}

void check_datagen(const Table& table, TableUse, const OptionPlaces& places, Diagnostics& diagnostics) {
  for (const Column& column : table.columns) {
    std::string prefix = "fields." + column.name + ".";
    if (table.option(prefix + "kind") != "sequence") continue;
    for (const char* key : {"start", "end"}) {
      if (!table.option(prefix + key).empty()) continue;
      SourceSpan span = places.value_of({prefix + "kind"});
      diagnostics.report(fail(ErrorCode::MissingOption, span, "option `{}{}` is missing", prefix, key)
                             .hint("A sequence needs its first and its last value."));
    }
  }
}

ChangelogMode takes_all_but_update_before(const Table&, ChangelogMode requested) {
  ChangelogMode out;
  for (RowKind kind : {RowKind::Insert, RowKind::UpdateAfter, RowKind::Delete}) {
    if (requested.contains(kind)) out = out | ChangelogMode{kind};
  }
  return out;
}

// ---- values

ChangelogMode values_delivers(const Table& table) { return options_of<ValuesOptions>(table).changelog_mode.mode; }

ChangelogMode values_takes(const Table& table, ChangelogMode requested) {
  auto options = options_of<ValuesOptions>(table);
  if (options.sink_changelog.is_set) return options.sink_changelog.mode;
  if (options.sink_insert_only) return ChangelogMode::insert_only();
  return table.primary_key ? takes_all_but_update_before(table, requested) : requested;
}

// The keys of `key:TYPE, key:TYPE`, whose types may have commas in parentheses.
std::vector<std::string> keys_of(std::string_view list) {
  std::vector<std::string> keys;
  int depth = 0;
  std::string key;
  bool in_key = true;
  for (char c : list) {
    depth += c == '(' || c == '<' ? 1 : c == ')' || c == '>' ? -1 : 0;
    if (c == ':' && depth == 0) in_key = false;
    if (c == ',' && depth == 0) {
      keys.push_back(std::move(key));
      key.clear();
      in_key = true;
    } else if (in_key && c != ' ') {
      key += c;
    }
  }
  if (!key.empty()) keys.push_back(std::move(key));
  return keys;
}

// Tests declare columns as the keys are.
std::vector<MetadataKey> values_metadata(const Table& table, TableUse use) {
  auto options = options_of<ValuesOptions>(table);
  std::vector<MetadataKey> keys;
  for (std::string& key : keys_of(use == TableUse::Source ? options.readable_metadata : options.writable_metadata)) {
    keys.push_back({std::move(key)});
  }
  return keys;
}

void check_values(const Table& table, TableUse use, const OptionPlaces& places, Diagnostics& diagnostics) {
  if (use == TableUse::Sink) return;
  SourceSpan span = places.value_of({"changelog-mode"});
  ChangelogMode mode = values_delivers(table);
  if (mode.contains(RowKind::UpdateBefore) && !mode.contains(RowKind::UpdateAfter)) {
    diagnostics.report(fail(ErrorCode::BadOptionValue, span,
                            "source `{}` cannot deliver update-befores without update-afters",
                            table.identity.path.dotted())
                           .hint("Add UA to `changelog-mode`, or remove UB."));
  } else if (mode.contains(RowKind::UpdateAfter) && !mode.contains(RowKind::UpdateBefore) && !table.primary_key) {
    diagnostics.report(fail(ErrorCode::MissingPrimaryKey, span,
                            "table `{}` delivers update-afters without update-befores and has no primary key",
                            table.identity.path.dotted())
                           .hint("Declare PRIMARY KEY (..) NOT ENFORCED, or add UB to `changelog-mode`."));
  }
}

// ---- filesystem

void read_filesystem(OptionParser& parser, const Table& table) {
  parser.parse<FilesystemOptions>();
  parser.parse<DecodeOptions>("decode.");
  if (const FormatDecl* format = find_format(table.option("format"))) format->read(parser);
}

void refuse(bool wanted, const char* what, std::optional<SourceSpan> span, Diagnostics& diagnostics) {
  if (wanted) diagnostics.report(fail(ErrorCode::NotSupportedYet, span, "{} is not supported yet", what));
}

// Columns and options that the format cannot have together. Partition columns stand in paths, not in the messages.
void check_format(const Table& table, const FormatDecl& format, TableUse use, const OptionPlaces& places,
                  Diagnostics& diagnostics) {
  RowSchema columns;
  for (const Column& column : table.columns) {
    bool is_partition = std::ranges::find(table.partition_keys, column.name) != table.partition_keys.end();
    if (column.is_physical() && !is_partition) columns.push_back({column.name, column.type});
  }
  FormatUse format_use = use == TableUse::Source ? FormatUse::Decode : FormatUse::Encode;
  if (auto checked = format.check(columns, table.options, format_use); !checked) {
    Failure failure = std::move(checked).as_failure();
    failure.error.span = places.named_in(failure.error.message, {"format"});
    diagnostics.report(std::move(failure));
  }
}

void check_filesystem(const Table& table, TableUse use, const OptionPlaces& places, Diagnostics& diagnostics) {
  auto options = options_of<FilesystemOptions>(table);
  std::string format = table.option("format");
  if (const FormatDecl* decl = find_format(format)) check_format(table, *decl, use, places, diagnostics);
  if (!format.empty() && find_format(format) == nullptr) {
    diagnostics.report(unknown_format(format, "", places.value_of({"format"})));
  }
  if (use == TableUse::Source) {
    refuse(std::ranges::any_of(table.columns,
                               [](const Column& column) {
                                 return column.metadata() && column.metadata()->key == "file.modification-time";
                               }),
           "metadata `file.modification-time`", places.table(), diagnostics);
    if (auto checked = check_decode_options(table.options, false); !checked) {
      Failure failure = std::move(checked).as_failure();
      failure.error.span = places.named_in(failure.error.message,
                                           {"decode.dead-letter.topic", "decode.dead-letter.path", "decode.on-error"});
      diagnostics.report(std::move(failure));
    }
    return;
  }
  auto at = [&](const char* key) { return places.value_of({key}); };
  refuse(options.auto_compaction, "`auto-compaction`", at("auto-compaction"), diagnostics);
  refuse(!options.commit_policy_class.empty(), "a commit policy of its own class",
         at("sink.partition-commit.policy.class"), diagnostics);
  refuse(options.time_extractor != "default", "a time extractor other than `default`",
         at("partition.time-extractor.kind"), diagnostics);
  refuse(options.commit_policy.find("metastore") != std::string::npos ||
             options.commit_policy.find("custom") != std::string::npos,
         "a commit policy other than `success-file`", at("sink.partition-commit.policy.kind"), diagnostics);
}

std::vector<MetadataKey> filesystem_metadata(const Table&, TableUse use) {
  if (use == TableUse::Sink) return {};
  return {{"file.path", Type::string().not_null()},
          {"file.name", Type::string().not_null()},
          {"file.size", Type::bigint().not_null()},
          {"file.modification-time", Type::timestamp_ltz(3).not_null()}};
}

// ---- sinks that take what comes

ChangelogMode takes_all(const Table&, ChangelogMode requested) { return requested; }

bool is_connector_of_flink(std::string_view name) {
  constexpr std::string_view kNames[] = {"kafka",           "upsert-kafka",    "jdbc",    "hbase-1.4",  "hbase-2.2",
                                         "elasticsearch-6", "elasticsearch-7", "kinesis", "firehose",   "dynamodb",
                                         "pulsar",          "rabbitmq",        "mongodb", "opensearch", "hive",
                                         "mysql-cdc",       "postgres-cdc",    "paimon",  "iceberg",    "socket",
                                         "opensearch-2",    "kinesis-legacy"};
  return std::ranges::find(kNames, name) != std::end(kNames);
}

Failure unknown_connector(const std::string& name, SourceSpan span) {
  std::vector<std::string> known;
  for (const ConnectorDecl& decl : connector_decls()) known.emplace_back(decl.name);
  if (is_connector_of_flink(name)) {
    return fail(ErrorCode::NotSupportedYet, span, "connector `{}` is not supported yet", name)
        .hint(fmt::format("There are: {}.", fmt::join(known, ", ")));
  }
  return fail(ErrorCode::UnknownConnector, span, "connector `{}` does not exist", name).hint(one_of_hint(name, known));
}

OptionParser parser_of(const Table& table, WithClause with, SourceSpan span, Diagnostics& diagnostics) {
  with.erase("connector");
  OptionParser parser(std::move(with), span, diagnostics);
  if (const ConnectorDecl* connector = find_connector(table.option("connector"))) {
    connector->read(parser, table);
    if (connector->is_source) parser.parse<WatermarkOptions>();
  }
  return parser;
}

}  // namespace

const std::vector<ConnectorDecl>& connector_decls() {
  static const std::vector<ConnectorDecl> all = {
      {.name = "nexmark", .is_source = true, .read = read_as<NexmarkOptions>, .takes_equality_on = {"event_type"}},
      {.name = "datagen", .is_source = true, .read = read_datagen, .check = check_datagen},
      {.name = "values",
       .is_source = true,
       .is_sink = true,
       .read = read_as<ValuesOptions>,
       .check = check_values,
       .delivers = values_delivers,
       .takes = values_takes,
       .metadata = values_metadata},
      {.name = "filesystem",
       .is_source = true,
       .is_sink = true,
       .read = read_filesystem,
       .check = check_filesystem,
       .metadata = filesystem_metadata},
      kafka_decl(),
      upsert_kafka_decl(),
      {.name = "print", .is_sink = true, .read = read_as<PrintOptions>, .takes = takes_all},
      {.name = "blackhole", .is_sink = true, .read = read_as<BlackholeOptions>, .takes = takes_all_but_update_before},
  };
  return all;
}

const ConnectorDecl* find_connector(std::string_view name) {
  const auto& decls = connector_decls();
  auto found = std::ranges::find(decls, name, &ConnectorDecl::name);
  return found == decls.end() ? nullptr : &*found;
}

WithClause with_clause(const std::map<std::string, std::string>& options, SourceSpan span) {
  WithClause with;
  for (const auto& [key, value] : options) with[key] = {value, span, span};
  return with;
}

void check_definition(const Table& table, const WithClause& with, SourceSpan span, Diagnostics& diagnostics) {
  if (find_connector(table.option("connector")) == nullptr) return;
  Diagnostics found;
  OptionParser parser = parser_of(table, with, span, found);
  if (table.option("format").empty() || find_format(table.option("format")) != nullptr) parser.finish();
  for (const Error& error : found.errors()) {
    if (error.code != ErrorCode::MissingOption) diagnostics.report(Failure{error});
  }
}

void check_use(const Table& table, TableUse use, const OptionPlaces& places, Diagnostics& diagnostics) {
  std::string name = table.option("connector");
  const ConnectorDecl* connector = find_connector(name);
  SourceSpan span = places.value_of({"connector"});
  if (name.empty()) {
    return diagnostics.report(fail(ErrorCode::MissingOption, places.table(), "table `{}` has no option `connector`",
                                   table.identity.path.dotted())
                                  .hint("Write WITH ('connector' = '..') into its CREATE TABLE."));
  }
  if (connector == nullptr) return diagnostics.report(unknown_connector(name, span));
  if (use == TableUse::Source && !connector->is_source) {
    return diagnostics.report(fail(ErrorCode::NotASource, std::nullopt, "connector `{}` can only be written to", name)
                                  .hint("Read from a table of another connector."));
  }
  if (use == TableUse::Sink && !connector->is_sink) {
    return diagnostics.report(fail(ErrorCode::NotASink, std::nullopt, "connector `{}` can only be read from", name)
                                  .hint("Write to a table of another connector; `print` shows rows."));
  }
  Diagnostics found;
  OptionParser parser = parser_of(table, places.with(), places.table(), found);
  for (const Error& error : found.errors()) {
    if (error.code == ErrorCode::MissingOption) diagnostics.report(Failure{error});
  }
  const char* parallelism = use == TableUse::Source ? "scan.parallelism" : "sink.parallelism";
  int64_t subtasks = 0;
  if (parse_option(table.option(parallelism), subtasks) && subtasks < 1) {
    diagnostics.report(fail(ErrorCode::BadOptionValue, places.value_of({parallelism}), "option `{}` cannot be `{}`",
                            parallelism, subtasks)
                           .hint("Leave it out for the job's parallelism."));
  }
  if (connector->check != nullptr) connector->check(table, use, places, diagnostics);
  check_metadata(table, use, diagnostics);
}

}  // namespace sluice
