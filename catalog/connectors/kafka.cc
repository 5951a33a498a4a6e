#include "catalog/connectors/kafka.h"

#include <algorithm>

#include "catalog/formats/decode_options.h"
#include "catalog/formats/formats.h"

namespace sluice {
namespace {

constexpr std::string_view kUpsert = "upsert-kafka";

template <class Options>
Options options_of(const Table& table) {
  return readable_options<Options>(table.options);
}

std::string value_format_of(const Table& table) {
  std::string format = table.option("value.format");
  return format.empty() ? table.option("format") : format;
}

// Options of the value's format stand below `json.`, or below `value.json.` where `value.format` names it.
void read_formats(OptionParser& parser, const Table& table) {
  if (const FormatDecl* format = find_format(table.option("format"))) format->read(parser);
  for (const char* scope : {"key.", "value."}) {
    const FormatDecl* format = find_format(table.option(std::string(scope) + "format"));
    if (format == nullptr) continue;
    parser.within(scope);
    format->read(parser);
    parser.within({});
  }
}

void read_kafka(OptionParser& parser, const Table& table) {
  parser.parse<KafkaOptions>();
  parser.parse<KafkaTableOptions>();
  parser.parse<DecodeOptions>("decode.");
  parser.pass("properties.");
  read_formats(parser, table);
}

void read_upsert_kafka(OptionParser& parser, const Table& table) {
  parser.parse<KafkaOptions>();
  parser.parse<UpsertKafkaOptions>();
  parser.parse<DecodeOptions>("decode.");
  parser.pass("properties.");
  read_formats(parser, table);
}

// What is wrong with a table, one complaint after the other.
class Checks {
 public:
  Checks(const Table& table, const OptionPlaces& places, Diagnostics& diagnostics)
      : table_(table), places_(places), diagnostics_(diagnostics), options_(options_of<KafkaOptions>(table)) {}

  // At the value of an option that the message names.
  template <class... Args>
  void complain(ErrorCode code, std::string hint, fmt::format_string<Args...> format, Args&&... args) {
    Failure failure = fail(code, places_.table(), format, std::forward<Args>(args)...).hint(std::move(hint));
    bool is_of_value = code == ErrorCode::BadOptionValue || code == ErrorCode::NotSupportedYet;
    if (is_of_value) failure.error.span = places_.named_in(failure.error.message, {"topic-pattern", "topic"});
    diagnostics_.report(std::move(failure));
  }

  void format(const char* key, const std::string& name) {
    if (name.empty() || find_format(name) != nullptr) return;
    diagnostics_.report(unknown_format(name, key, places_.value_of({key})));
  }

  void formats() {
    format("format", table_.option("format"));
    format("key.format", options_.key_format);
    format("value.format", options_.value_format);
    if (!table_.option("format").empty() && !options_.value_format.empty()) {
      complain(ErrorCode::BadOptionValue, "Leave one of them out.",
               "options `format` and `value.format` mean the same and are both set");
    }
    if (value_format_of(table_).empty()) {
      complain(ErrorCode::MissingOption, "Name the format of the messages: json, csv or raw.", "option `{}` is missing",
               is_upsert() ? "value.format" : "format");
    }
  }

  // Columns and options that a format cannot have together.
  void format_fits(TableUse use) {
    std::vector<std::string> keys = split_list(table_.option("key.fields"));
    if (is_upsert() && table_.primary_key) {
      for (uint32_t column : table_.primary_key->columns) keys.push_back(table_.columns[column].name);
    }
    RowSchema key, value;
    for (const Column& column : table_.columns) {
      if (!column.is_physical()) continue;
      bool is_key = std::ranges::find(keys, column.name) != keys.end();
      if (is_key) key.push_back({column.name, column.type});
      if (!is_key || options_.value_fields == KafkaFieldsInclude::All) value.push_back({column.name, column.type});
    }
    bool has_scope = !options_.value_format.empty();
    check_columns(value_format_of(table_), value, has_scope ? "value." : "", use);
    check_columns(options_.key_format, key, "key.", use);
  }

  void topics(TableUse use) {
    bool list = !options_.topic.empty(), pattern = !options_.topic_pattern.empty();
    if (list && pattern) {
      complain(ErrorCode::BadOptionValue, "Leave one of them out.",
               "options `topic` and `topic-pattern` cannot be set together");
    } else if (!list && !pattern) {
      complain(ErrorCode::MissingOption, "Name the topic.", "option `topic` is missing");
    }
    if (use == TableUse::Source) return;
    if (pattern && !has_topic_column()) {
      complain(ErrorCode::BadOptionValue, "Name a topic, or add a column `topic STRING METADATA`.",
               "the table has a pattern of topics, and no column that says to which of them a row goes");
    } else if (pattern && (options_.delivery == KafkaDelivery::ExactlyOnce ||
                           options_of<KafkaTableOptions>(table_).partitioner == "fixed")) {
      complain(
          ErrorCode::NotSupportedYet, "List the topics in `topic`.",
          "writing to the topics of a pattern exactly once, or with the partitioner `fixed`, is not supported yet");
    } else if (split_list(options_.topic).size() > 1 && !has_topic_column()) {
      complain(ErrorCode::BadOptionValue, "Name one topic, or add a column `topic STRING METADATA`.",
               "the table names several topics, and has no column that says to which of them a row goes");
    }
  }

  void policy() {
    auto checked = check_decode_options(table_.options, true);
    if (checked) return;
    Failure failure = std::move(checked).as_failure();
    failure.error.span = places_.named_in(failure.error.message, {"decode.dead-letter.topic", "decode.on-error"});
    diagnostics_.report(std::move(failure));
  }

  void startup() {
    auto options = options_of<KafkaTableOptions>(table_);
    std::string mode = table_.option("scan.startup.mode");
    if (KafkaStartup known{}; !mode.empty() && !parse_option(mode, known)) return;  // What it needs is not known.
    if (options.startup == KafkaStartup::Timestamp && options.startup_timestamp_ms < 0) {
      missing("scan.startup.timestamp-millis", "startup mode `timestamp`");
    }
    if (options.startup == KafkaStartup::SpecificOffsets) {
      offsets("scan.startup.specific-offsets", options.startup_offsets, "startup mode `specific-offsets`");
    }
    if (options.startup == KafkaStartup::GroupOffsets && table_.option("properties.group.id").empty()) {
      missing("properties.group.id", "startup mode `group-offsets`");
    }
  }

  void bound() {
    if (options_.bound == KafkaBound::Timestamp && options_.bound_timestamp_ms < 0) {
      missing("scan.bounded.timestamp-millis", "bounded mode `timestamp`");
    }
    if (options_.bound == KafkaBound::SpecificOffsets) {
      offsets("scan.bounded.specific-offsets", options_.bound_offsets, "bounded mode `specific-offsets`");
    }
    if (options_.bound == KafkaBound::GroupOffsets && table_.option("properties.group.id").empty()) {
      missing("properties.group.id", "bounded mode `group-offsets`");
    }
  }

  void delivery() {
    if (options_.delivery != KafkaDelivery::ExactlyOnce) return;
    if (options_.transactional_id_prefix.empty()) {
      missing("sink.transactional-id-prefix", "`sink.delivery-guarantee` = `exactly-once`");
    }
    std::map<std::string, std::string> properties;
    for (const auto& [key, value] : table_.options) {
      if (key.starts_with("properties.")) properties.emplace(key.substr(std::string_view("properties.").size()), value);
    }
    std::string against = property_against_idempotence(properties);
    if (against.empty()) return;
    complain(ErrorCode::BadOptionValue, "Leave the property out, or choose another guarantee.",
             "`sink.delivery-guarantee` = `exactly-once` does not go with `properties.{}` = `{}`", against,
             properties.at(against));
  }

  void key_fields() {
    std::vector<std::string> fields = split_list(table_.option("key.fields"));
    if (fields.empty() != options_.key_format.empty()) {
      missing(fields.empty() ? "key.fields" : "key.format", fields.empty() ? "`key.format`" : "`key.fields`");
    }
    for (const std::string& field : fields) {
      auto found = table_.find(field);
      if (!found || !table_.columns[*found].is_physical()) {
        std::vector<std::string> known;
        for (const Column& column : table_.columns) {
          if (column.is_physical()) known.push_back(column.name);
        }
        complain(ErrorCode::BadOptionValue, did_you_mean(field, known),
                 "`key.fields` names `{}`, which is no physical column of the table", field);
      }
    }
    key_prefix(fields);
  }

  void key_prefix(const std::vector<std::string>& fields) {
    const std::string& prefix = options_.key_fields_prefix;
    if (prefix.empty()) return;
    if (options_.value_fields == KafkaFieldsInclude::All) {
      complain(ErrorCode::BadOptionValue, "Set `value.fields-include` to `EXCEPT_KEY`.",
               "a prefix of keys is not allowed while `value.fields-include` is `ALL`");
    }
    for (const std::string& field : fields) {
      if (field.starts_with(prefix)) continue;
      complain(ErrorCode::BadOptionValue, "Rename the column, or leave `key.fields-prefix` out.",
               "key column `{}` does not begin with `key.fields-prefix` = `{}`", field, prefix);
    }
  }

  void partitioner() {
    std::string partitioner = options_of<KafkaTableOptions>(table_).partitioner;
    if (partitioner == "round-robin" && !table_.option("key.fields").empty()) {
      complain(ErrorCode::BadOptionValue, "Leave one of them out.",
               "`sink.partitioner` = `round-robin` is not allowed together with `key.fields`");
    } else if (partitioner != "default" && partitioner != "fixed" && partitioner != "round-robin") {
      complain(ErrorCode::NotSupportedYet, "Use default, fixed or round-robin.",
               "a partitioner of its own class, `{}`, is not supported", partitioner);
    }
  }

  // The rows of a topic are all inserts, so nobody watches over a key.
  void no_primary_key() {
    if (!table_.primary_key) return;
    complain(ErrorCode::BadConstraint, "Use the connector `upsert-kafka`, or leave the key out.",
             "connector `kafka` with format `{}` cannot keep the PRIMARY KEY of `{}`", value_format_of(table_),
             table_.identity.path.dotted());
  }

  void upsert() {
    if (!table_.primary_key) {
      complain(ErrorCode::MissingPrimaryKey,
               "Declare PRIMARY KEY (..) NOT ENFORCED; its columns are the messages' key.",
               "table `{}` of connector `upsert-kafka` has no primary key", table_.identity.path.dotted());
    }
    if (options_.key_format.empty()) missing("key.format", "connector `upsert-kafka`");
    auto buffer = options_of<UpsertKafkaOptions>(table_);
    if ((buffer.flush_rows_max > 0) != (buffer.flush_interval.count() > 0)) {
      complain(ErrorCode::BadOptionValue, "Set both, or none.",
               "`sink.buffer-flush.max-rows` and `sink.buffer-flush.interval` must both be greater than zero");
    }
    if (!table_.primary_key) return;
    std::vector<std::string> fields;
    for (uint32_t column : table_.primary_key->columns) fields.push_back(table_.columns[column].name);
    key_prefix(fields);
  }

 private:
  void check_columns(const std::string& name, const RowSchema& columns, std::string_view scope, TableUse use) {
    const FormatDecl* format = find_format(name);
    if (format == nullptr || format->check == nullptr) return;
    auto options = scope.empty() ? table_.options : format_options(table_.options, scope);
    auto checked = format->check(columns, options, use == TableUse::Source ? FormatUse::Decode : FormatUse::Encode);
    if (checked) return;
    Failure failure = std::move(checked).as_failure();
    std::string key = std::string(scope) + "format";
    failure.error.span = places_.named_in(failure.error.message, {key, "format"});
    diagnostics_.report(std::move(failure));
  }

  bool has_topic_column() const {
    return std::ranges::any_of(table_.columns, [](const Column& column) {
      const MetadataColumn* metadata = column.metadata();
      return metadata != nullptr && !metadata->is_virtual && metadata->key == "topic";
    });
  }

  bool is_upsert() const { return table_.option("connector") == kUpsert; }

  void missing(const char* key, const char* because) {
    complain(ErrorCode::MissingOption, fmt::format("It is needed for {}.", because), "option `{}` is missing", key);
  }

  void offsets(const char* key, const std::string& text, const char* because) {
    if (text.empty()) return missing(key, because);
    if (!parse_partition_offsets(text)) {
      complain(ErrorCode::BadOptionValue, "Write `partition:0,offset:42;partition:1,offset:300`.",
               "option `{}` cannot be `{}`", key, text);
    }
    if (!options_.topic_pattern.empty() || split_list(options_.topic).size() > 1) {
      complain(ErrorCode::BadOptionValue, "Name one topic in `topic`.", "`{}` is for tables of one topic", key);
    }
  }

  const Table& table_;
  const OptionPlaces& places_;
  Diagnostics& diagnostics_;
  KafkaOptions options_;
};

void check_kafka(const Table& table, TableUse use, const OptionPlaces& places, Diagnostics& diagnostics) {
  Checks checks(table, places, diagnostics);
  checks.formats();
  checks.format_fits(use);
  checks.topics(use);
  checks.key_fields();
  checks.no_primary_key();
  if (use == TableUse::Source) {
    checks.policy();
    checks.startup();
    checks.bound();
  } else {
    checks.partitioner();
    checks.delivery();
  }
}

void check_upsert_kafka(const Table& table, TableUse use, const OptionPlaces& places, Diagnostics& diagnostics) {
  Checks checks(table, places, diagnostics);
  checks.formats();
  checks.format_fits(use);
  checks.topics(use);
  checks.upsert();
  if (use == TableUse::Source) {
    checks.policy();
    checks.bound();
  } else {
    checks.delivery();
  }
}

std::vector<MetadataKey> kafka_metadata(const Table&, TableUse use) {
  const Type text = Type::string().not_null();
  if (use == TableUse::Sink) {
    return {
        {"topic", text}, {"headers", Type::map(Type::string(), Type::bytes())}, {"timestamp", Type::timestamp_ltz(3)}};
  }
  return {{"topic", text},
          {"partition", Type::integer().not_null()},
          {"headers", Type::map(text, Type::bytes()).not_null()},
          {"leader-epoch", Type::integer()},
          {"offset", Type::bigint().not_null()},
          {"timestamp", Type::timestamp_ltz(3).not_null()},
          {"timestamp-type", text}};
}

ChangelogMode upserts(const Table&) { return ChangelogMode{RowKind::UpdateAfter} | ChangelogMode{RowKind::Delete}; }

// What a row replaces is found by its key.
ChangelogMode takes_upserts(const Table&, ChangelogMode requested) {
  ChangelogMode out;
  for (RowKind kind : {RowKind::Insert, RowKind::UpdateAfter, RowKind::Delete}) {
    if (requested.contains(kind)) out = out | ChangelogMode{kind};
  }
  return out;
}

}  // namespace

ConnectorDecl kafka_decl() {
  return {.name = "kafka",
          .is_source = true,
          .is_sink = true,
          .read = read_kafka,
          .check = check_kafka,
          .metadata = kafka_metadata};
}

ConnectorDecl upsert_kafka_decl() {
  return {.name = kUpsert,
          .is_source = true,
          .is_sink = true,
          .read = read_upsert_kafka,
          .check = check_upsert_kafka,
          .delivers = upserts,
          .takes = takes_upserts,
          .metadata = kafka_metadata};
}

}  // namespace sluice
