#pragma once
// A JSON text as a tree, read and written as Jackson does it for Flink's JSON functions.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

struct JsonField;

struct Json {
  enum class Kind : uint8_t { Null, Boolean, Integer, Decimal, Text, Array, Object };
  Kind kind = Kind::Null;
  bool flag = false;   // Of Boolean.
  std::string text;    // Of Text; of Integer and Decimal as BigInteger and BigDecimal print them.
  std::string source;  // Of Integer and Decimal as it was written.
  std::vector<Json> items;
  std::vector<JsonField> fields;  // In the order of their first occurrence.
  bool has_duplicates = false;    // Here or below: a field stands twice in an object.

  bool is_scalar() const { return kind != Kind::Array && kind != Kind::Object; }
  const Json* field(std::string_view name) const;
};
struct JsonField {
  std::string name;
  Json value;
};

// Reads the first value of a text; what stands behind it is ignored. False with a reason when there is none.
bool parse_json(std::string_view text, Json& out, std::string& reason);

// Compact JSON.
void write_json(const Json& json, std::string& out);
// A string with its quotes, escaped as little as possible.
void write_json_string(std::string_view text, std::string& out);

// A number as BigDecimal prints it: 1e10 is 1E+10, 1.50 is 1.50.
std::string big_decimal_text(std::string_view number);

}  // namespace sluice
