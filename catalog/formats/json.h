#pragma once
// Options of the `json` format, below `json.`.
#include "catalog/connectors/option_fields.h"

namespace sluice {

enum class JsonTimestamps : uint8_t { Sql, Iso8601 };
inline constexpr std::pair<std::string_view, JsonTimestamps> kJsonTimestamps[] = {
    {"SQL", JsonTimestamps::Sql}, {"ISO-8601", JsonTimestamps::Iso8601}};
constexpr const auto& names_of(JsonTimestamps) { return kJsonTimestamps; }

enum class JsonNullKey : uint8_t { Fail, Drop, Literal };
inline constexpr std::pair<std::string_view, JsonNullKey> kJsonNullKeys[] = {
    {"FAIL", JsonNullKey::Fail}, {"DROP", JsonNullKey::Drop}, {"LITERAL", JsonNullKey::Literal},
    {"fail", JsonNullKey::Fail}, {"drop", JsonNullKey::Drop}, {"literal", JsonNullKey::Literal}};
constexpr const auto& names_of(JsonNullKey) { return kJsonNullKeys; }

struct JsonOptions {
  bool fail_on_missing_field = false;
  bool ignore_parse_errors = false;
  JsonTimestamps timestamps = JsonTimestamps::Sql;
  JsonNullKey null_key = JsonNullKey::Fail;
  std::string null_key_literal = "null";
  bool plain_decimals = false;
  bool ignore_null_fields = false;
  bool json_parser = true;

  static void fields(auto& self, auto&& v) {
    v.optional("fail-on-missing-field", self.fail_on_missing_field, "Whether a missing field fails instead of NULL.");
    v.optional("ignore-parse-errors", self.ignore_parse_errors,
               "Whether bad fields are NULL and bad records left out.");
    v.optional("timestamp-format.standard", self.timestamps, "How timestamps are written.");
    v.optional("map-null-key.mode", self.null_key, "What happens to a NULL key of a map.");
    v.optional("map-null-key.literal", self.null_key_literal, "The key that is written with LITERAL.");
    v.optional("encode.decimal-as-plain-number", self.plain_decimals, "Whether DECIMALs are never scientific.");
    v.optional("encode.ignore-null-fields", self.ignore_null_fields, "Whether NULL fields are left out.");
    v.optional("decode.json-parser.enabled", self.json_parser, "Off: as Flink's decoder that reads whole trees.");
  }
};

}  // namespace sluice
