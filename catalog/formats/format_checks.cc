#include "catalog/formats/format_checks.h"

#include <iconv.h>

#include <charconv>

#include "catalog/formats/csv.h"
#include "catalog/formats/json.h"
#include "catalog/formats/raw.h"

namespace sluice {
namespace {

using Options = std::map<std::string, std::string>;

Failure wrong_type(const RowField& column, const char* format) {
  return fail(ErrorCode::TypeMismatch, "format `{}` cannot hold column `{}` of type {}", format, column.name,
              column.type.to_string())
      .hint("Leave the column out, or make it a STRING and take it apart in the query.");
}

// ---- json

bool is_json_type(const Type& type) {
  bool has_keys = type.is(TypeRoot::Map) || type.is(TypeRoot::Multiset);
  if (has_keys && !type.child(0).is_character()) return false;
  for (size_t i = 0; i < type.child_count(); ++i) {
    if (!is_json_type(type.child(i))) return false;
  }
  return type.root() < TypeRoot::Raw;
}

// ---- csv

bool is_csv_scalar(const Type& type) {
  return type.child_count() == 0 && !type.is_interval() && type.root() < TypeRoot::Raw;
}

// Elements of an ARRAY and fields of a ROW stand in one field of the line, so they have none of their own.
bool is_csv_type(const Type& type) {
  if (type.is(TypeRoot::Time) && type.precision() > 3) return false;
  if (type.is(TypeRoot::Array) || type.is(TypeRoot::Row)) {
    for (size_t i = 0; i < type.child_count(); ++i) {
      if (!is_csv_scalar(type.child(i))) return false;
    }
    return true;
  }
  return is_csv_scalar(type);
}

Status check_one_character(const char* key, const std::string& text) {
  if (text.size() == 1) return Done{};
  return fail(ErrorCode::BadOptionValue, "option `csv.{}` must be one character, it is `{}`", key, text)
      .hint("Choose a character that the fields have not, such as `;` or `|`.");
}

// ---- raw

bool is_charset(const std::string& name) {
  iconv_t converter = iconv_open("UTF-8", name.c_str());
  if (converter == reinterpret_cast<iconv_t>(-1)) return false;
  iconv_close(converter);
  return true;
}

bool is_raw_type(const Type& type) {
  return type.is(TypeRoot::Boolean) || type.is_integer() || type.is_approximate() || type.is_character() ||
         type.is_binary_string();
}

}  // namespace

std::string unescape_csv_option(const std::string& text) {
  if (text.size() < 2 || text[0] != '\\') return text;
  if (text.size() == 2) {
    constexpr std::string_view kNames = "tnrbf\\", kMeanings = "\t\n\r\b\f\\";
    size_t name = kNames.find(text[1]);
    return name == std::string_view::npos ? text : std::string(1, kMeanings[name]);
  }
  unsigned code = 0;
  const char* end = text.data() + text.size();
  bool good = text.size() == 6 && text[1] == 'u' && std::from_chars(text.data() + 2, end, code, 16).ptr == end;
  return good && code < 128 ? std::string(1, static_cast<char>(code)) : text;
}

Status check_json(const RowSchema& columns, const Options& options, FormatUse) {
  SLUICE_TRY(JsonOptions read, read_options<JsonOptions>(options, "json."));
  if (read.fail_on_missing_field && read.ignore_parse_errors) {
    return fail(ErrorCode::BadOptionValue,
                "`json.fail-on-missing-field` and `json.ignore-parse-errors` cannot both be true")
        .hint("Keep the one that is meant: fail at a record that lacks a field, or pass over records with errors.");
  }
  for (const RowField& column : columns) {
    if (!is_json_type(column.type)) return wrong_type(column, "json");
  }
  return Done{};
}

Status check_csv(const RowSchema& columns, const Options& options, FormatUse) {
  SLUICE_TRY(CsvOptions read, read_options<CsvOptions>(options, "csv."));
  SLUICE_DO(check_one_character("field-delimiter", unescape_csv_option(read.field_delimiter)));
  SLUICE_DO(check_one_character("quote-character", read.quote_character));
  SLUICE_DO(check_one_character("array-element-delimiter", read.array_element_delimiter));
  if (options.contains("csv.escape-character")) {
    SLUICE_DO(check_one_character("escape-character", read.escape_character));
  }
  if (read.disable_quote_character && options.contains("csv.quote-character")) {
    return fail(ErrorCode::BadOptionValue, "`csv.quote-character` is set, and quotes are disabled")
        .hint("Leave `csv.disable-quote-character` out, or the character.");
  }
  for (const RowField& column : columns) {
    if (!is_csv_type(column.type)) return wrong_type(column, "csv");
  }
  return Done{};
}

Status check_raw(const RowSchema& columns, const Options& options, FormatUse) {
  SLUICE_TRY(RawOptions read, read_options<RawOptions>(options, "raw."));
  if (!is_charset(read.charset)) {
    return fail(ErrorCode::BadOptionValue, "option `raw.charset` cannot be `{}`", read.charset)
        .hint("Write UTF-8, or another charset that Java knows.");
  }
  if (columns.size() != 1) {
    return fail(ErrorCode::TypeMismatch, "format `raw` holds one column, not {}", columns.size())
        .hint("Declare one column, such as STRING or BYTES, or choose a format with fields: json or csv.");
  }
  if (!is_raw_type(columns[0].type)) return wrong_type(columns[0], "raw");
  return Done{};
}

}  // namespace sluice
