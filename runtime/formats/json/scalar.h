#pragma once
// A JSON token as a value of a SQL scalar type, with the leniency of Flink's format: numbers may stand in strings,
// anything may become a STRING.
#include <string_view>

#include "base/result.h"
#include "catalog/formats/json.h"
#include "catalog/types/value.h"

namespace sluice::runtime::json {

struct Token {
  enum class Kind : uint8_t { String, Number, True, False, Container } kind = Kind::String;
  std::string_view text;  // Of a string without quotes and escapes, else as written; of a container without blanks.
};

Result<Value> parse_token(const Token& token, const Type& type, JsonTimestamps timestamps);

}  // namespace sluice::runtime::json
