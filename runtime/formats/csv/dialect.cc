#include "runtime/formats/csv/dialect.h"

#include <charconv>

namespace sluice::runtime::csv {
namespace {

// `\t`, `\n`, `\\` and \uXXXX below 128 as the character that they mean.
std::string unescape(const std::string& text) {
  if (text.size() < 2 || text[0] != '\\') return text;
  switch (text[1]) {
    case 't':
      return "\t";
    case 'n':
      return "\n";
    case 'r':
      return "\r";
    case '\\':
      return "\\";
    case 'u': {
      unsigned code = 0;
      const char* end = text.data() + text.size();
      bool good = text.size() == 6 && std::from_chars(text.data() + 2, end, code, 16).ptr == end && code < 128;
      return good ? std::string(1, static_cast<char>(code)) : text;
    }
    default:
      return text;
  }
}

}  // namespace

Result<Dialect> dialect_of(const std::map<std::string, std::string>& options) {
  SLUICE_TRY(CsvOptions read, read_options<CsvOptions>(options, "csv."));
  Dialect dialect;
  std::string delimiter = unescape(read.field_delimiter);
  if (delimiter.size() != 1) {
    return fail(ErrorCode::BadOptionValue, "option `csv.field-delimiter` must be one character, it is `{}`",
                read.field_delimiter);
  }
  dialect.delimiter = delimiter[0];
  if (read.quote_character.size() != 1 || read.escape_character.size() > 1) {
    return fail(ErrorCode::BadOptionValue, "quote and escape characters of csv must be one character");
  }
  dialect.quote = read.disable_quote_character ? -1 : static_cast<unsigned char>(read.quote_character[0]);
  dialect.escape = read.escape_character.empty() ? -1 : static_cast<unsigned char>(read.escape_character[0]);
  dialect.element_delimiter = unescape(read.array_element_delimiter);
  dialect.has_null_literal = options.contains("csv.null-literal");
  dialect.null_literal = read.null_literal;
  dialect.allow_comments = read.allow_comments;
  dialect.ignore_errors = read.ignore_parse_errors;
  // The documented default is true; what Flink does without the option is false.
  dialect.scientific_decimals =
      options.contains("csv.write-bigdecimal-in-scientific-notation") && read.scientific_decimals;
  return dialect;
}

}  // namespace sluice::runtime::csv
