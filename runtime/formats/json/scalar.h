#pragma once
// A JSON token as a value of a SQL scalar type, with the leniency of Flink's format: numbers may stand in strings,
// anything may become a STRING.
#include <string_view>

#include "catalog/formats/json.h"
#include "runtime/formats/number_text.h"
#include "runtime/formats/temporal_text.h"

namespace sluice::runtime::json {

struct Token {
  enum class Kind : uint8_t { String, Number, True, False, Container } kind = Kind::String;
  std::string_view text;  // Of a string without quotes and escapes, else as written; of a container without blanks.
};

enum class Stored : uint8_t { Value, Null, Wrong };

struct ScalarRules {
  TimestampText timestamps = TimestampText::Sql;
  bool is_tree = false;  // As Flink's decoder does that reads whole trees: `json.decode.json-parser.enabled` = false.
};

// Writes the value to the row, unless the answer is Null (which is left to the caller) or Wrong.
Stored store_token(const Token& token, const Type& type, const ScalarRules& rules, MutableColumn& column, uint32_t row,
                   KernelContext& context);

// Of a timestamp's text alone.
bool store_timestamp_text(std::string_view text, const Type& type, TimestampText form, MutableColumn& column,
                          uint32_t row);

}  // namespace sluice::runtime::json
