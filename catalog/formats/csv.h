#pragma once
// Options of the `csv` format, below `csv.`.
#include "catalog/connectors/option_fields.h"

namespace sluice {

struct CsvOptions {
  std::string field_delimiter = ",";
  bool disable_quote_character = false;
  std::string quote_character = "\"";
  bool allow_comments = false;
  bool ignore_parse_errors = false;
  std::string array_element_delimiter = ";";
  std::string escape_character;
  std::string null_literal;
  bool scientific_decimals = true;

  static void fields(auto& self, auto&& v) {
    v.optional("field-delimiter", self.field_delimiter, "One character; escapes such as `\\t` are read.");
    v.optional("disable-quote-character", self.disable_quote_character, "Whether values are never quoted.");
    v.optional("quote-character", self.quote_character, "One character.");
    v.optional("allow-comments", self.allow_comments, "Whether lines that begin with # are left out.");
    v.optional("ignore-parse-errors", self.ignore_parse_errors, "Whether bad fields are NULL and bad lines left out.");
    v.optional("array-element-delimiter", self.array_element_delimiter, "Between elements of arrays and rows.");
    v.optional("escape-character", self.escape_character, "One character; none without it.");
    v.optional("null-literal", self.null_literal, "The text that is NULL; none without it.");
    v.optional("write-bigdecimal-in-scientific-notation", self.scientific_decimals, "How DECIMALs are written.");
  }
};

}  // namespace sluice
