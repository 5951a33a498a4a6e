#include "tools/conformance/formats_suite.h"

#include <simdjson.h>

#include <algorithm>
#include <fstream>

#include "catalog/formats/formats.h"
#include "catalog/types/column_value.h"
#include "catalog/types/value_text.h"
#include "planner/script/compile.h"
#include "runtime/connectors/row_batch.h"
#include "runtime/formats/format.h"
#include "tools/conformance/format_rows.h"
#include "tools/conformance/json_value.h"
#include "tools/conformance/program_script.h"

namespace sluice::conformance {
namespace {

using simdjson::dom::element;

constexpr size_t kIdBytesMax = 160;

// A record as the engine needs it.
struct Measured {
  std::string format;
  RowSchema columns;
  runtime::FormatOptions options;  // By the format's own keys.
  std::vector<std::string> metadata;
  bool is_decode = false;
};

std::string quoted(const std::string& text, char quote) {
  std::string out(1, quote);
  for (char c : text) out += c == quote ? std::string(2, quote) : std::string(1, c);
  return out + quote;
}

std::string ddl_of(element record, const runtime::FormatOptions& options) {
  std::string sql = "CREATE TABLE t (";
  bool first = true;
  for (element column : record["columns"].get_array()) {
    sql += std::string(first ? "" : ", ") + quoted(std::string(column.at(0).get_string().value()), '`') + " " +
           std::string(column.at(1).get_string().value());
    first = false;
  }
  sql += ") WITH ('connector' = 'filesystem', 'path' = '/t', 'format' = '" + string_at(record, "format") + "'";
  for (const auto& [key, value] : options) sql += ", " + quoted(key, '\'') + " = " + quoted(value, '\'');
  return sql + ")";
}

// The table as the front end accepts it.
Result<Measured> create(element record) {
  Measured out;
  out.format = string_at(record, "format");
  out.is_decode = string_at(record, "direction") == "decode";
  for (auto [key, value] : record["options"].get_object()) {
    out.options[out.format + "." + std::string(key)] = std::string(value.get_string().value());
  }
  Diagnostics diagnostics;
  planner::CompiledScript script =
      planner::compile_script(SourceText("format", ddl_of(record, out.options)), Catalog(), Settings(), diagnostics);
  if (!diagnostics.ok()) return Failure{diagnostics.errors().front()};
  const CatalogObject* object = script.catalog.find({"default_catalog", "default_database", "t"});
  out.columns = std::get<std::shared_ptr<const Table>>(*object)->schema();
  const FormatDecl* format = find_format(out.format);
  FormatUse use = out.is_decode ? FormatUse::Decode : FormatUse::Encode;
  if (format == nullptr) return fail(ErrorCode::NotSupportedYet, "format `{}` is not supported yet", out.format);
  SLUICE_DO(format->check(out.columns, out.options, use));
  return out;
}

std::optional<std::string> bytes_at(element record, const char* text_key, const char* hex_key) {
  std::string_view text;
  if (record[text_key].get(text) == simdjson::SUCCESS) return std::string(text);
  if (record[hex_key].get(text) != simdjson::SUCCESS) return std::nullopt;
  auto value = parse_scalar(text, Type::bytes());
  return value ? value->get<std::string>() : std::string();
}

// ---- Decoding

struct Decoded {
  std::vector<runtime::TableChange> rows;
  std::optional<runtime::DecodeError> error;
};

Result<Decoded> decode(const Measured& measured, const runtime::FormatOptions& options,
                       const std::optional<std::string>& message) {
  SLUICE_TRY(const runtime::FormatFactory* factory, runtime::find_format_factory(measured.format));
  SessionContext session;
  runtime::DecoderSpec spec;
  spec.columns = measured.columns;
  for (uint32_t i = 0; i < measured.columns.size(); ++i) spec.paths.push_back({i});
  spec.is_strict = true;
  SLUICE_TRY(auto decoder, factory->decoder(spec, options, {&session}));
  BufferPool pool;
  runtime::RowAppender appender(pool, measured.columns, &session);
  Decoded out;
  std::string_view bytes = message ? std::string_view(message->data(), message->size()) : std::string_view();
  out.error = decoder->decode(bytes, appender);
  for (runtime::Batch batch = appender.take(); batch.rows > 0; batch = appender.take()) {
    for (auto& change : runtime::changes_of(batch, measured.columns)) out.rows.push_back(std::move(change));
  }
  return out;
}

std::string answer_of(const Decoded& decoded, const RowSchema& columns) {
  std::string out = text_of(decoded.rows, columns);
  return decoded.error ? out + " error: " + decoded.error->reason : out;
}

// Where our answer is another one on purpose: which rule it is.
std::string decode_rule(const Measured& measured, const ExpectedRows& expected, const Decoded& ours,
                        const std::optional<std::string>& message) {
  if (expected.has_misplaced_null && ours.error && ours.error->fault == runtime::DecodeFault::NullValue) {
    return "a NULL in a NOT NULL column is an error";
  }
  if (!ours.error && text_of(ours.rows, measured.columns) == expected.cut_text) {
    return "digits beyond the precision of a TIMESTAMP are cut";
  }
  runtime::FormatOptions tree = measured.options;
  bool ignores_errors = tree["json.ignore-parse-errors"] == "true";
  tree["json.decode.json-parser.enabled"] = "false";
  if (measured.format == "json" && ignores_errors && tree != measured.options) {
    auto by_tree = decode(measured, tree, message);
    if (by_tree && answer_of(*by_tree, measured.columns) == answer_of(ours, measured.columns)) {
      return "json: what is ignored costs its field or element, and nothing behind it";
    }
  }
  return {};
}

Outcome run_decode(element record, const Measured& measured) {
  std::optional<std::string> message = bytes_at(record, "input", "inputHex");
  auto expected = expected_rows(record, measured.columns);
  if (!expected) return Outcome::skipped("row: " + expected.error().message);
  auto ours = decode(measured, measured.options, message);
  if (!ours) return Outcome::wrong("no decoder: " + ours.error().message);
  bool must_fail = record["error"].error() == simdjson::SUCCESS;
  std::string text = text_of(ours->rows, measured.columns);
  if (must_fail == ours->error.has_value() && (text == expected->text)) return Outcome::right();
  if (std::string rule = decode_rule(measured, *expected, *ours, message); !rule.empty()) {
    return Outcome::deliberate(std::move(rule));
  }
  return Outcome::wrong("expected " + expected->text + (must_fail ? " and an error" : "") + ", got " +
                        answer_of(*ours, measured.columns));
}

// ---- Encoding

Outcome run_encode(element record, const Measured& measured) {
  auto input = input_row(record, measured.columns);
  if (!input) return Outcome::skipped("row: " + input.error().message);
  if (input->has_misplaced_null) return Outcome::deliberate("a NULL in a NOT NULL column is an error");
  auto factory = runtime::find_format_factory(measured.format);
  if (!factory) return Outcome::refused(factory.error().message);
  SessionContext session;
  runtime::EncoderSpec spec;
  spec.columns = measured.columns;
  auto encoder = (*factory)->encoder(spec, measured.options, {&session});
  if (!encoder) return Outcome::wrong("no encoder: " + encoder.error().message);
  BufferPool pool;
  Arena arena(pool);
  std::vector<jobgraph::FieldPath> paths;
  for (uint32_t i = 0; i < measured.columns.size(); ++i) paths.push_back({i});
  runtime::Batch batch = runtime::batch_of({input->change}, paths, measured.columns, pool, arena, &session);
  runtime::BatchView view(batch);
  runtime::EncodedMessages messages;
  Status status = (*encoder)->encode({view.columns(), batch.kinds_data(), nullptr, 1}, messages);
  bool must_fail = record["error"].error() == simdjson::SUCCESS;
  if (!status || must_fail) {
    return !status && must_fail ? Outcome::right()
                                : Outcome::wrong(status ? "no error, got " + messages.bytes : status.error().message);
  }
  std::optional<std::string> expected = bytes_at(record, "output", "outputHex");
  bool is_null = messages.ends.size() == 1 && messages.ends[0].is_null;
  if (is_null == !expected && messages.bytes == expected.value_or("")) return Outcome::right();
  if (input->is_cut) return Outcome::deliberate("digits beyond the precision of a TIMESTAMP are cut");
  return Outcome::wrong("expected " + expected.value_or("no value") + ", got " +
                        (is_null ? "no value" : messages.bytes));
}

}  // namespace

std::vector<FormatCase> format_cases(const std::string& directory) {
  std::ifstream file(directory + "/formats.jsonl");
  std::vector<FormatCase> cases;
  for (std::string line; std::getline(file, line);) {
    simdjson::dom::parser parser;
    element record;
    FormatCase next{line, "?", "?"};
    if (parser.parse(line).get(record) == simdjson::SUCCESS) {
      next.suite = string_at(record, "format") + "." + string_at(record, "direction");
      next.id = line.substr(std::min(line.size(), line.find("\"columns\"")));
      next.id = next.id.substr(0, kIdBytesMax);
    }
    cases.push_back(std::move(next));
  }
  return cases;
}

Outcome run_format(const FormatCase& format) {
  simdjson::dom::parser parser;
  element record;
  if (parser.parse(format.line).get(record) != simdjson::SUCCESS) return Outcome::wrong("the record is no JSON");
  static constexpr std::string_view kKnown[] = {"format", "direction", "columns",   "metadata", "options",
                                                "input",  "inputHex",  "rows",      "error",    "at",
                                                "row",    "output",    "outputHex", "proto",    "jar"};
  for (auto [key, value] : record.get_object()) {
    if (std::ranges::find(kKnown, key) == std::end(kKnown)) return Outcome::skipped("field " + std::string(key));
  }
  auto measured = create(record);
  if (!measured) {
    const Error& error = measured.error();
    if (error.code == ErrorCode::NotSupportedYet) return Outcome::refused(error.message);
    bool must_fail = record["error"].error() == simdjson::SUCCESS;
    return must_fail ? Outcome::right() : Outcome::wrong("refused: " + error.message);
  }
  if (string_at(record, "at") == "create") return Outcome::wrong("accepted a table that Flink rejects");
  return measured->is_decode ? run_decode(record, *measured) : run_encode(record, *measured);
}

}  // namespace sluice::conformance
