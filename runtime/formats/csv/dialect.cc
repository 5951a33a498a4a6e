#include "runtime/formats/csv/dialect.h"

#include "catalog/formats/format_checks.h"

namespace sluice::runtime::csv {

Result<Dialect> dialect_of(const std::map<std::string, std::string>& options) {
  SLUICE_DO(check_csv({}, options, FormatUse::Decode));
  SLUICE_TRY(CsvOptions read, read_options<CsvOptions>(options, "csv."));
  Dialect dialect;
  dialect.delimiter = unescape_csv_option(read.field_delimiter)[0];
  dialect.quote = read.disable_quote_character ? -1 : static_cast<unsigned char>(read.quote_character[0]);
  dialect.escape = read.escape_character.empty() ? -1 : static_cast<unsigned char>(read.escape_character[0]);
  dialect.element_delimiter = read.array_element_delimiter[0];
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
