// Messages of any bytes: the decoders of all formats append rows or give a reason, and cut a file into records that are
// not empty. The first byte chooses format and options, the second the columns. SLUICE_FUZZ_FORMAT keeps to one format.
#include <cstdlib>

#include "catalog/formats/formats.h"
#include "catalog/types/time_zone.h"
#include "runtime/formats/format.h"
#include "tests/fuzz/bytes_target.h"
#include "tests/unit/codegen/random_rows.h"

namespace sluice::testing {
namespace {

std::vector<Type> column_types() {
  std::vector<Type> types = RandomRows::scalar_types();
  Type row = Type::row({{"a", Type::bigint()}, {"b", Type::string()}});
  types.push_back(Type::array(Type::integer()));
  types.push_back(Type::array(row));
  types.push_back(Type::map(Type::string(), Type::float64()));
  types.push_back(row);
  return types;
}

struct Choice {
  std::string format;
  std::map<std::string, std::string> options;
  RowSchema columns;
};

uint8_t in_wanted_format(uint8_t format) {
  static const char* wanted = std::getenv("SLUICE_FUZZ_FORMAT");
  std::string_view name = wanted == nullptr ? "" : wanted;
  if (name == "json") return static_cast<uint8_t>(format | 1U);
  if (name == "csv") return static_cast<uint8_t>(format & ~65U);
  if (name == "raw") return static_cast<uint8_t>((format & ~1U) | 64U);
  return format;
}

// What is read: every column, or in place of a ROW its fields beside each other.
void read_columns(const RowSchema& columns, bool by_field, runtime::DecoderSpec& spec, RowSchema& schema) {
  for (uint32_t i = 0; i < columns.size(); ++i) {
    const Type& type = columns[i].type;
    if (!by_field || !type.is(TypeRoot::Row)) {
      spec.paths.push_back({i});
      schema.push_back(columns[i]);
      continue;
    }
    for (uint32_t field = 0; field < type.child_count(); ++field) {
      spec.paths.push_back({i, field});
      schema.push_back({"f" + std::to_string(schema.size()), type.child(field)});
    }
  }
}

Choice choice_of(uint8_t format, uint8_t columns) {
  Choice out;
  out.format = format % 2 != 0 ? "json" : (format & 64) != 0 ? "raw" : "csv";
  if (out.format == "raw") {
    if ((format & 4) != 0) out.options["raw.charset"] = (format & 8) != 0 ? "UTF-16" : "GBK";
    if ((format & 16) != 0) out.options["raw.endianness"] = "little-endian";
    std::vector<Type> types = RandomRows::scalar_types();
    out.columns.push_back({"c0", types[columns % types.size()]});
    return out;
  }
  if ((format & 2) != 0) out.options[out.format + ".ignore-parse-errors"] = "true";
  if (out.format == "csv") {
    if ((format & 4) != 0) out.options["csv.escape-character"] = "\\";
    if ((format & 8) != 0) out.options["csv.null-literal"] = "n/a";
    if ((format & 16) != 0) out.options["csv.allow-comments"] = "true";
    if ((format & 32) != 0) out.options["csv.disable-quote-character"] = "true";
  } else if ((format & 4) != 0) {
    out.options["json.timestamp-format.standard"] = "ISO-8601";
  }
  if (out.format == "json" && (format & 8) != 0) out.options["json.decode.json-parser.enabled"] = "false";
  if (out.format == "json" && (format & 16) != 0 && (format & 2) == 0) {
    out.options["json.fail-on-missing-field"] = "true";
  }
  std::vector<Type> types = column_types();
  for (size_t i = 0; i < 3; ++i) {
    out.columns.push_back({"c" + std::to_string(i), types[(columns + i * 7) % types.size()]});
  }
  return out;
}

class Session {
 public:
  Session() {
    context_.time_zone = "Europe/Berlin";
    context_.zone = TimeZone::find("Europe/Berlin");
  }
  const SessionContext* get() const { return &context_; }

 private:
  SessionContext context_;
};

std::string value_text(Draw& draw, bool json) {
  static const char* kTexts[] = {"1",
                                 "-7.50",
                                 "1e400",
                                 "true",
                                 "\"2024-02-29 12:34:56.789\"",
                                 "\"2024-02-29T12:34:56Z\"",
                                 "\"10:11:12\"",
                                 "\"text, and \\\"more\\\"\"",
                                 "null",
                                 "99999999999999999999999999999999999999.5"};
  static const char* kNested[] = {"[1, 2, null]", "{\"a\": 1, \"b\": \"x\"}", "[{\"a\": 3}]", "{\"k\": 1.5}"};
  return json && draw.one_in(3) ? kNested[draw.below(4)] : kTexts[draw.below(10)];
}

}  // namespace

std::string fuzz_sample(Draw& draw) {
  auto format = static_cast<char>(in_wanted_format(static_cast<uint8_t>(draw.bits())));
  std::string out = {format, static_cast<char>(draw.bits())};
  bool json = out[0] % 2 != 0;
  for (uint32_t records = 1 + draw.below(3); records > 0; --records) {
    if (json) out += '{';
    for (int i = 0; i < 3; ++i) {
      if (i > 0) out += ',';
      if (json) out += "\"c" + std::to_string(i) + "\": ";
      out += value_text(draw, json);
    }
    out += json ? "}\n" : "\n";
  }
  return out;
}

bool fuzz_check(std::string_view bytes) {
  if (bytes.size() < 2) return true;
  static const Session session;
  uint8_t format = in_wanted_format(static_cast<uint8_t>(bytes[0]));
  Choice choice = choice_of(format, static_cast<uint8_t>(bytes[1]));
  auto factory = runtime::find_format_factory(choice.format);
  SLUICE_CHECK(factory.has_value());
  const FormatDecl* decl = find_format(choice.format);
  if (!decl->check(choice.columns, choice.options, FormatUse::Decode)) return true;  // Such tables are refused.
  runtime::DecoderSpec spec;
  spec.columns = choice.columns;
  RowSchema schema;
  read_columns(choice.columns, choice.format == "json" && (format & 64) != 0, spec, schema);
  auto decoder = (*factory)->decoder(spec, choice.options, {session.get()});
  if (!decoder) return false;
  BufferPool pool;
  runtime::RowAppender rows(pool, schema, session.get());
  std::string_view rest = bytes.substr(2);
  while (!rest.empty()) {
    size_t size = (*decoder)->record_size(rest, true);
    if (size == 0 || size > rest.size()) return false;
    std::optional<runtime::DecodeError> error = (*decoder)->decode(rest.substr(0, size), rows);
    if (error && error->reason.empty()) return false;
    rest.remove_prefix(size);
  }
  text_of(rows.take(), schema);  // Reads every value that was written.
  return true;
}

}  // namespace sluice::testing
